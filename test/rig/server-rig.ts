// The real server on a loopback port, with scripted handlers: `await using rig = await ServerRig.start()`.
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import { createEventBus } from '../../agent/events/events.ts';
import { createLog } from '../../agent/platform/log.ts';
import { success, type Result } from '../../agent/protocol/failure.ts';
import {
  operations,
  type OperationName,
  type OutputOf,
  type ParsedInputOf,
  type Role,
} from '../../agent/protocol/operations.ts';
import { protocolVersion } from '../../agent/protocol/wire.ts';
import { connectClient, type ConnectedClient } from '../../agent/client/client.ts';
import type { LanguageFeatures } from '../../agent/server/language-features.ts';
import { createAuthenticate } from '../../agent/server/roles.ts';
import {
  startServer,
  type AuditEntry,
  type Caller,
  type Handlers,
  type IdempotencyRecord,
  type IdempotencyRecords,
  type Server,
  type ServerOptions,
} from '../../agent/server/server.ts';
import { exampleOutputs } from './contract-examples.ts';
import { ManualClock } from './manual-clock.ts';

export type ScriptedHandler<N extends OperationName> = (
  input: ParsedInputOf<N>,
  caller: Caller,
) => Promise<Result<OutputOf<N>>>;

export interface RestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
}

export interface RestRequest {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** The role whose token is sent; null for none. */
  readonly role?: Role | null;
  /** Of the body; null for none. */
  readonly contentType?: string | null;
}

/** The token of each role. */
export const tokens: { readonly [R in Role]: string } = {
  viewer: 'viewer-token-0123456789-0123456789',
  developer: 'developer-token-0123456789-0123456',
  operator: 'operator-token-0123456789-01234567',
  admin: 'admin-token-0123456789-0123456789-',
};

/** Nothing to show; spread and replace what a test is about. */
export const noLanguage: LanguageFeatures = {
  diagnostics: () => new Map(),
  onDiagnosticsChanged: () => () => {},
  codeLenses: async () => [],
  onCodeLensesChanged: () => () => {},
  configuration: {
    path: 'noodle.yaml' as LanguageFeatures['configuration']['path'],
    complete: () => [],
    hover: () => null,
    validate: () => [],
  },
};

export class ServerRig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly events = createEventBus((error) => {
    throw error;
  });
  readonly audit: AuditEntry[] = [];
  readonly logLines: string[] = [];
  /** Requests with an idempotency key, by key. */
  readonly keyed = new Map<string, IdempotencyRecord>();
  readonly counts: number[] = [];
  /** What handlers were called with, in order. */
  readonly calls: { readonly operation: OperationName; readonly input: unknown; readonly caller: Caller }[] = [];
  readonly #handlers = new Map<OperationName, (input: never, caller: Caller) => Promise<Result<unknown>>>();
  readonly #clients: ConnectedClient[] = [];
  readonly #sockets: WebSocket[] = [];
  #server: Server | null = null;

  static async start(options: Partial<ServerOptions> = {}): Promise<ServerRig> {
    const rig = new ServerRig();
    rig.#server = await startServer({
      handlers: rig.handlers(),
      events: rig.events,
      authenticate: createAuthenticate(Object.entries(tokens).map(([role, token]) => ({ role: role as Role, token }))),
      version: '1.0.0',
      root: '/repository',
      clock: rig.clock,
      log: createLog((line) => rig.logLines.push(line), 'warn'),
      dashboardFolder: null,
      language: noLanguage,
      audit: (entry) => rig.audit.push(entry),
      idempotency: memoryRecords(rig.keyed),
      onClientCount: (count) => rig.counts.push(count),
      checksOutput: true,
      ...options,
    });
    return rig;
  }

  get server(): Server {
    if (this.#server === null) throw new Error('the rig was not started');
    return this.#server;
  }

  get port(): number {
    return this.server.port;
  }

  /** Decides how an operation is answered; without it, with the example of the contract. */
  script<N extends OperationName>(operation: N, handler: ScriptedHandler<N>): void {
    this.#handlers.set(operation, handler);
  }

  handlers(): Handlers {
    const entries = Object.keys(operations).map((key) => {
      const operation = key as OperationName;
      const handler = async (input: unknown, caller: Caller) => {
        this.calls.push({ operation, input, caller });
        const scripted = this.#handlers.get(operation);
        // A scripted handler belongs to this very operation.
        return scripted === undefined ? success(exampleOutputs[operation]) : await scripted(input as never, caller);
      };
      return [operation, handler] as const;
    });
    // Made from the same table as the type.
    return Object.fromEntries(entries) as unknown as Handlers;
  }

  /** A REST request below /api/cicd, or anywhere with an absolute path. */
  rest(
    method: string,
    path: string,
    { headers = {}, body, role = 'admin', contentType = 'application/json' }: RestRequest = {},
  ): Promise<RestAnswer> {
    const target = path.startsWith('/api') || path === '/rpc' ? path : `/api/cicd${path}`;
    return this.http(method, target, {
      body,
      headers: {
        ...(role === null ? {} : { Authorization: `Bearer ${tokens[role]}` }),
        ...(body === undefined || contentType === null ? {} : { 'Content-Type': contentType }),
        ...headers,
      },
    });
  }

  http(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: OutgoingHttpHeaders; body?: string | Uint8Array | undefined } = {},
  ): Promise<RestAnswer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port: this.port, method, path, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: () => JSON.parse(text),
            });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** A client over the WebSocket; closed with the rig. */
  async connect(role: Role = 'admin', logs = false): Promise<ConnectedClient> {
    const connected = await connectClient({
      port: this.port,
      token: tokens[role],
      client: 'test',
      clientVersion: '1.0.0',
      logs,
    });
    if (!connected.ok) throw new Error(connected.failure.message);
    this.#clients.push(connected.value);
    return connected.value;
  }

  /** A WebSocket on which the test says everything itself. */
  async socket(headers: Record<string, string> = {}): Promise<RawSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/rpc`, { headers });
    this.#sockets.push(socket);
    const raw = new RawSocket(socket);
    await raw.opened;
    return raw;
  }

  /** A WebSocket whose hello was accepted. */
  async greetedSocket(role: Role = 'admin', hello: object = {}): Promise<RawSocket> {
    const raw = await this.socket();
    raw.send({
      id: 0,
      method: 'noodle/hello',
      params: { protocolVersion, client: 'test', clientVersion: '1.0.0', token: tokens[role], ...hello },
    });
    await raw.next();
    return raw;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.dispose();
    for (const socket of this.#sockets) socket.terminate();
    await this.#server?.dispose();
  }
}

export interface WireAnswer {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly reason: string } };
}

/** A WebSocket with its messages in a queue. */
export class RawSocket {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly #received: WireAnswer[] = [];
  readonly #waiting: ((message: WireAnswer) => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    this.closed = new Promise((resolve) => socket.once('close', (code: number) => resolve(code)));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as WireAnswer;
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#received.push(message);
      else waiting(message);
    });
  }

  send(message: object): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  /** The next message that was not taken yet. */
  next(): Promise<WireAnswer> {
    const message = this.#received.shift();
    return message === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(message);
  }
}

/** Records that end with the test. */
export function memoryRecords(records: Map<string, IdempotencyRecord>): IdempotencyRecords {
  return {
    find: (key) => records.get(key) ?? null,
    save: async (record) => void records.set(record.key, record),
    remove: async (key) => void records.delete(key),
  };
}
