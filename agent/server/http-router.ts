// Every HTTP request: checked, then sent to the API, the event stream, the document or the dashboard.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../platform/log.ts';
import { failure } from '../protocol/failure.ts';
import type { Role } from '../protocol/operations.ts';
import { answerPage, type DashboardOptions } from './dashboard-page.ts';
import type { Dispatcher } from './dispatch.ts';
import { eventsPath } from './event-stream.ts';
import { checkAddress, identify } from './http-access.ts';
import { sendFailure, sendText } from './http-replies.ts';
import type { Idempotency } from './idempotency.ts';
import type { ServerLimits } from './limits.ts';
import { announceRate, tooManyRequests, type RateLimiter } from './rate-limit.ts';
import { answerRaw, type RawRoute } from './raw-routes.ts';
import { answerCall } from './rest.ts';
import { apiPrefix, matchRoute, restRoutes } from './routes.ts';

export const rpcPath = '/rpc';
export const documentPath = '/openapi.json';

export interface RouterOptions extends DashboardOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: ServerLimits;
  readonly idempotency: Idempotency;
  readonly rate: RateLimiter;
  readonly log: Log;
  /** Beside those of the contract. */
  readonly rawRoutes: readonly RawRoute[];
  /** The OpenAPI document as JSON text. */
  readonly document: () => string;
  readonly stream: (response: ServerResponse, query: URLSearchParams) => void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

export type Router = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The router; answers every request and never rejects. */
export function createRouter(options: RouterOptions): Router {
  const routes = restRoutes();
  const answer = async (exchange: Exchange) => {
    const { pathname } = exchange.url;
    if (pathname === rpcPath) return sendFailure(exchange.response, notAnUpgrade());
    if (pathname === apiPrefix || pathname.startsWith(`${apiPrefix}/`)) return answerApi(exchange, routes, options);
    const raw = options.rawRoutes.filter(({ path }) => path === pathname);
    if (raw.length > 0) return answerOther(exchange, raw, options);
    if (!isReading(exchange.request)) return sendWrongMethod(exchange, ['GET', 'HEAD']);
    return answerPage(exchange, options);
  };
  return async (request, response) => {
    const address = checkAddress(request, options.port);
    if (!address.ok) return sendFailure(response, address.failure);
    const url = urlOf(request);
    if (url === null) return sendFailure(response, notAnAddress());
    try {
      await answer({ request, response, url });
    } catch (error) {
      options.log.error('request failed', { method: request.method, path: url.pathname, cause: error });
      sendFailure(response, {
        reason: 'internal',
        message: 'The request failed because of a defect in Noodle; its log has the cause.',
      });
    }
  };
}

async function answerApi(
  exchange: Exchange,
  routes: ReturnType<typeof restRoutes>,
  options: RouterOptions,
): Promise<void> {
  const { request, response, url } = exchange;
  const path = url.pathname.slice(apiPrefix.length);
  if (path === documentPath || path === eventsPath) return answerRead(exchange, path, options);
  const match = matchRoute(routes, request.method ?? '', path);
  if (match.kind === 'unknown') return sendFailure(response, unknownPath(url.pathname));
  if (match.kind === 'wrong_method') return sendWrongMethod(exchange, match.allowed);
  const role = roleFor(exchange, options);
  if (role === null || !isWithinRate(exchange, role, options)) return;
  await answerCall({ ...exchange, ...match, query: url.searchParams, role }, options);
}

async function answerOther(exchange: Exchange, routes: readonly RawRoute[], options: RouterOptions): Promise<void> {
  const method = exchange.request.method === 'HEAD' ? 'GET' : exchange.request.method;
  const route = routes.find((candidate) => candidate.method === method);
  if (route === undefined)
    return sendWrongMethod(
      exchange,
      routes.map((candidate) => candidate.method),
    );
  const role = roleFor(exchange, options);
  if (role === null || !isWithinRate(exchange, role, options)) return;
  await answerRaw(route, { ...exchange, role, limits: options.limits });
}

function answerRead(exchange: Exchange, path: string, options: RouterOptions): void {
  const { request, response, url } = exchange;
  const allowed = path === eventsPath ? ['GET'] : ['GET', 'HEAD'];
  if (!allowed.includes(request.method ?? '')) return sendWrongMethod(exchange, allowed);
  if (path === documentPath) {
    return sendText(response, 200, { type: 'application/json; charset=utf-8', text: options.document() });
  }
  // Whoever knows a token may read; there is no lesser role than viewer.
  if (roleFor(exchange, options) !== null) options.stream(response, url.searchParams);
}

/** The caller's role; null when the request was refused. */
function roleFor(exchange: Exchange, options: RouterOptions): Role | null {
  const access = identify(exchange.request, options);
  if (access.ok) return access.value;
  // A body that was not read would be taken for the next request.
  sendFailure(exchange.response, access.failure, isReading(exchange.request) ? {} : { Connection: 'close' });
  return null;
}

/** False when the request was refused. Each role has one token, so its requests have one bucket. */
function isWithinRate({ request, response }: Exchange, role: string, { rate, limits }: RouterOptions): boolean {
  const decision = rate.take(role);
  announceRate(response, limits.rate, decision);
  if (decision.isAllowed) return true;
  const headers = { 'Retry-After': decision.retryAfterSeconds, ...(isReading(request) ? {} : { Connection: 'close' }) };
  sendFailure(response, tooManyRequests(limits.rate, decision), headers);
  return false;
}

function sendWrongMethod({ request, response, url }: Exchange, allowed: readonly string[]): void {
  const message = `${url.pathname.slice(0, 200)}: expected ${allowed.join(' or ')}, found ${request.method ?? 'no method'}.`;
  sendFailure(response, { reason: 'wrong_method', message }, { Allow: allowed.join(', '), Connection: 'close' });
}

function isReading(request: IncomingMessage): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

function urlOf(request: IncomingMessage): URL | null {
  const target = request.url ?? '';
  if (!target.startsWith('/') || target.startsWith('//')) return null;
  return URL.canParse(target, 'http://127.0.0.1') ? new URL(target, 'http://127.0.0.1') : null;
}

function unknownPath(path: string) {
  return failure('unknown_method', `There is nothing at ${path.slice(0, 200)}.`, {
    hint: `See ${apiPrefix}${documentPath} for what there is.`,
  }).failure;
}

function notAnAddress() {
  return failure('invalid_input', 'The address: expected a path that starts with one slash, found another form.')
    .failure;
}

function notAnUpgrade() {
  return failure('invalid_input', `${rpcPath}: expected a WebSocket, found a plain request.`, {
    place: 'Upgrade',
    hint: 'Connect with a WebSocket client, or use the REST API.',
  }).failure;
}
