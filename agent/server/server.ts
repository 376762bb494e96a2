// The contract on 127.0.0.1: JSON-RPC and LSP over WebSocket, REST, events, OpenAPI and the dashboard, on one port.
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import { nodeHttp } from '../platform/http.ts';
import type { Log } from '../platform/log.ts';
import type { Disposer } from '../protocol/client.ts';
import { failure, success, type Failure, type Result } from '../protocol/failure.ts';
import type { MessageStreams } from '../protocol/message-streams.ts';
import { createClientList, type ClientList } from './client-list.ts';
import { admitCommand, isCommandUpgrade, openCommandConnection, type CommandConnection } from './command-connection.ts';
import { createDispatcher, type AuditEntry, type Dispatcher, type Handlers } from './dispatch.ts';
import { createEventFanout, type EventFanout } from './event-fanout.ts';
import { streamEvents } from './event-stream.ts';
import { checkAddress, PageSessions, pageRole } from './http-access.ts';
import { rawProblem, sendFailure } from './http-replies.ts';
import { createRouter, rpcPath } from './http-router.ts';
import type { RawRoute } from './raw-routes.ts';
import { Idempotency, type IdempotencyRecords } from './idempotency.ts';
import type { LanguageFeatures } from './language-features.ts';
import { defaultLimits, type ServerLimits } from './limits.ts';
import { openApiDocument } from './openapi.ts';
import { RateLimiter } from './rate-limit.ts';
import type { Authenticate } from './roles.ts';
import { RpcConnection } from './rpc-connection.ts';

export type { CommandConnection } from './command-connection.ts';
export type { AuditEntry, Caller, Handlers } from './dispatch.ts';
export type { RawRoute } from './raw-routes.ts';
export type { IdempotencyRecord, IdempotencyRecords } from './idempotency.ts';

export interface ServerOptions {
  readonly handlers: Handlers;
  readonly events: EventBus;
  /** The role that a token stands for; see createAuthenticate. */
  readonly authenticate: Authenticate;
  readonly version: string;
  /** Absolute path of the repository. */
  readonly root: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Folder with index.html and its files, or null. */
  readonly dashboardFolder: string | null;
  readonly language: LanguageFeatures;
  /** Routes beside those of the contract. */
  readonly rawRoutes?: readonly RawRoute[];
  readonly audit: (entry: AuditEntry) => void;
  /** Where idempotency keys of REST requests are remembered. */
  readonly idempotency: IdempotencyRecords;
  /** Runs commands of terminals. Absent: they are told to run them themselves. */
  readonly serveCommand?: (connection: CommandConnection) => void;
  /** Told when WebSockets, event streams and terminals come and go. */
  readonly onClientCount?: (count: number) => void;
  /** Also check what handlers answer against the contract: for development and tests. */
  readonly checksOutput?: boolean;
  readonly limits?: Partial<ServerLimits>;
}

export interface Server {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  clientCount(): number;
  /** Lets clients read what is under way, for a moment, and closes everything. */
  dispose(): Promise<void>;
}

