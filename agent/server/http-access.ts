// Who may talk to the server over HTTP: only programs and pages of this machine that know the token.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { Role } from '../protocol/operations.ts';
import type { Authenticate } from './roles.ts';

/** Refuses names that only look like this machine (DNS rebinding) and pages of other origins. */
export function checkAddress(request: IncomingMessage, port: number): Result<null> {
  const { host, origin } = request.headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return failure('forbidden', `Header \`Host\`: expected 127.0.0.1:${port}, found ${quoted(host)}.`, {
      place: 'Host',
    });
  }
  if (origin === undefined || isOwnOrigin(origin, port) || origin.startsWith('vscode-webview://')) return success(null);
  return failure(
    'forbidden',
    `Header \`Origin\`: expected none or http://127.0.0.1:${port}, found ${quoted(origin)}.`,
    {
      place: 'Origin',
    },
  );
}

function isOwnOrigin(origin: string, port: number): boolean {
  return origin === `http://127.0.0.1:${port}` || origin === `http://localhost:${port}`;
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value.slice(0, 100));
}

/** The sessions of dashboard pages: a random id in a cookie stands for the role of the token that opened the page. */
export class PageSessions {
  readonly #roles = new Map<string, Role>();
  readonly #most: number;

  constructor(options: { readonly most: number }) {
    this.#most = options.most;
  }

  /** A new session; the oldest one ends when there are too many. */
  open(role: Role): string {
    const oldest = this.#roles.keys().next().value;
    if (this.#roles.size >= this.#most && oldest !== undefined) this.#roles.delete(oldest);
    const id = randomBytes(32).toString('base64url');
    this.#roles.set(id, role);
    return id;
  }

  roleOf(id: string): Role | null {
    return this.#roles.get(id) ?? null;
  }
}

export interface AccessOptions {
  readonly authenticate: Authenticate;
  readonly sessions: PageSessions;
  readonly port: number;
}

/** The role behind a request's `Authorization: Bearer` or page cookie. */
export function identify(request: IncomingMessage, options: AccessOptions): Result<Role> {
  const { authorization } = request.headers;
  if (authorization === undefined) return identifyPage(request, options);
  const token = /^Bearer +([\x21-\x7e]{1,256})$/i.exec(authorization)?.[1];
  if (token === undefined) {
    return failure('unauthorized', 'Header `Authorization`: expected `Bearer <token>`, found another form.', {
      place: 'Authorization',
    });
  }
  const role = options.authenticate(token);
  if (role !== null) return success(role);
  return failure('unauthorized', 'Header `Authorization`: this token is not one of this agent.', {
    place: 'Authorization',
  });
}

function identifyPage(request: IncomingMessage, options: AccessOptions): Result<Role> {
  const role = sessionRole(request, options);
  if (role === null) {
    return failure(
      'unauthorized',
      'Expected the header `Authorization: Bearer <token>` or the cookie of an open dashboard, found neither.',
    );
  }
  if (isFromOwnPage(request, options.port)) return success(role);
  return failure('forbidden', "The dashboard's cookie came from a page that is not the dashboard.", {
    place: 'Sec-Fetch-Site',
  });
}

/** The role of the page that opens a WebSocket; only a request of that very page counts. */
export function pageRole(request: IncomingMessage, options: AccessOptions): Role | null {
  const { origin } = request.headers;
  return origin !== undefined && isOwnOrigin(origin, options.port) ? sessionRole(request, options) : null;
}

/** The name holds the port, because browsers send the cookies of one port of a machine to all. */
export function cookieName(port: number): string {
  return `noodle-${port}`;
}

function sessionRole(request: IncomingMessage, options: AccessOptions): Role | null {
  const prefix = `${cookieName(options.port)}=`;
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  const own = cookies.find((cookie) => cookie.startsWith(prefix));
  return own === undefined ? null : options.sessions.roleOf(own.slice(prefix.length));
}

/** What changes something has to prove where it comes from; what only reads must not come from elsewhere. */
function isFromOwnPage(request: IncomingMessage, port: number): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || (site === 'none' && isReading(request));
  const { origin } = request.headers;
  if (origin !== undefined) return isOwnOrigin(origin, port);
  return isReading(request);
}

function isReading(request: IncomingMessage): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}
