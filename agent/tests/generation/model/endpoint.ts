// Asks an OpenAI-compatible endpoint (`POST <url>/chat/completions`) once. What goes wrong is a sentence, never a throw.
import { isIP } from 'node:net';
import { z } from 'zod';
import { failure, success, type Result } from '../../../protocol/failure.ts';
import type { Prompt } from './prompt.ts';

export interface EndpointRequest {
  /** The base URL, as in `http://127.0.0.1:11434/v1`. */
  readonly url: string;
  readonly model: string;
  /** Null: none is sent. */
  readonly key: string | null;
  readonly prompt: Prompt;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** More than this no answer needs. */
const mostAnswerBytes = 1024 * 1024;
const longestComplaint = 200;

const Completion = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
});
const Complaint = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

/** The text of the answer. `invalid_input` for an address that is not asked, `conflict` for what the endpoint does. */
export async function askEndpoint(request: EndpointRequest): Promise<Result<string>> {
  const address = addressOf(request);
  if (!address.ok) return address;
  const { host } = address.value;
  const limit = AbortSignal.timeout(request.timeoutMs);
  try {
    const response = await fetch(address.value, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(request.key === null ? {} : { Authorization: `Bearer ${request.key}` }),
      },
      body: JSON.stringify({ model: request.model, messages: messagesOf(request.prompt), stream: false }),
      // Another address was not agreed to.
      redirect: 'manual',
      signal: AbortSignal.any([request.signal, limit]),
    });
    const body = await bodyOf(response);
    if (body === null) return failure('conflict', `${host} answered with more than 1 MB`);
    return response.ok ? answerIn(body, host) : failure('conflict', refusedBy(response, body, request));
  } catch (error) {
    if (request.signal.aborted) return failure('cancelled', 'it was called off');
    if (limit.aborted) return failure('conflict', `${host} did not answer within ${request.timeoutMs / 1000} s`);
    return failure('conflict', `${host} could not be reached (${codeOf(error)})`);
  }
}

function addressOf({ url, key }: EndpointRequest): Result<URL> {
  const place = 'NOODLE_TEST_MODEL_URL';
  if (!URL.canParse(url)) return failure('invalid_input', `${place} is no URL`, { place });
  const address = new URL(`${url.replace(/\/+$/, '')}/chat/completions`);
  if (address.protocol !== 'https:' && address.protocol !== 'http:')
    return failure('invalid_input', `${place}: expected http or https, found ${address.protocol}`, { place });
  if (address.username !== '' || address.password !== '')
    return failure('invalid_input', `${place} holds a user or password; a key belongs into NOODLE_TEST_MODEL_KEY`, {
      place,
    });
  if (key !== null && address.protocol === 'http:' && !isLoopback(address.hostname))
    return failure(
      'invalid_input',
      `${place} is no https address, so the key for ${address.host} would go unencrypted`,
      {
        place,
      },
    );
  return success(address);
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function messagesOf({ system, user }: Prompt) {
  return [
    { role: 'system', content: system },
    { role: 'user', content: user },
  ];
}

/** Null when it is too large; the rest of it is not read. */
async function bodyOf(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop closes the connection.
    if (size > mostAnswerBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answerIn(body: string, host: string): Result<string> {
  const parsed = Completion.safeParse(fromJson(body));
  const [choice] = parsed.success ? parsed.data.choices : [];
  if (choice === undefined)
    return failure(
      'conflict',
      `${host} answered with something that is no chat completion: ${inOneLine(body) || 'nothing'}`,
    );
  const { content, refusal } = choice.message;
  if (typeof refusal === 'string' && refusal !== '')
    return failure('conflict', `the model refused: ${inOneLine(refusal)}`);
  if (choice.finish_reason === 'content_filter')
    return failure('conflict', `${host} held its answer back (content_filter)`);
  if (typeof content !== 'string' || content.trim() === '')
    return failure('conflict', `the answer of ${host} is empty`);
  return success(content);
}

function refusedBy(response: Response, body: string, { key, model, url }: EndpointRequest): string {
  const { host } = new URL(url);
  const { status } = response;
  if (status >= 300 && status < 400) return `${host} answered ${status}, a redirect, which is not followed`;
  const parsed = Complaint.safeParse(fromJson(body));
  const said = !parsed.success
    ? body
    : typeof parsed.data.error === 'string'
      ? parsed.data.error
      : parsed.data.error.message;
  const complaint = inOneLine(key === null ? said : said.replaceAll(key, '…'));
  const why = complaint === '' ? '' : `: ${complaint}`;
  if (status === 401 || status === 403)
    return key === null
      ? `${host} asks for a key (${status})${why}`
      : `${host} does not take the key (${status})${why}`;
  if (status === 404) return `${host} does not know the address or the model '${model}' (404)${why}`;
  if (status === 429) return `${host} takes no more requests for now (429)${why}`;
  return `${host} answered ${status}${why}`;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function inOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= longestComplaint ? line : `${line.slice(0, longestComplaint - 1)}…`;
}

/** `ECONNREFUSED`, which stands in the cause of what `fetch` throws. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string')
    return cause.code;
  return error instanceof Error ? error.message : String(error);
}
