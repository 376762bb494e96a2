// One build of a target at a time: two executions that want the same one take turns.
import type { TargetId } from '../protocol/ids.ts';

export class TargetLocks {
  readonly #tails = new Map<TargetId, Promise<void>>();

  /** Resolves with a function that lets the next one go. Rejects with the signal's reason when that is aborted first. */
  async acquire(target: TargetId, signal: AbortSignal): Promise<() => void> {
    const before = this.#tails.get(target);
    const own = Promise.withResolvers<void>();
    const tail = Promise.all([before, own.promise]).then(() => {
      if (this.#tails.get(target) === tail) this.#tails.delete(target);
    });
    this.#tails.set(target, tail);
    try {
      await unlessAborted(before, signal);
    } catch (error) {
      own.resolve();
      throw error;
    }
    return own.resolve;
  }
}

async function unlessAborted(work: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (work === undefined) return;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
