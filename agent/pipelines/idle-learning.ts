// Learns from the records when nobody waits for anything.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import { Disposables } from '../platform/disposables.ts';
import type { Log } from '../platform/log.ts';
import type { Disposer } from '../protocol/client.ts';

export interface IdleLearningOptions {
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly learn: () => Promise<void>;
  /** Whether estimates became worse since the last learning; asked in a quiet minute after a run. */
  readonly hasDrifted: () => Promise<boolean>;
  readonly isOnBattery: () => boolean;
}

/** So long nothing may have happened. */
const quietMs = 60_000;
/** So many runs have to be new, unless estimates became worse: what one of them adds is not worth the work. */
const leastRuns = 10;

/** waiting ── a run ended ──▶ due ── quiet for a minute ──▶ learns from ten runs, or from drift ──▶ waiting; a run or a change on disk makes it wait anew. */
export class IdleLearning {
  readonly #options: IdleLearningOptions;
  readonly #disposables = new Disposables();
  #newRuns = 0;
  #cancelTimer: Disposer | null = null;

  constructor(options: IdleLearningOptions) {
    this.#options = options;
    const { events } = options;
    this.#disposables.defer(events.on('run.started', () => this.#interrupt()));
    this.#disposables.defer(
      events.on('run.finished', () => {
        this.#newRuns += 1;
        this.#wait();
      }),
    );
  }

  filesChanged(): void {
    if (this.#cancelTimer !== null) this.#wait();
  }

  dispose(): void {
    this.#interrupt();
    void this.#disposables.dispose();
  }

  #interrupt(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #wait(): void {
    this.#interrupt();
    this.#cancelTimer = this.#options.clock.schedule(quietMs, () => {
      this.#cancelTimer = null;
      this.#learn().catch((error: unknown) =>
        this.#options.log.error('nothing could be learned from the records', { error }),
      );
    });
  }

  async #learn(): Promise<void> {
    const { learn, isOnBattery, hasDrifted } = this.#options;
    if (isOnBattery() || (this.#newRuns < leastRuns && !(await hasDrifted()))) return;
    this.#newRuns = 0;
    await learn();
  }
}
