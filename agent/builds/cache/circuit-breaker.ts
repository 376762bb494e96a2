// Leaves a service alone that does not answer, for longer each time, and then lets one call try it.
import type { Clock } from '../../platform/clock.ts';

const firstPauseMs = 60_000;
const longestPauseMs = 16 * 60_000;

export class CircuitBreaker {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #pauseMs = firstPauseMs;
  #closedFromMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Whether a call may be made. */
  get isClosed(): boolean {
    return this.#clock.monotonicMs() >= this.#closedFromMs;
  }

  succeeded(): void {
    this.#pauseMs = firstPauseMs;
  }

  /** Several calls that fail while the pause lasts count as one. */
  failed(): void {
    if (!this.isClosed) return;
    this.#closedFromMs = this.#clock.monotonicMs() + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }
}
