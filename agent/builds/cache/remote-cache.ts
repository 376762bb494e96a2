// A build cache that a team shares, over the HTTP protocol of Bazel: GET and PUT of /ac/<key> and /cas/<sha256>.
// https://bazel.build/remote/caching#http-caching
import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { RemoteCacheDefinition } from '../../protocol/configuration-file.ts';
import type { Fingerprint } from '../../protocol/ids.ts';
import { decodeActionResult, encodeActionResult, type ActionResult } from './action-result.ts';
import { CircuitBreaker } from './circuit-breaker.ts';

/** How long a server may take to begin an answer. */
const answerMs = 1000;
/** How long it may take over the rest, beside a second for each megabyte. */
const transferMs = 10_000;
/** A result is small; anything else is not one. */
const largestResultBytes = 16 * 1024 * 1024;

export interface RemoteCacheOptions {
  readonly definition: RemoteCacheDefinition;
  /** The environment that the credentials are in. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Never throws: what goes wrong is a miss, is logged once, and keeps the next calls from waiting. */
export class RemoteCache {
  readonly isReadOnly: boolean;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #breaker: CircuitBreaker;
  readonly #log: Log;

  constructor({ definition, environment, clock, log }: RemoteCacheOptions) {
    this.isReadOnly = definition.readOnly;
    this.#base = definition.url.replace(/\/+$/, '');
    this.#headers = authorization(definition, environment, log);
    this.#breaker = new CircuitBreaker(clock);
    this.#log = log;
  }

  async get(fingerprint: Fingerprint, signal: AbortSignal): Promise<ActionResult | null> {
    const bytes = await this.#get(`ac/${keyOf(fingerprint)}`, largestResultBytes, signal);
    const result = bytes === null ? null : decodeActionResult(bytes);
    if (bytes !== null && result === null)
      this.#log.warn('the remote cache holds a result that cannot be read', { fingerprint });
    return result;
  }

  /** A content of exactly that digest and size, else null. */
  async getBlob(digest: string, sizeBytes: number, signal: AbortSignal): Promise<Uint8Array | null> {
    const bytes = await this.#get(`cas/${digest}`, sizeBytes, signal);
    if (bytes === null) return null;
    const isTrue = bytes.length === sizeBytes && createHash('sha256').update(bytes).digest('hex') === digest;
    if (!isTrue) this.#log.warn('the remote cache holds a content that is not what it should be', { digest });
    return isTrue ? bytes : null;
  }

  /** The contents first, so that nobody finds a result without them. False when something could not be put. */
  async put(
    fingerprint: Fingerprint,
    result: ActionResult,
    contentOf: (digest: string) => Promise<Uint8Array | null>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const digests = new Set(result.files.map(({ digest }) => digest));
    for (const digest of digests) {
      if (await this.#has(`cas/${digest}`, signal)) continue;
      const bytes = await contentOf(digest);
      if (bytes === null || !(await this.#put(`cas/${digest}`, bytes, signal))) return false;
    }
    return await this.#put(`ac/${keyOf(fingerprint)}`, encodeActionResult(result), signal);
  }

  async #has(path: string, signal: AbortSignal): Promise<boolean> {
    return (
      (await this.#call(path, { method: 'HEAD', sizeBytes: 0, signal }, (response) => Promise.resolve(response.ok))) ??
      false
    );
  }

  async #get(path: string, mostBytes: number, signal: AbortSignal): Promise<Uint8Array | null> {
    return await this.#call(path, { method: 'GET', sizeBytes: mostBytes, signal }, async (response) => {
      if (response.ok) return await readBody(response, mostBytes);
      await response.body?.cancel();
      return null;
    });
  }

  async #put(path: string, body: Uint8Array, signal: AbortSignal): Promise<boolean> {
    const done = await this.#call(path, { method: 'PUT', body, sizeBytes: body.length, signal }, async (response) => {
      await response.body?.cancel();
      if (!response.ok) this.#log.warn('the remote cache does not take what is put', { path, status: response.status });
      return response.ok;
    });
    return done ?? false;
  }

  async #call<T>(
    path: string,
    { signal, sizeBytes, ...request }: { method: string; body?: Uint8Array; sizeBytes: number; signal: AbortSignal },
    use: (response: Response) => Promise<T>,
  ): Promise<T | null> {
    if (!this.#breaker.isClosed || signal.aborted) return null;
    const limit = new AbortController();
    const sendMs = request.body === undefined ? 0 : sizeBytes / 1000;
    const answerTimer = setTimeout(() => limit.abort(new Error('no answer in time')), answerMs + sendMs);
    try {
      const either = AbortSignal.any([
        signal,
        limit.signal,
        AbortSignal.timeout(Math.ceil(transferMs + sizeBytes / 1000)),
      ]);
      const { body, method } = request;
      // A body of fetch lies in a buffer of its own.
      const content = body === undefined ? {} : { body: new Uint8Array(body) };
      const response = await fetch(`${this.#base}/${path}`, {
        method,
        ...content,
        headers: this.#headers,
        redirect: 'error',
        signal: either,
      });
      clearTimeout(answerTimer);
      // Whoever has trouble with one request will have it with the next.
      if (response.status >= 500 || response.status === 401 || response.status === 403)
        this.#trouble({ status: response.status });
      else this.#breaker.succeeded();
      return await use(response);
    } catch (error) {
      if (!signal.aborted) this.#trouble({ error });
      return null;
    } finally {
      clearTimeout(answerTimer);
    }
  }

  #trouble(cause: { readonly status?: number; readonly error?: unknown }): void {
    if (this.#breaker.isClosed)
      this.#log.warn('the remote cache does not answer as it should: it is left alone for a while', cause);
    this.#breaker.failed();
  }
}

/** Keys of Bazel's caches are SHA-256; a fingerprint is one. */
function keyOf(fingerprint: Fingerprint): string {
  return fingerprint.padEnd(64, '0');
}

async function readBody(response: Response, mostBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Credentials are sent encrypted or to this machine, else not at all. */
function authorization(
  { url, tokenVariable, userVariable, passwordVariable }: RemoteCacheDefinition,
  environment: RemoteCacheOptions['environment'],
  log: Log,
): Record<string, string> {
  const token = tokenVariable === undefined ? undefined : environment[tokenVariable];
  const user = userVariable === undefined ? undefined : environment[userVariable];
  const password = passwordVariable === undefined ? '' : (environment[passwordVariable] ?? '');
  const value =
    token !== undefined && token !== ''
      ? `Bearer ${token}`
      : user === undefined
        ? null
        : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (value === null) return {};
  const { protocol, hostname } = new URL(url);
  const isSafe = protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (!isSafe) log.warn('the credentials of the remote cache are not sent: its address is not https', { url });
  return isSafe ? { authorization: value } : {};
}
