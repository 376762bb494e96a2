// Measures how long a runner takes besides its tests, while it runs.
import type { Clock } from '../platform/clock.ts';
import type { RunnerStart } from '../store/runner-starts.ts';

/** Below this, the time of tests is too short to tell how many run at once. */
const leastTestsMs = 200;

/** One run of a project: made when it begins. */
export class RunnerWatch {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #begunAt: number;
  readonly #files = new Set<string>();
  #firstAt: number | null = null;
  #testsMs = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#begunAt = clock.monotonicMs();
  }

  result({ file, durationMs }: { readonly file: string; readonly durationMs: number }): void {
    this.#files.add(file);
    this.#testsMs += Math.max(0, durationMs);
    this.#firstAt ??= Math.max(this.#begunAt, this.#clock.monotonicMs() - Math.max(0, durationMs));
  }

  /** At the end of the runner; null when no test was reported. */
  measured(): RunnerStart | null {
    if (this.#firstAt === null) return null;
    const startMs = this.#firstAt - this.#begunAt;
    const restMs = this.#clock.monotonicMs() - this.#firstAt;
    const besideMs = Math.max(0, restMs - this.#testsMs);
    // Of one file alone it cannot be told what a second one would add: all belongs to the start.
    if (this.#files.size === 1) return { startMs: startMs + besideMs, fileMs: 0, pace: 1 };
    const pace = this.#testsMs < leastTestsMs ? 1 : Math.min(1, restMs / this.#testsMs);
    return { startMs, fileMs: besideMs / (this.#files.size - 1), pace };
  }
}
