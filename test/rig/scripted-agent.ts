// An agent of which a test decides what it answers and what it tells: the real wire, fixed data, nothing behind it.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import type { NoodleEvent } from '../../agent/protocol/events.ts';
import { FailureError, failureCatalogue, type Failure } from '../../agent/protocol/failure.ts';
import { operations, type OperationName, type OutputOf, type ParsedInputOf } from '../../agent/protocol/operations.ts';
import { methodPrefix, protocolVersion } from '../../agent/protocol/wire.ts';
import type { DashboardFiles } from './dashboard-files.ts';

export type ScriptedAnswers = {
  [N in OperationName]?: (input: ParsedInputOf<N>) => OutputOf<N> | Promise<OutputOf<N>>;
};

export interface ReceivedRequest {
  readonly method: string;
  readonly params: unknown;
}

const Request = z.object({ id: z.number(), method: z.string(), params: z.unknown() });

/** The policy that comes with the page: as strict as the agent's. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export interface ScriptedAgentOptions {
  readonly files: DashboardFiles;
  readonly answers: ScriptedAnswers;
  /** What the hello is answered with, when it is refused. */
  readonly refusal?: Failure;
}

export class ScriptedAgent implements AsyncDisposable {
  readonly answers: ScriptedAnswers;
  /** Everything that was asked so far, the hello first. */
  readonly requests: ReceivedRequest[] = [];
  readonly #options: ScriptedAgentOptions;
  readonly #waiting = new Set<() => void>();
  #server: Server | null = null;
  #sockets: WebSocketServer | null = null;
  #port = 0;

  private constructor(options: ScriptedAgentOptions) {
    this.#options = options;
    this.answers = { ...options.answers };
  }

  /** Listens on a free port of this machine. */
  static async start(options: ScriptedAgentOptions): Promise<ScriptedAgent> {
    const agent = new ScriptedAgent(options);
    await agent.resume();
    return agent;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Tells every connected page. */
  emit(...events: readonly NoodleEvent[]): void {
    for (const event of events) {
      const message = JSON.stringify({ jsonrpc: '2.0', method: `${methodPrefix}event`, params: { event } });
      for (const socket of this.#sockets?.clients ?? []) socket.send(message);
    }
  }

  /** Resolves with the params of the `count`th request of this operation, which may have come already. */
  async requested(operation: OperationName | 'hello', count = 1): Promise<unknown> {
    const found = (): ReceivedRequest | undefined =>
      this.requests.filter((each) => each.method === `${methodPrefix}${operation}`)[count - 1];
    while (found() === undefined) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    return found()?.params;
  }

  /** Goes away: every connection is cut, and nothing answers at the address. */
  async pause(): Promise<void> {
    for (const socket of this.#sockets?.clients ?? []) socket.terminate();
    this.#sockets?.close();
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  }

  /** Listens again, at the same address. */
  async resume(): Promise<void> {
    const server = createServer((request, response) => this.#serve(request.url ?? '/', response));
    this.#sockets = new WebSocketServer({ server, path: '/rpc' });
    this.#sockets.on('connection', (socket) => {
      socket.on('message', (message: Buffer) => void this.#receive(socket, message.toString('utf8')));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    // A server that listens on TCP has this kind of address.
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pause();
  }

  #serve(url: string, response: ServerResponse): void {
    const { pathname } = new URL(url, this.address);
    const file = this.#options.files.get(pathname === '/' ? '/index.html' : pathname);
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': file.type, 'content-security-policy': policy }).end(file.content);
  }

  async #receive(socket: WebSocket, text: string): Promise<void> {
    const request = Request.safeParse(JSON.parse(text));
    if (!request.success) return;
    const { id, method, params } = request.data;
    this.requests.push({ method, params });
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...(await this.#answer(method, params)) }));
  }

  async #answer(method: string, params: unknown): Promise<object> {
    try {
      return { result: method === `${methodPrefix}hello` ? this.#hello() : await this.#perform(method, params) };
    } catch (error) {
      const failure: Failure =
        error instanceof FailureError ? error.failure : { reason: 'internal', message: String(error) };
      return { error: { code: failureCatalogue[failure.reason].rpcCode, message: failure.message, data: failure } };
    }
  }

  #hello(): object {
    if (this.#options.refusal !== undefined) throw new FailureError(this.#options.refusal);
    return { protocolVersion, agentVersion: '0.1.0', root: '/home/me/my-app' };
  }

  /** Both sides of the scripted data are held against the contract. */
  async #perform(method: string, params: unknown): Promise<unknown> {
    const name = method.slice(methodPrefix.length);
    if (!isOperation(name)) throw new FailureError({ reason: 'unknown_method', message: `no operation ${name}` });
    const { input, output } = operations[name];
    // The answer is looked up by the same name that its input was parsed for.
    const answer = this.answers[name] as ((value: unknown) => unknown) | undefined;
    if (answer === undefined) throw new FailureError({ reason: 'not_found', message: `no scripted answer to ${name}` });
    return output.parse(await answer(input.parse(params)));
  }
}

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
