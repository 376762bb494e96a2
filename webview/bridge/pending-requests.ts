// Requests that wait for their answer, whatever carries them.
import type { CancellationSignal } from '../../agent/protocol/client.ts';
import { FailureError, type Failure } from '../../agent/protocol/failure.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** What a request ends with that could not be sent or was not answered. */
export function notConnected(): FailureError {
  return new FailureError({
    reason: 'shutting_down',
    message: 'The agent is not connected.',
    hint: 'Try again as soon as the page says that it is.',
  });
}

/** Gives each request an id and settles it once. */
export class PendingRequests {
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** Sends through `send`; aborting rejects at once and calls `cancel`, so that the other side can stop too. */
  add(send: (id: number) => void, cancel: (id: number) => void, signal?: CancellationSignal): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      signal?.addEventListener('abort', () => this.#abort(id, cancel), { once: true });
      send(id);
    });
  }

  resolve(id: number, result: unknown): void {
    this.#take(id)?.resolve(result);
  }

  fail(id: number, failure: Failure): void {
    this.#take(id)?.reject(new FailureError(failure));
  }

  /** Nothing will be answered any more. */
  failAll(): void {
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(notConnected());
  }

  #abort(id: number, cancel: (id: number) => void): void {
    const pending = this.#take(id);
    if (pending === undefined) return;
    cancel(id);
    pending.reject(new FailureError({ reason: 'cancelled', message: 'The request was cancelled.' }));
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
