// GET /api/cicd/events: the events as server-sent events, for curl, scripts and pages without a WebSocket.
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Disposer } from '../protocol/client.ts';
import { ExecutionId } from '../protocol/ids.ts';
import { executionOf, type EventFanout } from './event-fanout.ts';
import { commonHeaders, sendFailure } from './http-replies.ts';
import { inputProblem } from './input-problem.ts';
import type { ServerLimits } from './limits.ts';

export const eventsPath = '/events';

/** The query of the stream. */
export const EventStreamQuery = z.strictObject({
  execution: ExecutionId.optional().describe('Only events of this execution.'),
  logs: z.enum(['true', 'false']).default('false').describe('Whether `log.appended` is wanted.'),
});

export interface EventStreamOptions {
  readonly fanout: EventFanout;
  readonly clock: Clock;
  readonly limits: ServerLimits;
}

export interface EventStream {
  end(): void;
  /** Calls back once when the stream has ended. */
  onClosed(listener: () => void): void;
}

/** Streams events until the client goes. Null when the query does not fit, which the client is told. */
export function streamEvents(
  response: ServerResponse,
  query: URLSearchParams,
  options: EventStreamOptions,
): EventStream | null {
  const input = Object.fromEntries(query);
  const parsed = EventStreamQuery.safeParse(input);
  if (!parsed.success) {
    sendFailure(response, inputProblem(parsed.error, input, Object.keys(EventStreamQuery.shape)));
    return null;
  }
  response.writeHead(200, { ...commonHeaders, 'Content-Type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  const send = (text: string) => {
    response.write(text);
    if (response.writableLength > options.limits.bufferedBytes) response.destroy();
  };
  const unsubscribe = options.fanout.subscribe(subscriberOf(parsed.data, send));
  const stopHeartbeat = startHeartbeat(send, options);
  response.once('close', () => {
    unsubscribe();
    stopHeartbeat();
  });
  return { end: () => response.end(), onClosed: (listener) => response.once('close', listener) };
}

function subscriberOf(query: z.infer<typeof EventStreamQuery>, send: (text: string) => void) {
  return {
    wants: (event: Parameters<typeof executionOf>[0]) => {
      if (event.type === 'log.appended' && query.logs === 'false') return false;
      return query.execution === undefined || executionOf(event) === query.execution;
    },
    // JSON has no line breaks, so one data line holds it.
    deliver: (json: string) => send(`data: ${json}\n\n`),
  };
}

/** A comment now and then, so that both ends notice when the other is gone. */
function startHeartbeat(send: (text: string) => void, { clock, limits }: EventStreamOptions): Disposer {
  let cancel: Disposer = () => {};
  const beat = () => {
    send(':\n\n');
    cancel = clock.schedule(limits.heartbeatMs, beat);
  };
  beat();
  return () => cancel();
}
