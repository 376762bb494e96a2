// Operations over REST: path, query and body become one input for the dispatcher.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { Role } from '../protocol/operations.ts';
import type { Caller, Dispatcher } from './dispatch.ts';
import { sendFailure, sendJson } from './http-replies.ts';
import type { ServerLimits } from './limits.ts';
import { readBody } from './request-body.ts';
import type { Route } from './routes.ts';

export interface RestCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly role: Role;
}

/** Runs the operation of a matched route and answers. */
export async function answerCall(call: RestCall, dispatcher: Dispatcher, limits: ServerLimits): Promise<void> {
  const { response, route } = call;
  const input = await inputOf(call, limits);
  if (!input.ok) {
    const isUnread = input.failure.reason === 'too_large';
    return sendFailure(response, input.failure, isUnread ? { Connection: 'close' } : {});
  }
  const result = await dispatcher.dispatch(route.operation, input.value, callerOf(call));
  if (result.ok) sendJson(response, result.value);
  else sendFailure(response, result.failure);
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
  const names = [...query.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
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
