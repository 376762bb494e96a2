// A clock that stands still until the test moves it.
import type { Clock } from '../../agent/platform/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  /** Where the wall clock and the monotonic one begin. */
  static readonly startAt = Date.UTC(2026, 10, 23, 13, 45, 1);
  #elapsedMs = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return FakeClock.startAt + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#elapsedMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on, calling back what becomes due, in order, each at its own time. */
  advance(durationMs: number): void {
    const end = this.#elapsedMs + durationMs;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.at);
      this.#timers.delete(next);
      next.callback();
    }
    this.#elapsedMs = end;
  }

  #next(end: number): Timer | undefined {
    return [...this.#timers].filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at)[0];
  }
}
