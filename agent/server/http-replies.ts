// Answers over HTTP: JSON, and failures as application/problem+json (RFC 9457).
import { createHash } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { failureCatalogue, type Failure } from '../protocol/failure.ts';

/** A failure as REST shows it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly reason: Failure['reason'];
  readonly place?: string;
  readonly hint: string;
}

/** Headers of every answer. */
export const commonHeaders: OutgoingHttpHeaders = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The failure in the words of its catalogue entry. */
export function problemOf(failure: Failure): Problem {
  const kind = failureCatalogue[failure.reason];
  return {
    type: `urn:noodle:problem:${failure.reason}`,
    title: kind.title,
    status: kind.httpStatus,
    detail: failure.message,
    reason: failure.reason,
    ...(failure.place === undefined ? {} : { place: failure.place }),
    hint: failure.hint ?? kind.hint,
  };
}

/** As JSON, with the headers that every answer has. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  sendText(response, status, { type: 'application/json; charset=utf-8', text: JSON.stringify(value) }, headers);
}

/** Answers a read with its entity tag, or with 304 and no body where the client has this very content. */
export function sendRead(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  // To be kept, but asked about each time.
  const headers = { ETag: tag, 'Cache-Control': 'private, no-cache' };
  if (!isKnown(request.headers['if-none-match'], tag)) {
    return sendText(response, 200, { type: 'application/json; charset=utf-8', text }, headers);
  }
  if (response.headersSent || response.destroyed) return;
  response.writeHead(304, { ...commonHeaders, ...headers });
  response.end();
}

function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === tag);
}

/** As problem+json, with the status that the catalogue gives its reason. */
export function sendFailure(response: ServerResponse, failure: Failure, headers: OutgoingHttpHeaders = {}): void {
  const problem = problemOf(failure);
  const challenge = problem.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="noodle"' } : {};
  const content = { type: 'application/problem+json; charset=utf-8', text: JSON.stringify(problem) };
  sendText(response, problem.status, content, { ...challenge, ...headers });
}

/** Sends a whole answer; does nothing when one was begun already or the client is gone. */
export function sendText(
  response: ServerResponse,
  status: number,
  content: { readonly type: string; readonly text: string | Buffer },
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.isBuffer(content.text) ? content.text : Buffer.from(content.text);
  response.writeHead(status, {
    ...commonHeaders,
    'Content-Type': content.type,
    'Content-Length': body.byteLength,
    ...headers,
  });
  response.end(body);
}

/** The same failure for a socket that has no response object: a refused upgrade or a request that is not HTTP. */
export function rawProblem(failure: Failure): string {
  const problem = problemOf(failure);
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
