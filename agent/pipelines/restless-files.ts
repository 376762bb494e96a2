// Files that change whenever tests run, because tests write them: their changes must not start one run after another.
import type { RepoPath } from '../protocol/ids.ts';

/** A file that changed during so many runs in a row is restless. */
const runsInARow = 3;
const shortestPauseMs = 1000;
const longestPauseMs = 60_000;

/**
 * Counts in how many runs in a row each file changed. That may be a person who saves often, so no change is lost: a run
 * for restless files alone only waits, longer each time, and is left out where they are as they were when the last one
 * began.
 */
export class RestlessFiles {
  readonly #contentOf: (file: RepoPath) => string | null;
  /** In how many runs in a row, up to the last one. */
  readonly #runs = new Map<RepoPath, number>();
  readonly #changed = new Set<RepoPath>();
  #before = new Map<RepoPath, string | null>();

  constructor(contentOf: (file: RepoPath) => string | null) {
    this.#contentOf = contentOf;
  }

  /** A run begins: what is restless is remembered as it is now. */
  runStarted(): void {
    this.#changed.clear();
    const restless = [...this.#runs.keys()].filter((file) => this.isRestless(file));
    this.#before = new Map(restless.map((file) => [file, this.#contentOf(file)]));
  }

  /** These changed while a run went on. */
  changedInRun(files: readonly RepoPath[]): void {
    for (const file of files) this.#changed.add(file);
  }

  /** A run has ended, whether it came to its end or not. */
  runEnded(): void {
    for (const file of this.#runs.keys()) if (!this.#changed.has(file)) this.#runs.delete(file);
    for (const file of this.#changed) this.#runs.set(file, (this.#runs.get(file) ?? 0) + 1);
  }

  isRestless(file: RepoPath): boolean {
    return (this.#runs.get(file) ?? 0) >= runsInARow;
  }

  /** Whether a file is as it was when the last run began. */
  isAsBefore(file: RepoPath): boolean {
    const before = this.#before.get(file);
    return before !== undefined && before !== null && before === this.#contentOf(file);
  }

  /** Milliseconds that a run for these restless files waits. */
  pauseMs(files: Iterable<RepoPath>): number {
    const most = Math.max(runsInARow, ...[...files].map((file) => this.#runs.get(file) ?? 0));
    return Math.min(longestPauseMs, shortestPauseMs * 2 ** (most - runsInARow));
  }
}
