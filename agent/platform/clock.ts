// Time comes in as an argument, so that tests decide what time it is.
import type { Disposer } from '../protocol/client.ts';

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC; may jump when the user sets the clock. For records only. */
  now(): number;
  /** Milliseconds since an arbitrary start; never jumps. For durations and deadlines. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`; the returned function takes the call back. Does not keep the process alive. */
  schedule(delayMs: number, callback: () => void): Disposer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