/** Listens on a random port of 127.0.0.1. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const http = nodeHttp().createServer({
    headersTimeout: 10_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 5000,
    // Clients may offer other upgrades (`curl --http2`) and take a plain answer.
    shouldUpgradeCallback: (request) =>
      request.headers.upgrade?.toLowerCase() === 'websocket' ||
      (options.serveCommand !== undefined && isCommandUpgrade(request)),
  });
  const limits = { ...defaultLimits, ...options.limits };
  http.maxConnections = limits.connections;
  const port = await listen(http);
  const parts: Parts = {
    options,
    limits,
    port,
    dispatcher: createDispatcher(options),
    idempotency: new Idempotency(options.idempotency, options.clock),
    rate: new RateLimiter(limits.rate, options.clock),
    fanout: createEventFanout(options.events),
    sessions: new PageSessions({ most: 64 }),
    clients: createClientList(options.onClientCount ?? (() => {})),
  };
  serveHttp(http, parts);
  const sockets = serveSockets(http, parts);
  return {
    port,
    address: `http://127.0.0.1:${port}`,
    clientCount: parts.clients.count,
    dispose: () => close(http, sockets, parts),
  };
}

interface Parts {
  readonly options: ServerOptions;
  readonly limits: ServerLimits;
  readonly port: number;
  readonly dispatcher: Dispatcher;
  readonly idempotency: Idempotency;
  readonly rate: RateLimiter;
  readonly fanout: EventFanout;
  readonly sessions: PageSessions;
  readonly clients: ClientList;
}

function listen(http: HttpServer): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ host: '127.0.0.1', port: 0 }, () => {
      http.off('error', reject);
      // A TCP server that listens has an address with a port.
      resolve((http.address() as AddressInfo).port);
    });
  });
}

function serveHttp(http: HttpServer, parts: Parts): void {
  const { options, limits, port, clients, fanout } = parts;
  let document: string | null = null;
  const route = createRouter({
    ...parts,
    authenticate: options.authenticate,
    folder: options.dashboardFolder,
    log: options.log,
    rawRoutes: options.rawRoutes ?? [],
    document: () => (document ??= JSON.stringify(openApiDocument(options.version))),
    stream(response, query) {
      if (clients.count() >= limits.clients) return sendFailure(response, tooManyClients(limits));
      const stream = streamEvents(response, query, { fanout, limits, clock: options.clock });
      if (stream !== null) stream.onClosed(clients.add(stream.end));
    },
  });
  // The router never rejects.
  http.on('request', (request, response) => void route(request, response));
  http.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket, notHttp(error.code)));
  http.on('drop', () => options.log.warn('a connection was dropped: too many are open', { port }));
}

function serveSockets(http: HttpServer, parts: Parts): WebSocketServer {
  const { options, limits } = parts;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes, perMessageDeflate: false });
  http.on('upgrade', (request: IncomingMessage, stream: Socket, head: Buffer) => {
    if (isCommandUpgrade(request)) return openCommand(request, stream, head, parts);
    const admission = admit(request, sockets.clients.size, parts);
    if (!admission.ok) return refuse(stream, admission.failure);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const removers: Disposer[] = [];
      const connection = new RpcConnection({
        ...parts,
        ...options,
        limits,
        socket,
        stream,
        pageRole: pageRole(request, { ...parts, authenticate: options.authenticate }),
        startLanguage: (streams, onExit) => startLanguage(streams, onExit, options),
        onOpened: () => removers.push(parts.clients.add(() => connection.leave())),
        onClosed: () => removers.forEach((remove) => remove()),
      });
    });
  });
  return sockets;
}

function openCommand(request: IncomingMessage, stream: Socket, head: Buffer, parts: Parts): void {
  const { options, clients, limits } = parts;
  const admission =
    clients.count() < limits.clients
      ? admitCommand(request, { ...parts, authenticate: options.authenticate })
      : { ok: false as const, failure: tooManyClients(limits) };
  if (!admission.ok || options.serveCommand === undefined)
    return refuse(stream, admission.ok ? notHttp(undefined) : admission.failure);
  const remove = clients.add(() => stream.destroy());
  const connection = openCommandConnection(stream, head);
  connection.onClosed(remove);
  options.serveCommand(connection);
}

function admit(request: IncomingMessage, open: number, { limits, port }: Parts): Result<null> {
  const address = checkAddress(request, port);
  if (!address.ok) return address;
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path !== rpcPath)
    return failure('unknown_method', `WebSocket: expected ${rpcPath}, found ${path.slice(0, 100)}.`);
  return open < limits.clients ? success(null) : { ok: false, failure: tooManyClients(limits) };
}

/** Loaded when the first language message comes: the command line and the dashboard never need it. */
async function startLanguage(streams: MessageStreams, onExit: () => void, options: ServerOptions): Promise<Disposer> {
  const { startLanguageServer } = await import('./language-server.ts');
  return startLanguageServer({ ...streams, ...options, onExit, features: options.language });
}

function refuse(stream: Duplex, problem: Failure): void {
  stream.on('error', () => stream.destroy());
  if (stream.writable) stream.end(rawProblem(problem));
  else stream.destroy();
}

function tooManyClients(limits: ServerLimits): Failure {
  return { reason: 'too_many_connections', message: `Expected at most ${limits.clients} clients at once, found more.` };
}

function notHttp(code: string | undefined): Failure {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { reason: 'too_large', message: 'The headers: expected at most 16,384 bytes, found more.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { reason: 'timed_out', message: 'The request did not arrive in time.' };
    default:
      return { reason: 'invalid_input', message: 'Expected an HTTP request, found something else.' };
  }
}

async function close(http: HttpServer, sockets: WebSocketServer, { options, clients, limits }: Parts): Promise<void> {
  const closed = [
    new Promise((resolve) => http.close(resolve)),
    ...[...sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  ];
  clients.leaveAll();
  http.closeIdleConnections();
  const stopWaiting = options.clock.schedule(limits.leaveMs, () => {
    for (const socket of sockets.clients) socket.terminate();
    http.closeAllConnections();
  });
  await Promise.all(closed);
  stopWaiting();
  sockets.close();
}
