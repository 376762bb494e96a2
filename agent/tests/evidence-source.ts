// Recorded evidence as the plan needs it: loaded once, loaded again when something was recorded, compared with what lies on disk.
import type { Impact } from '../graph/graph.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import { evidenceStamp, loadTestEvidence, type TestEvidence } from '../store/evidence.ts';
import type { ContentCache } from './content-cache.ts';
import { createEvidenceJudge, type EvidenceJudge } from './evidence-judge.ts';
import type { TestsOptions } from './options.ts';

export interface EvidenceSource {
  /** Judges a change by what is recorded now. */
  judge(impact: Pick<Impact, 'changed' | 'beyondRecordings' | 'contentOf'>): EvidenceJudge;
  /** What is recorded of one test. */
  of(test: TestId): TestEvidence | null;
}

/** Names of what makes a test do other things in every run. */
export const random =
  /\bMath\.random\b|\bfast-check\b|\bjsverify\b|\bfaker\b|\bhypothesis\b|^\s*(?:import|from)\s+(?:random|secrets)\b|\brandomUUID\b|\brandomBytes\b/m;

/** Nothing is read before the first question. */
export function createEvidenceSource({ store }: Pick<TestsOptions, 'store'>, contents: ContentCache): EvidenceSource {
  let stamp = '';
  let evidence: ReadonlyMap<string, TestEvidence> = new Map();
  const current = () => {
    const now = evidenceStamp(store);
    if (now !== stamp) evidence = new Map(loadTestEvidence(store).map((each) => [each.test, each]));
    stamp = now;
    return evidence;
  };
  return {
    judge: (impact) =>
      createEvidenceJudge({
        evidence: current(),
        impact,
        contentOnDisk: (file) => contents.hashOf(file),
        isRandom: (file) => contents.says(file, random),
        isSetting,
      }),
    of: (test) => current().get(test) ?? null,
  };
}

/** Runners and resolvers read them in passing. */
export function isSetting(file: RepoPath): boolean {
  return /(?:^|\/)(?:package\.json|[tj]sconfig[^/]*\.json|pyproject\.toml|setup\.cfg|\.babelrc[^/]*|\.browserslistrc|\.env[^/]*|\.gitignore)$/.test(
    file,
  );
}
