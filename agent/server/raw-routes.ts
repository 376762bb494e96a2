// Routes whose bodies are not those of the contract: what other programs' protocols ask for. Same authentication, rate and limits.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { Role } from '../protocol/operation.ts';
import { sendFailure, sendText } from './http-replies.ts';
import type { ServerLimits } from './limits.ts';
import { readBytes } from './request-body.ts';
import { isSufficient } from './roles.ts';

export interface RawRequest {
  readonly body: Uint8Array;
  /** One of the route's content types; empty for those without a body. */
  readonly contentType: string;
}

export interface RawRoute {
  readonly method: 'GET' | 'POST';
  /** The whole path. */
  readonly path: string;
  readonly role: Role;
  /** Of the body; none: the route has no body. */
  readonly contentTypes: readonly string[];
  /** Expected failures are returned; what is thrown counts as a defect. */
  answer(request: RawRequest): Promise<Result<{ readonly type: string; readonly body: string | Uint8Array }>>;
}

export interface RawCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly role: Role;
  readonly limits: ServerLimits;
}

const unzip = promisify(gunzip);

/** Answers a request to a route that fits its path and method. */
export async function answerRaw(route: RawRoute, { request, response, role, limits }: RawCall): Promise<void> {
  if (!isSufficient(role, route.role)) {
    return sendFailure(
      response,
      failure('forbidden', `${route.path} needs the role ${route.role}; this token has the role ${role}.`).failure,
      closing(route),
    );
  }
  const content = await contentOf(route, request, limits);
  if (!content.ok) return sendFailure(response, content.failure, closing(route));
  const answer = await route.answer(content.value);
  if (!answer.ok) return sendFailure(response, answer.failure);
  const { type, body } = answer.value;
  sendText(response, 200, { type, text: typeof body === 'string' ? body : Buffer.from(body) });
}

/** A body that was not read would be taken for the next request. */
function closing({ method }: RawRoute): Record<string, string> {
  return method === 'GET' ? {} : { Connection: 'close' };
}

async function contentOf(route: RawRoute, request: IncomingMessage, limits: ServerLimits): Promise<Result<RawRequest>> {
  if (route.contentTypes.length === 0) return success({ body: new Uint8Array(), contentType: '' });
  const contentType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!route.contentTypes.includes(contentType)) {
    const message = `Header \`Content-Type\`: expected ${route.contentTypes.join(' or ')}, found ${contentType === '' ? 'none' : JSON.stringify(contentType.slice(0, 100))}.`;
    return failure('wrong_content_type', message, { place: 'Content-Type' });
  }
  const bytes = await readBytes(request, limits.messageBytes);
  if (!bytes.ok) return bytes;
  const body = await unpacked(bytes.value, request.headers['content-encoding'], limits.messageBytes);
  return body.ok ? success({ body: body.value, contentType }) : body;
}

/** A small body that unpacks to a large one is refused as a large one is. */
async function unpacked(bytes: Buffer, encoding: string | undefined, most: number): Promise<Result<Buffer>> {
  if (encoding === undefined || encoding === 'identity') return success(bytes);
  if (encoding !== 'gzip') {
    return failure(
      'invalid_input',
      `Header \`Content-Encoding\`: expected gzip or none, found ${JSON.stringify(encoding.slice(0, 50))}.`,
      { place: 'Content-Encoding' },
    );
  }
  try {
    return success(await unzip(bytes, { maxOutputLength: most }));
  } catch (error) {
    const isLarge = error instanceof RangeError;
    return isLarge
      ? failure('too_large', `The body: expected at most ${most} bytes unpacked, found more.`)
      : failure('invalid_input', 'The body: expected gzip, found something else.');
  }
}
