// Recorded evidence as the plan needs it: loaded once, loaded again when something was recorded, compared with what lies on disk.
import type { Impact } from '../graph/graph.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import { evidenceStamp, loadTestEvidence, type CoveredFile, type TestEvidence } from '../store/evidence.ts';
import type { ContentCache } from './content-cache.ts';
import { createEvidenceJudge, hasKnownContent, type EvidenceJudge } from './evidence-judge.ts';
import { createOlderVersions } from './older-versions.ts';
import type { TestsOptions } from './options.ts';

export interface EvidenceSource {
  /** Judges a change by what is recorded now. */
  judge(
    impact: Pick<Impact, 'changed' | 'beyondRecordings' | 'typeChecked' | 'contentOf' | 'madeOf' | 'reachedFrom'>,
  ): Promise<EvidenceJudge>;
  /** What is recorded of one test. */
  of(test: TestId): TestEvidence | null;
}

/** Names of what makes a test do other things in every run. */
export const random =
  /\bMath\.random\b|\bfast-check\b|\bjsverify\b|\bfaker\b|\bhypothesis\b|^\s*(?:import|from)\s+(?:random(?! import Random\s*$)|secrets)\b|\bRandom\((?!\d+\))|\brandomUUID\b|\brandomBytes\b/m;

/** Nothing is read before the first question. */
export function createEvidenceSource(
  options: Pick<TestsOptions, 'store' | 'readGit' | 'graph'>,
  contents: ContentCache,
): EvidenceSource {
  const { store } = options;
  const older = createOlderVersions(options);
  let stamp = '';
  let evidence: ReadonlyMap<string, TestEvidence> = new Map();
  const current = () => {
    const now = evidenceStamp(store);
    if (now !== stamp) evidence = new Map(loadTestEvidence(store).map((each) => [each.test, each]));
    stamp = now;
    return evidence;
  };
  return {
    async judge(impact) {
      const known = current();
      const contentOnDisk = (file: RepoPath) => contents.hashOf(file);
      const stale = coveredFiles(known).filter((file) => !hasKnownContent(file, { impact, contentOnDisk }));
      return createEvidenceJudge({
        evidence: known,
        impact,
        contentOnDisk,
        isRandom: (file) => contents.says(file, random),
        isSetting,
        since: await older.differences(stale),
      });
    },
    of: (test) => current().get(test) ?? null,
  };
}

/** Each once: tests that ran the same lines share them. */
function coveredFiles(evidence: ReadonlyMap<string, TestEvidence>): CoveredFile[] {
  const files = new Set<CoveredFile>();
  for (const { covered } of evidence.values()) for (const file of covered) files.add(file);
  return [...files];
}

/** Runners and resolvers read them in passing. */
export function isSetting(file: RepoPath): boolean {
  return /(?:^|\/)(?:package\.json|[tj]sconfig[^/]*\.json|pyproject\.toml|setup\.cfg|\.babelrc[^/]*|\.browserslistrc|\.env[^/]*|\.gitignore)$/.test(
    file,
  );
}
