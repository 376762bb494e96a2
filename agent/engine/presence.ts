// Whether an execution takes part: paused by somebody, or every step of it waiting for something outside. Meanwhile its
// place is free for others and its time stands still.
import type { Deadline } from './deadlines.ts';
import type { Place } from './run-queue.ts';

export class Presence {
  readonly #place: Place;
  readonly #deadline: Deadline;
  #running = 0;
  #waiting = 0;
  #paused: PromiseWithResolvers<void> | null = null;

  constructor(place: Place, deadline: Deadline) {
    this.#place = place;
    this.#deadline = deadline;
  }

  get isPaused(): boolean {
    return this.#paused !== null;
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
    this.#update();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = null;
    this.#update();
  }

  /** Resolves when the execution is not paused, or has been called off. */
  async permitted(signal: AbortSignal): Promise<void> {
    while (this.#paused !== null && !signal.aborted) {
      const calledOff = Promise.withResolvers<void>();
      const leave = () => calledOff.resolve();
      signal.addEventListener('abort', leave, { once: true });
      await Promise.race([this.#paused.promise, calledOff.promise]);
      signal.removeEventListener('abort', leave);
    }
  }

  /** A step begins; answers with what to call when it has ended. */
  stepStarted(): StepPresence {
    let isWaiting = false;
    this.#running++;
    const waits = (value: boolean) => {
      if (value !== isWaiting) this.#waiting += value ? 1 : -1;
      isWaiting = value;
      this.#update();
    };
    return {
      waits,
      ended: () => {
        this.#running--;
        waits(false);
      },
    };
  }

  dispose(): void {
    this.#deadline.dispose();
  }

  #update(): void {
    const hasWork = this.#running > this.#waiting;
    const isAway = !hasWork && (this.#waiting > 0 || this.#paused !== null);
    if (isAway) {
      this.#place.leave();
      this.#deadline.suspend();
    } else {
      this.#place.retake();
      this.#deadline.proceed();
    }
  }
}

export interface StepPresence {
  waits(isWaiting: boolean): void;
  ended(): void;
}
