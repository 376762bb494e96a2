// Recorded evidence as the plan needs it: loaded once, loaded again when something was recorded, compared with what lies on disk.
import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Impact } from '../graph/graph.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import { evidenceStamp, loadTestEvidence, type TestEvidence } from '../store/evidence.ts';
import { createEvidenceJudge, type EvidenceJudge } from './evidence-judge.ts';
import type { TestsOptions } from './options.ts';

export interface EvidenceSource {
  /** Judges a change by what is recorded now. */
  judge(impact: Pick<Impact, 'changed' | 'beyondRecordings' | 'contentOf'>): EvidenceJudge;
  /** What is recorded of one test. */
  of(test: TestId): TestEvidence | null;
}

/** Names of what makes a test do other things in every run. */
const random =
  /\bMath\.random\b|\bfast-check\b|\bjsverify\b|\bfaker\b|\bhypothesis\b|^\s*(?:import|from)\s+(?:random|secrets)\b|\brandomUUID\b|\brandomBytes\b/m;

/** Nothing is read before the first question. */
export function createEvidenceSource({ store, root }: Pick<TestsOptions, 'store' | 'root'>): EvidenceSource {
  let stamp = '';
  let evidence: ReadonlyMap<string, TestEvidence> = new Map();
  const contents = new ContentCache(root);
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
function isSetting(file: RepoPath): boolean {
  return /(?:^|\/)(?:package\.json|[tj]sconfig[^/]*\.json|pyproject\.toml|setup\.cfg|\.babelrc[^/]*|\.browserslistrc|\.env[^/]*|\.gitignore)$/.test(
    file,
  );
}

interface Content {
  readonly stamp: string;
  readonly hash: string;
  readonly isFound: boolean | null;
}

/** Hashes of files on disk, worked out again when size or time differ. */
class ContentCache {
  readonly #root: string;
  readonly #known = new Map<RepoPath, Content>();

  constructor(root: string) {
    this.#root = root;
  }

  hashOf(file: RepoPath): string | null {
    return this.#contentOf(file)?.hash ?? null;
  }

  says(file: RepoPath, pattern: RegExp): boolean {
    const known = this.#contentOf(file);
    if (known === null) return false;
    if (known.isFound !== null) return known.isFound;
    const isFound = pattern.test(readFileSync(path.join(this.#root, file), 'utf8'));
    this.#known.set(file, { ...known, isFound });
    return isFound;
  }

  #contentOf(file: RepoPath): Content | null {
    const absolute = path.join(this.#root, file);
    const stat = statSync(absolute, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile()) return null;
    const stamp = `${stat.size} ${stat.mtimeMs}`;
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known;
    const content = { stamp, hash: hash('sha256', readFileSync(absolute), 'hex').slice(0, 32), isFound: null };
    this.#known.set(file, content);
    return content;
  }
}
