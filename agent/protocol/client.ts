// The typed client that extension, dashboard, command line and tests use. It knows only a transport.
import type { NoodleEvent } from './events.ts';
import { FailureError, FailureReason, type Failure } from './failure.ts';
import { operations, type InputOf, type OperationName, type OutputOf } from './operations.ts';

/** The part of an AbortSignal that a transport needs; this folder knows neither Node nor the DOM. */
export interface CancellationSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Carries requests and events; an implementation exists for WebSocket, postMessage and within the process. */
export interface Transport {
  /** Rejects with a FailureError for a failure that the agent answered. */
  request(method: string, params: unknown, signal?: CancellationSignal): Promise<unknown>;
  onEvent(listener: (event: NoodleEvent) => void): Disposer;
}

export type Disposer = () => void;

export type Client = {
  [N in OperationName]: (input: InputOf<N>, signal?: CancellationSignal) => Promise<OutputOf<N>>;
} & { onEvent(listener: (event: NoodleEvent) => void): Disposer };

/** A client over `transport`. Answers are parsed, so that an agent of another version is noticed where it matters. */
export function createClient(transport: Transport): Client {
  const calls = Object.entries(operations).map(([name, declaration]) => {
    const call = async (input: unknown, signal?: CancellationSignal) =>
      declaration.output.parse(await transport.request(name, input, signal));
    return [name, call] as const;
  });
  // The entries are built from the same table that the type is made of; Object.fromEntries forgets the keys.
  return { ...Object.fromEntries(calls), onEvent: (listener: (event: NoodleEvent) => void) => transport.onEvent(listener) } as unknown as Client;
}

/** The Failure inside anything thrown; what is unknown counts as a defect of ours. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  return { reason: FailureReason.enum.internal, message };
}
