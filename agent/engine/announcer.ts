// Tells of an execution's changes: at once when its state changes, at most ten times a second for progress, and less often
// the more steps there are to tell of.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Disposer } from '../protocol/client.ts';
import type { Execution } from '../protocol/execution.ts';

const pauseMs = 100;
const pauseMsPerStep = 0.2;

export interface AnnouncerOptions {
  readonly clock: Clock;
  readonly events: EventBus;
  readonly current: () => Execution;
}

export class Announcer {
  readonly #options: AnnouncerOptions;
  #lastMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: Disposer | null = null;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Sends the present state, which also tells everything that was still to be told. */
  now(): void {
    this.hold();
    this.#lastMs = this.#options.clock.monotonicMs();
    this.#options.events.emit({ type: 'execution.changed', execution: this.#options.current() });
  }

  /** Forgets what was to be told soon: the end is told when it is recorded, and not before. */
  hold(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  /** Sends the present state soon: with a few steps at the latest a tenth of a second from now. */
  soon(): void {
    if (this.#cancelTimer !== null) return;
    const { clock, current } = this.#options;
    const waitMs = this.#lastMs + pauseMs + current().steps.length * pauseMsPerStep - clock.monotonicMs();
    if (waitMs <= 0) this.now();
    else this.#cancelTimer = clock.schedule(waitMs, () => this.now());
  }
}
