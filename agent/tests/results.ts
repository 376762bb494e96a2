// Turns what a runner reports into results with ids, and puts them on record in groups.
import type { Clock } from '../platform/clock.ts';
import type { ExecutionId, TestId } from '../protocol/ids.ts';
import type { Framework, TestResult, TestStatus } from '../protocol/test.ts';
import { forgetUnreportedCases, saveTestResults } from '../store/tests.ts';
import type { Store } from '../store/store.ts';
import { testId, type ReportedResult } from './adapter.ts';

/** A result, and what it replaces when the test was reported before. */
export interface NumberedResult {
  readonly result: TestResult;
  readonly replaced: TestStatus | null;
}

/** Gives results their ids: the second case of one title gets ` #2`. */
export class ResultNumbering {
  readonly #framework: Framework;
  readonly #counts = new Map<TestId, number>();
  readonly #reported = new Map<TestId, TestStatus>();

  constructor(framework: Framework) {
    this.#framework = framework;
  }

  /** Files that run once more report the same cases again: they get the same ids. */
  restart(files: ReadonlySet<string>): void {
    for (const id of this.#counts.keys()) {
      const file = id.slice(this.#framework.length + 1).split(' > ')[0] ?? '';
      if (files.has(file)) this.#counts.delete(id);
    }
  }

  number(reported: ReportedResult, atMs: number): NumberedResult {
    const plain = testId(this.#framework, reported.file, reported.titlePath);
    const before = this.#counts.get(plain) ?? 0;
    // A file has one result of its own; a correction is about the last case of its title.
    const isSame = reported.titlePath.length === 0 || (reported.isCorrection === true && before > 0);
    const count = isSame ? Math.max(1, before) : before + 1;
    this.#counts.set(plain, count);
    const id = testId(this.#framework, reported.file, reported.titlePath, count);
    const replaced = this.#reported.get(id) ?? null;
    this.#reported.set(id, reported.status);
    return { result: resultOf(reported, { id, framework: this.#framework, atMs }), replaced };
  }
}

function resultOf(reported: ReportedResult, more: { id: TestId; framework: Framework; atMs: number }): TestResult {
  const { isCorrection: _, ...rest } = reported;
  const name = reported.titlePath.length === 0 ? reported.file : reported.titlePath.join(' > ');
  return { ...rest, ...more, titlePath: [...reported.titlePath], name, atMs: Math.round(more.atMs * 100) / 100 };
}

const groupSize = 200;
const groupMs = 250;

/** Writes results in groups: at most so many, or after a moment. */
export class ResultRecorder {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #executionId: ExecutionId;
  readonly #writes: Promise<unknown>[] = [];
  #waiting: TestResult[] = [];
  #cancelTimer: (() => void) | null = null;

  constructor(options: { store: Store; clock: Clock; executionId: ExecutionId }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#executionId = options.executionId;
  }

  add(result: TestResult): void {
    this.#waiting.push(result);
    if (this.#waiting.length >= groupSize) this.#write();
    else this.#cancelTimer ??= this.#clock.schedule(groupMs, () => this.#write());
  }

  /** Writes the rest, and forgets cases of these files that were not reported: they ran whole. */
  async close(wholeFiles: readonly TestId[]): Promise<void> {
    this.#write();
    await Promise.all(this.#writes);
    if (wholeFiles.length > 0)
      await this.#store.transact((tx) => forgetUnreportedCases(tx, this.#executionId, wholeFiles));
  }

  #write(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const results = this.#waiting;
    if (results.length === 0) return;
    this.#waiting = [];
    const finishedAt = this.#clock.now();
    const write = this.#store.transact((tx) => saveTestResults(tx, this.#executionId, results, finishedAt));
    // Awaited in close(); until then a rejection must not count as unhandled.
    write.catch(() => {});
    this.#writes.push(write);
  }
}
