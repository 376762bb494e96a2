// The client over a WebSocket to a live agent: for the command line, the editor and tests.
import type { IncomingMessage } from 'node:http';
import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  NullLogger,
  ResponseError,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { WebSocket } from 'ws';
import { systemClock, type Clock } from '../platform/clock.ts';
import {
  createClient,
  type CancellationSignal,
  type Client,
  type Disposer,
  type Transport,
} from '../protocol/client.ts';
import type { NoodleEvent } from '../protocol/events.ts';
import { Failure, failure, FailureError, FailureReason, success, type Result } from '../protocol/failure.ts';
import { splitChannels, type MessageStreams } from '../protocol/message-streams.ts';
import {
  closeCodes,
  EventNotification,
  eventMethod,
  HelloAnswer,
  helloMethod,
  maximumMessageBytes,
  methodPrefix,
  protocolVersion,
  type Hello,
} from '../protocol/wire.ts';
import { frameText } from '../platform/frame-text.ts';

export interface ConnectOptions {
  readonly port: number;
  readonly token: string;
  /** Who connects, for the audit trail: `noodle run`. */
  readonly client: string;
  readonly clientVersion: string;
  /** Whether `log.appended` events are wanted. */
  readonly logs?: boolean;
  /** How long the agent may take to answer the hello. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

export interface Closed {
  /** The agent said that it leaves: it was told to, or nobody needed it. */
  readonly isOrderly: boolean;
}

export type ConnectedClient = Client & {
  /** What the agent said of itself. */
  readonly agent: HelloAnswer;
  /** Calls back once when the connection has closed, at once when it has already. */
  onClosed(listener: (closed: Closed) => void): Disposer;
  /** The language server's end of the connection, once for each language client. */
  openLanguage(): MessageStreams;
  dispose(): void;
};

/**
 * Connects and says hello. Told apart by the reason: `not_running` (nothing listens), `not_an_agent` (something else
 * answers), `unauthorized` (wrong token), `version_mismatch`, `disconnected` (it hung up), `timed_out`.
 */
export async function connectClient(options: ConnectOptions): Promise<Result<ConnectedClient>> {
  const opened = await openSocket(options);
  if (!opened.ok) return opened;
  const session = createSession(opened.value, options.clock ?? systemClock);
  const answer = await sayHello(session, options);
  if (!answer.ok) {
    session.dispose();
    return answer;
  }
  const client = createClient(session.transport);
  return success({
    ...client,
    agent: answer.value,
    onClosed: session.onClosed,
    openLanguage: session.openLanguage,
    dispose: session.dispose,
  });
}

const defaultTimeoutMs = 10_000;

function openSocket(options: ConnectOptions): Promise<Result<WebSocket>> {
  const { port, clock = systemClock, timeoutMs = defaultTimeoutMs } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, {
    maxPayload: maximumMessageBytes,
    perMessageDeflate: false,
    followRedirects: false,
  });
  return new Promise((resolve) => {
    const settle = (result: Result<WebSocket>) => {
      stopWaiting();
      resolve(result);
      if (!result.ok) socket.terminate();
    };
    const stopWaiting = clock.schedule(timeoutMs, () => settle(lateAnswer(port)));
    socket.once('open', () => settle(success(socket)));
    // Stays for good: terminating and lost connections raise it too.
    socket.on('error', (error: NodeJS.ErrnoException) => settle(failureOfSocket(error.code, port)));
    socket.once('unexpected-response', (_request, response) => void refusalOf(response, port).then(settle));
  });
}

function failureOfSocket(code: string | undefined, port: number) {
  switch (code) {
    case 'ECONNREFUSED':
      return failure('not_running', `Nothing listens on 127.0.0.1:${port}.`);
    case 'ECONNRESET':
    case 'EPIPE':
      return failure('disconnected', `127.0.0.1:${port} hung up before it answered.`);
    default:
      return notAnAgent(port);
  }
}

/** An agent refuses an upgrade with a problem that carries its reason. */
async function refusalOf(response: IncomingMessage, port: number): Promise<Result<never>> {
  const chunks: Buffer[] = [];
  try {
    // Streams of Node yield buffers as long as no encoding is set.
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const problem = Failure.pick({ reason: true }).extend({ detail: Failure.shape.message });
    const { reason, detail } = problem.parse(JSON.parse(Buffer.concat(chunks).toString()));
    return failure(reason, detail);
  } catch {
    return notAnAgent(port);
  }
}

function notAnAgent(port: number) {
  return failure('not_an_agent', `What listens on 127.0.0.1:${port} is not an agent of Noodle.`);
}

