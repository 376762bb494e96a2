// One WebSocket: a hello, then operations, events and the language server.
//
//   waiting ──hello accepted──▶ open ──socket closed──▶ closed
//      └──hello refused, late or too large──────────────▲
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import type { WebSocket } from 'ws';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { MessageId } from '../protocol/channels.ts';
import type { Disposer } from '../protocol/client.ts';
import type { Failure } from '../protocol/failure.ts';
import { splitChannels, type ChannelSplitter, type MessageStreams } from '../protocol/message-streams.ts';
import { closeCodes, eventMethod, protocolVersion, type HelloAnswer } from '../protocol/wire.ts';
import type { Caller, Dispatcher } from './dispatch.ts';
import type { EventFanout } from './event-fanout.ts';
import { frameText } from '../platform/frame-text.ts';
import { checkHello, type Greeting, type GreetingOptions } from './greeting.ts';
import { isNestedDeeper, type ServerLimits } from './limits.ts';
import { rpcError, serveOperations } from './rpc-operations.ts';

export interface RpcOptions extends GreetingOptions {
  readonly socket: WebSocket;
  /** What the WebSocket runs on, to see how much arrives before the hello. */
  readonly stream: Socket;
  readonly dispatcher: Dispatcher;
  readonly fanout: EventFanout;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: ServerLimits;
  readonly version: string;
  readonly root: string;
  /** Starts a language server; it calls `onExit` when the client asked it to leave. */
  readonly startLanguage: (streams: MessageStreams, onExit: () => void) => Promise<Disposer>;
  /** The hello was accepted. */
  readonly onOpened: () => void;
  /** An accepted connection has closed. */
  readonly onClosed: () => void;
}

type Accepted = Extract<Greeting, { ok: true }>;

/** Serves a WebSocket until it closes. */
export class RpcConnection {
  readonly #options: RpcOptions;
  /** What to undo when the socket has closed. */
  readonly #undos = new Set<Disposer>();
  #splitter: ChannelSplitter | null = null;
  #isClosed = false;

  constructor(options: RpcOptions) {
    this.#options = options;
    const { socket } = options;
    this.#undos.add(this.#guardHello());
    socket.on('message', (data, isBinary) => this.#receive(frameText(data), isBinary));
    socket.on('error', (error) => options.log.debug('socket failed', { cause: error.message }));
    socket.on('close', () => this.#closed());
  }

  /** Tells the client that the agent leaves. */
  leave(): void {
    this.#options.socket.close(closeCodes.leaving, 'the agent is leaving');
  }

  /** Closes sockets whose hello is late, and cuts off those that send much before it. */
  #guardHello(): Disposer {
    const { socket, stream, clock, limits } = this.#options;
    const stopWaiting = clock.schedule(limits.helloMs, () => socket.close(closeCodes.noHello, 'no hello came in time'));
    const atStart = stream.bytesRead;
    const count = () => {
      if (stream.bytesRead - atStart > limits.helloBytes) socket.terminate();
    };
    stream.on('data', count);
    return () => {
      stopWaiting();
      stream.off('data', count);
    };
  }

  #receive(text: string, isBinary: boolean): void {
    if (isBinary) return this.#options.socket.close(1003, 'expected text, found a binary message');
    if (this.#splitter === null) return this.#greet(text);
    const { jsonDepth } = this.#options.limits;
    if (isNestedDeeper(text, jsonDepth)) {
      return this.#sendError(null, -32600, `The message: expected at most ${jsonDepth} levels of nesting, found more.`);
    }
    if (this.#splitter.receive(text)) return;
    if (isJson(text))
      this.#sendError(null, -32600, 'The message: expected one JSON-RPC 2.0 message, found another value.');
    else this.#sendError(null, -32700, 'The message: expected JSON, found a mistake.');
  }

  #greet(text: string): void {
    const greeting = checkHello(text, this.#options);
    if (greeting.ok) return this.#open(greeting);
    const { code, message, data } = rpcError(greeting.failure);
    this.#sendError(greeting.id, code, message, data);
    this.#options.socket.close(greeting.closeCode, 'the hello was refused');
  }

  #open({ id, hello, role }: Accepted): void {
    const { dispatcher, fanout, version, root } = this.#options;
    this.#undoAll();
    const splitter = splitChannels(
      (text) => this.#send(text),
      (channel) => {
        if (channel === 'language') void this.#startLanguage(splitter);
      },
    );
    this.#splitter = splitter;
    const answer: HelloAnswer = { protocolVersion, agentVersion: version, root };
    this.#send(JSON.stringify({ jsonrpc: '2.0', id, result: answer }));
    const { reader, writer } = splitter.open('noodle');
    const connection = createMessageConnection(reader, writer, this.#logger());
    const caller = this.#caller(hello.client, role);
    const abort = serveOperations(connection, dispatcher, caller);
    connection.listen();
    this.#undos.add(() => {
      abort();
      connection.dispose();
    });
    this.#undos.add(
      fanout.subscribe({
        wants: (event) => event.type !== 'log.appended' || hello.logs,
        deliver: (json) => this.#sendEvent(json),
      }),
    );
    this.#options.onOpened();
    this.#undos.add(() => this.#options.onClosed());
  }

  #caller(client: string, role: Caller['role']): Omit<Caller, 'signal'> {
    return {
      role,
      via: 'rpc',
      client,
      connectionId: randomUUID(),
      onClosed: (listener) => {
        if (this.#isClosed) listener();
        else this.#undos.add(listener);
        return () => void this.#undos.delete(listener);
      },
    };
  }

  async #startLanguage(splitter: ChannelSplitter): Promise<void> {
    const { log, startLanguage } = this.#options;
    try {
      const stop = await startLanguage(splitter.open('language'), () => {
        splitter.shut('language');
        this.#undos.delete(stop);
        stop();
      });
      if (this.#isClosed) stop();
      else this.#undos.add(stop);
    } catch (error) {
      splitter.shut('language');
      log.error('the language server did not start', { cause: error });
    }
  }

  #sendEvent(json: string): void {
    try {
      this.#send(`{"jsonrpc":"2.0","method":"${eventMethod}","params":{"event":${json}}}`);
    } catch (error) {
      this.#options.log.warn('an event was too large to be sent', { cause: error });
    }
  }

  /** Throws a ResponseError for what is larger than the client may take. */
  #send(text: string): void {
    const { socket, limits, log } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > limits.bufferedBytes) {
      log.warn('a client does not read and was dropped', { bufferedBytes: socket.bufferedAmount });
      return socket.terminate();
    }
    if (isLarger(text, limits.messageBytes)) throw rpcError(tooLarge(limits.messageBytes));
    socket.send(text);
  }

  #sendError(id: MessageId, code: number, message: string, data?: Failure): void {
    this.#send(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } }));
  }

  #closed(): void {
    this.#isClosed = true;
    this.#splitter?.close();
    this.#undoAll();
  }

  #undoAll(): void {
    const undos = [...this.#undos];
    this.#undos.clear();
    for (const undo of undos) {
      try {
        undo();
      } catch (error) {
        this.#options.log.error('a listener of a closed connection failed', { cause: error });
      }
    }
  }

  /** What vscode-jsonrpc has to say about odd messages is of interest to developers only. */
  #logger() {
    const { log } = this.#options;
    const debug = (message: string) => log.debug(message);
    return { error: debug, warn: debug, info: debug, log: debug };
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isLarger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}

function tooLarge(bytes: number): Failure {
  return {
    reason: 'too_large',
    message: `The answer: expected at most ${bytes} bytes, found more.`,
    hint: 'Ask for less at once.',
  };
}
