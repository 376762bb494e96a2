// Timers of executions and steps: a deadline, and one that is put off by activity.
import type { Clock } from '../platform/clock.ts';
import type { Disposer } from '../protocol/client.ts';
import { FailureError } from '../protocol/failure.ts';
import { formatDuration } from '../protocol/quantities.ts';

/** Why something was stopped that took too long. */
export function tookTooLong(limitMs: number, subject?: string): FailureError {
  const who = subject === undefined ? '' : `${subject} `;
  return new FailureError({ reason: 'timed_out', message: `${who}took longer than ${formatDuration(limitMs)}` });
}

/** Why something was stopped that got nowhere. */
export function gotNowhere(limitMs: number): FailureError {
  return new FailureError({ reason: 'timed_out', message: `no progress for ${formatDuration(limitMs)}` });
}

/** Why something was stopped that someone called off. */
export function calledOff(reason: string): FailureError {
  return new FailureError({ reason: 'cancelled', message: reason });
}

export interface IdleTimer {
  /** Something happened: the limit counts from now. */
  touch(): void;
  dispose: Disposer;
}

/** Calls back once when `touch` was not called for `limitMs`. Touching costs nothing: no timer is set anew. */
export function startIdleTimer(clock: Clock, limitMs: number, onIdle: () => void): IdleTimer {
  let lastMs = clock.monotonicMs();
  let cancel: Disposer = () => {};
  const arm = (delayMs: number) => {
    cancel = clock.schedule(delayMs, () => {
      const leftMs = lastMs + limitMs - clock.monotonicMs();
      if (leftMs > 0) arm(leftMs);
      else onIdle();
    });
  };
  arm(limitMs);
  return {
    touch: () => {
      lastMs = clock.monotonicMs();
    },
    dispose: () => cancel(),
  };
}

/** A limit that can stand still. */
export interface Deadline {
  suspend(): void;
  proceed(): void;
  dispose: Disposer;
}

/** Calls back once when `limitMs` have passed in which it was not suspended. */
export function startDeadline(clock: Clock, limitMs: number, onLate: () => void): Deadline {
  let leftMs = limitMs;
  let sinceMs = 0;
  let cancel: Disposer | null = null;
  const proceed = () => {
    if (cancel !== null) return;
    sinceMs = clock.monotonicMs();
    cancel = clock.schedule(leftMs, onLate);
  };
  const suspend = () => {
    if (cancel === null) return;
    cancel();
    cancel = null;
    leftMs = Math.max(0, leftMs - (clock.monotonicMs() - sinceMs));
  };
  proceed();
  return { suspend, proceed, dispose: () => cancel?.() };
}
