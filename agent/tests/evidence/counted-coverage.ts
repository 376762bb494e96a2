// Adds up what the tools of a language counted in one run: go's cover profiles, gcov, llvm-cov.
import path from 'node:path';
import type { ExecutionId, RepoPath } from '../../protocol/ids.ts';
import type { Framework } from '../../protocol/test.ts';
import type { CoveredLines, TestEvidence } from '../../store/evidence.ts';
import { testId, type CountedFile } from '../adapter.ts';
import { ContentHashes } from './content-hashes.ts';
import { executedMark, mergeMarks, missedMark, rangesOf, type FileMarks } from './line-marks.ts';

export interface CountedCoverageOptions {
  /** Absolute, without symbolic links. */
  readonly root: string;
  readonly framework: Framework;
  readonly executionId: ExecutionId;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/**
 * What comes of it is never complete: the tools tell which lines ran, not what else a test used. So it is shown as coverage
 * and leaves the selection as it was.
 */
export class CountedCoverage {
  readonly #options: CountedCoverageOptions;
  readonly #tests = new Map<RepoPath, Map<RepoPath, FileMarks>>();

  constructor(options: CountedCoverageOptions) {
    this.#options = options;
  }

  /** May be called several times for one test file: what ran at any time counts. */
  add(tests: readonly RepoPath[], files: readonly CountedFile[]): void {
    const marked = files.map((file) => [file.path, marksOf(file)] as const);
    for (const test of tests) {
      const known = this.#tests.get(test) ?? new Map<RepoPath, FileMarks>();
      for (const [file, marks] of marked) {
        const before = known.get(file);
        known.set(file, before === undefined ? marks : mergeMarks(before, marks));
      }
      this.#tests.set(test, known);
    }
  }

  async finish(): Promise<TestEvidence[]> {
    const { root, framework, executionId, startedAt } = this.#options;
    const hashes = new ContentHashes(startedAt);
    const found: TestEvidence[] = [];
    for (const [test, files] of this.#tests) {
      const covered: TestEvidence['covered'][number][] = [];
      for (const [file, marks] of files) {
        const contentHash = await hashes.ofFile(path.join(root, file));
        if (contentHash !== null) covered.push({ path: file, contentHash, ...linesOf(marks) });
      }
      covered.sort((one, other) => (one.path < other.path ? -1 : 1));
      if (covered.length > 0)
        found.push({
          test: testId(framework, test),
          executionId,
          recordedAt: startedAt,
          covered,
          reads: [],
          isComplete: false,
        });
    }
    return found;
  }
}

function marksOf({ path: file, executed, missed, functions }: CountedFile): FileMarks {
  const last = [...executed, ...missed].reduce((most, [, end]) => Math.max(most, end), 0);
  const marks = new Uint8Array(last);
  for (const [start, end] of missed) marks.fill(missedMark, start - 1, end);
  for (const [start, end] of executed) marks.fill(executedMark, start - 1, end);
  return { file, marks, functions };
}

function linesOf({ marks, functions }: FileMarks): CoveredLines {
  return { executed: rangesOf(marks, executedMark), missed: rangesOf(marks, missedMark), functions };
}
