// A REST body: bounded, JSON, an object.
import type { IncomingMessage } from 'node:http';
import { failure, success, type Result } from '../protocol/failure.ts';
import { isNestedDeeper, type ServerLimits } from './limits.ts';

/** The object in a request's body; {} when there is none. */
export async function readBody(
  request: IncomingMessage,
  limits: ServerLimits,
): Promise<Result<Record<string, unknown>>> {
  const bytes = await readBytes(request, limits.messageBytes);
  if (!bytes.ok) return bytes;
  if (bytes.value.byteLength === 0) return success({});
  const type = request.headers['content-type'];
  if (!isJson(type)) {
    const found = type === undefined ? 'none' : JSON.stringify(type.slice(0, 100));
    return failure('wrong_content_type', `Header \`Content-Type\`: expected application/json, found ${found}.`, {
      place: 'Content-Type',
    });
  }
  return parseBody(bytes.value, limits);
}

/** All bytes of a body, at most so many. */
export function readBytes(request: IncomingMessage, most: number): Promise<Result<Buffer>> {
  const tooLarge = failure('too_large', `The body: expected at most ${most} bytes, found more.`);
  if (Number(request.headers['content-length'] ?? 0) > most) return Promise.resolve(tooLarge);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= most) return void chunks.push(chunk);
      // The answer asks to close the connection, so what follows is not read.
      request.pause();
      request.removeAllListeners('data');
      resolve(tooLarge);
    });
    request.on('end', () => resolve(success(Buffer.concat(chunks))));
    request.on('close', () => resolve(failure('cancelled', 'The client went away before its body had arrived.')));
    request.on('error', () => resolve(failure('cancelled', 'The client went away before its body had arrived.')));
  });
}

function isJson(type: string | undefined): boolean {
  return type !== undefined && /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type.trim());
}

function parseBody(bytes: Buffer, limits: ServerLimits): Result<Record<string, unknown>> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return failure('invalid_input', 'The body: expected UTF-8, found other bytes.');
  }
  if (isNestedDeeper(text, limits.jsonDepth)) {
    return failure('invalid_input', `The body: expected at most ${limits.jsonDepth} levels of nesting, found more.`);
  }
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Only SyntaxError comes out of JSON.parse; its text names the position.
    return failure(
      'invalid_input',
      `The body: expected JSON, found a mistake: ${error instanceof Error ? error.message : 'unknown'}.`,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return success({ ...value });
  const found = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
  return failure('invalid_input', `The body: expected a JSON object, found ${found}.`);
}
