// Operations over REST: path, query and body become one input for the dispatcher.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { failure, success, type Result } from '../protocol/failure.ts';
import { operations, type OperationDeclaration, type Role } from '../protocol/operations.ts';
import type { Caller, Dispatcher } from './dispatch.ts';
import { sendFailure, sendJson, sendRead } from './http-replies.ts';
import { maximumKeyLength, type Idempotency } from './idempotency.ts';
import type { ServerLimits } from './limits.ts';
import { readBody } from './request-body.ts';
import { locationOf, type Route } from './routes.ts';

export interface RestOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: ServerLimits;
  readonly idempotency: Idempotency;
}

export interface RestCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly role: Role;
}

/** Runs the operation of a matched route and answers. */
export async function answerCall(call: RestCall, options: RestOptions): Promise<void> {
  const { response, route } = call;
  const input = await inputOf(call, options.limits);
  if (!input.ok) {
    const isUnread = input.failure.reason === 'too_large';
    return sendFailure(response, input.failure, isUnread ? { Connection: 'close' } : {});
  }
  const run = () => options.dispatcher.dispatch(route.operation, input.value, callerOf(call));
  const key = idempotencyKeyOf(call);
  if (!key.ok) return sendFailure(response, key.failure);
  if (key.value === null) return answer(call, await run(), {});
  const request = { key: key.value, operation: route.operation, role: call.role, input: input.value };
  const { result, isReplayed } = await options.idempotency.once(request, run);
  answer(call, result, isReplayed ? { 'Idempotency-Replayed': 'true' } : {});
}

function answer(
  { request, response, route, parameters }: RestCall,
  result: Result<unknown>,
  headers: OutgoingHttpHeaders,
): void {
  if (!result.ok) return sendFailure(response, result.failure, headers);
  if (route.method === 'GET') return sendRead(request, response, result.value);
  const { effect }: OperationDeclaration = operations[route.operation];
  if (effect === undefined) return sendJson(response, 200, result.value, headers);
  const location = locationOf(route, parameters, result.value);
  sendJson(response, effect === 'creates' ? 201 : 202, result.value, {
    ...headers,
    ...(location === null ? {} : { Location: location }),
  });
}

/** Only what creates or executes can be done twice; elsewhere a key changes nothing. */
function idempotencyKeyOf({ request, route }: RestCall): Result<string | null> {
  const { effect }: OperationDeclaration = operations[route.operation];
  const key = request.headers['idempotency-key'];
  if (effect === undefined || key === undefined) return success(null);
  if (typeof key === 'string' && key.length > 0 && key.length <= maximumKeyLength) return success(key);
  return failure(
    'invalid_input',
    `Header \`Idempotency-Key\`: expected 1 to ${maximumKeyLength} characters, found ${key.length}.`,
    { place: 'Idempotency-Key' },
  );
}

async function inputOf(call: RestCall, limits: ServerLimits): Promise<Result<Record<string, unknown>>> {
  const query = queryOf(call.query);
  if (!query.ok) return query;
  if (call.route.method !== 'POST') return withParameters(query.value, call.parameters);
  const [stray] = Object.keys(query.value);
  if (stray !== undefined) {
    return failure('invalid_input', `\`${stray}\`: expected in the body, found in the query.`, { place: stray });
  }
  const body = await readBody(call.request, limits);
  return body.ok ? withParameters(body.value, call.parameters) : body;
}

function queryOf(query: URLSearchParams): Result<Record<string, string>> {
  const seen = new Set<string>();
  const repeated = [...query.keys()].find((name) => seen.size === seen.add(name).size);
  if (repeated === undefined) return success(Object.fromEntries(query));
  return failure(
    'invalid_input',
    `Query \`${repeated}\`: expected once, found ${query.getAll(repeated).length} times.`,
    {
      place: repeated,
    },
  );
}

/** The path names what is meant; a body that names something else is a mistake of the caller. */
function withParameters(
  input: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, string>>,
): Result<Record<string, unknown>> {
  for (const [name, value] of Object.entries(parameters)) {
    if (!Object.hasOwn(input, name) || input[name] === value) continue;
    return failure(
      'invalid_input',
      `\`${name}\`: expected ${JSON.stringify(value)} as in the path, found another value.`,
      {
        place: name,
      },
    );
  }
  return success({ ...input, ...parameters });
}

function callerOf(call: RestCall): Caller {
  const controller = new AbortController();
  call.response.once('close', () => {
    if (!call.response.writableFinished) controller.abort();
  });
  return {
    role: call.role,
    via: 'rest',
    client: (call.request.headers['user-agent'] ?? 'rest').slice(0, 100),
    connectionId: null,
    signal: controller.signal,
    onClosed: () => () => {},
  };
}
