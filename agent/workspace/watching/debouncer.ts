// Waits until nothing has happened for a while, but not for ever.
import type { Clock } from '../../platform/clock.ts';
import type { Disposer } from '../../protocol/client.ts';

export interface Debouncer {
  /** Something happened. */
  touch(): void;
  /** Forgets what happened; nothing fires until the next touch. */
  cancel(): void;
}

export interface DebouncerOptions {
  readonly clock: Clock;
  /** Fires when this long nothing happened. */
  readonly quietMs: number;
  /** Fires at the latest this long after the first touch. */
  readonly maximumMs: number;
  readonly fire: () => void;
}

/** A debouncer that costs nothing while nothing happens. Under a flood it sets at most one timer each `quietMs`. */
export function createDebouncer({ clock, quietMs, maximumMs, fire }: DebouncerOptions): Debouncer {
  let firstAt = 0;
  let lastAt = 0;
  let stop: Disposer | null = null;
  const dueAt = () => Math.min(lastAt + quietMs, firstAt + maximumMs);
  const check = () => {
    const remainingMs = dueAt() - clock.monotonicMs();
    stop = remainingMs > 0 ? clock.schedule(remainingMs, check) : null;
    if (stop === null) fire();
  };
  return {
    touch() {
      lastAt = clock.monotonicMs();
      if (stop !== null) return;
      firstAt = lastAt;
      stop = clock.schedule(quietMs, check);
    },
    cancel() {
      stop?.();
      stop = null;
    },
  };
}