function lateAnswer(port: number) {
  return failure('timed_out', `127.0.0.1:${port} did not answer in time.`);
}

interface Session {
  readonly connection: MessageConnection;
  readonly transport: Transport;
  onClosed(listener: (closed: Closed) => void): Disposer;
  openLanguage(): MessageStreams;
  dispose(): void;
}

function createSession(socket: WebSocket, clock: Clock): Session {
  const splitter = splitChannels((text) => send(socket, text));
  const { reader, writer } = splitter.open('noodle');
  const connection = createMessageConnection(reader, writer, NullLogger);
  const closeListeners = new Set<(closed: Closed) => void>();
  let closed: Closed = { isOrderly: false };
  socket.on('message', (data) => splitter.receive(frameText(data)));
  socket.once('close', (code) => {
    closed = { isOrderly: code === closeCodes.leaving };
    splitter.close();
    connection.dispose();
    for (const listener of closeListeners) listener(closed);
  });
  const transport = createTransport(connection);
  connection.listen();
  return {
    connection,
    transport,
    onClosed(listener) {
      if (socket.readyState === WebSocket.CLOSED) listener(closed);
      else closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
    openLanguage: () => splitter.open('language'),
    dispose() {
      socket.close();
      // An agent that hangs does not keep its client.
      socket.once(
        'close',
        clock.schedule(1000, () => socket.terminate()),
      );
    },
  };
}

function send(socket: WebSocket, text: string): void {
  if (socket.readyState !== WebSocket.OPEN) throw new FailureError(lost());
  if (text.length * 3 > maximumMessageBytes && Buffer.byteLength(text) > maximumMessageBytes) {
    throw new FailureError({
      reason: 'too_large',
      message: `The request: expected at most ${maximumMessageBytes} bytes, found more.`,
    });
  }
  socket.send(text);
}

function createTransport(connection: MessageConnection): Transport {
  const listeners = new Set<(event: NoodleEvent) => void>();
  connection.onNotification(eventMethod, (params: unknown) => {
    const parsed = EventNotification.safeParse(params);
    // An event that a newer agent has and this client does not know concerns nobody here.
    if (parsed.success) for (const listener of [...listeners]) listener(parsed.data.event);
  });
  return {
    request: (method, params, signal) => request(connection, { method: methodPrefix + method, params, signal }),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface OutgoingRequest {
  readonly method: string;
  readonly params: unknown;
  readonly signal?: CancellationSignal | undefined;
}

async function request(connection: MessageConnection, { method, params, signal }: OutgoingRequest): Promise<unknown> {
  if (signal?.aborted === true)
    throw new FailureError({ reason: 'cancelled', message: `${method} was cancelled before it was sent.` });
  const cancellation = new CancellationTokenSource();
  const cancel = () => cancellation.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await connection.sendRequest(method, params, cancellation.token);
  } catch (error) {
    throw new FailureError(failureOfRpc(error), { cause: error });
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancellation.dispose();
  }
}

/** The agent's failure, or what became of the connection. */
function failureOfRpc(error: unknown): Failure {
  if (!(error instanceof ResponseError)) return lost();
  const answered = Failure.safeParse(error.data);
  if (answered.success) return answered.data;
  switch (error.code) {
    case ErrorCodes.PendingResponseRejected:
      return lost();
    case ErrorCodes.MessageWriteError:
      return { reason: 'too_large', message: error.message };
    default:
      return { reason: FailureReason.enum.internal, message: error.message };
  }
}

function lost(): Failure {
  return { reason: 'disconnected', message: 'The connection to the agent was lost before it answered.' };
}

async function sayHello(session: Session, options: ConnectOptions): Promise<Result<HelloAnswer>> {
  const {
    port,
    token,
    client,
    clientVersion,
    logs = false,
    clock = systemClock,
    timeoutMs = defaultTimeoutMs,
  } = options;
  const hello: Hello = { protocolVersion, client, clientVersion, token, logs };
  const late = Promise.withResolvers<Result<HelloAnswer>>();
  const stopWaiting = clock.schedule(timeoutMs, () => late.resolve(lateAnswer(port)));
  const answered = request(session.connection, { method: helloMethod, params: hello }).then(
    (answer): Result<HelloAnswer> => {
      const parsed = HelloAnswer.safeParse(answer);
      return parsed.success ? success(parsed.data) : notAnAgent(port);
    },
    (error: unknown): Result<HelloAnswer> => {
      if (error instanceof FailureError) return { ok: false, failure: error.failure };
      throw error;
    },
  );
  const result = await Promise.race([answered, late.promise]);
  stopWaiting();
  return result;
}
