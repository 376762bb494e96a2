// The client within the agent's own process, through the same dispatcher as all others.
import type { EventBus } from '../events/events.ts';
import { createClient, type CancellationSignal, type Client } from '../protocol/client.ts';
import { FailureError } from '../protocol/failure.ts';
import { createDispatcher, type Caller, type DispatcherOptions } from './dispatch.ts';

export interface LocalClientOptions extends DispatcherOptions {
  readonly events: EventBus;
  /** Who asks, for the audit trail: `noodle run`. */
  readonly client: string;
}

/** A client whose requests are validated, authorized (as admin) and audited like those of a connected one. */
export function createLocalClient(options: LocalClientOptions): Client {
  const dispatcher = createDispatcher(options);
  return createClient({
    async request(method, params, signal) {
      const { caller, release } = localCaller(options.client, signal);
      try {
        const result = await dispatcher.dispatch(method, params, caller);
        if (result.ok) return result.value;
        throw new FailureError(result.failure);
      } finally {
        release();
      }
    },
    onEvent: (listener) => options.events.onAny(listener),
  });
}

function localCaller(client: string, signal?: CancellationSignal): { caller: Caller; release: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const caller: Caller = {
    role: 'admin',
    via: 'process',
    client,
    connectionId: null,
    signal: controller.signal,
    onClosed: () => () => {},
  };
  return { caller, release: () => signal?.removeEventListener('abort', abort) };
}
