// Requests to the outside: to public addresses alone, to the very address that was checked, and no further.
import { lookup } from 'node:dns/promises';
import type { RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { nodeHttp } from '../../platform/http.ts';
import { isAllowedAddress } from './addresses.ts';

/** `isFinal`: trying again would not help. */
export type Delivered =
  | { readonly ok: true }
  | { readonly ok: false; readonly problem: string; readonly isFinal: boolean; readonly retryAfterMs?: number };

/** The addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Names, addresses and networks that may be talked to although they are not public. */
  readonly allowed: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly resolve?: Resolve;
}

const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** Posts a body. Redirects are not followed; of the answer nothing but its status is read. Never rejects. */
export async function post(request: OutboundRequest): Promise<Delivered> {
  if (!URL.canParse(request.url)) return final('the address is not a URL');
  const url = new URL(request.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return final(`expected http or https, found ${url.protocol}`);
  const pinned = await pinnedAddress(url.hostname, request);
  if (!pinned.ok) return pinned;
  return await send(url, pinned.address, request);
}

/** The one address to connect to, when every address of the name may be talked to. */
export async function pinnedAddress(
  hostname: string,
  { allowed, resolve = systemResolve }: Pick<OutboundRequest, 'allowed' | 'resolve'>,
): Promise<{ readonly ok: true; readonly address: string } | Extract<Delivered, { ok: false }>> {
  const name = hostname.replace(/^\[|\]$/g, '');
  let addresses: readonly string[];
  try {
    addresses = isIP(name) === 0 ? await resolve(name) : [name];
  } catch {
    return again(`the name ${name} could not be resolved`);
  }
  const [first] = addresses;
  if (first === undefined) return again(`the name ${name} has no address`);
  const isNamed = allowed.includes(name);
  const refused = addresses.find((address) => !isNamed && !isAllowedAddress(address, allowed));
  if (refused === undefined) return { ok: true, address: first };
  return final(
    `${name} is the address ${refused} of this machine or a private network; allow it in noodle.yaml under alerts.allow if it is meant`,
  );
}

function send(url: URL, address: string, { headers, body, timeoutMs, signal }: OutboundRequest): Promise<Delivered> {
  const family = isIP(address);
  const options: RequestOptions = {
    method: 'POST',
    headers: { 'User-Agent': 'noodle', ...headers, 'Content-Length': Buffer.byteLength(body) },
    agent: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    // Asked again, the name could mean another address.
    lookup: (_hostname, lookupOptions, callback) => {
      if (lookupOptions.all === true) callback(null, [{ address, family }]);
      else callback(null, address, family);
    },
  };
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? httpsRequest : nodeHttp().request)(url, options, (response) => {
      response.destroy();
      resolve(judgeStatus(response.statusCode ?? 0, response.headers['retry-after']));
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(again(describe(error, timeoutMs))));
    request.end(body);
  });
}

function judgeStatus(status: number, retryAfter: string | undefined): Delivered {
  if (status >= 200 && status < 300) return { ok: true };
  if (status >= 300 && status < 400) return final(`it answered ${status}, a redirect, which is not followed`);
  if (status < 500 && status !== 408 && status !== 425 && status !== 429) return final(`it answered ${status}`);
  const seconds = Number(retryAfter);
  return {
    ...again(`it answered ${status}`),
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 86_400) * 1000 } : {}),
  };
}

function describe(error: NodeJS.ErrnoException, timeoutMs: number): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return `it did not answer within ${timeoutMs / 1000} s`;
  return `it could not be reached (${error.code ?? error.message})`;
}

function final(problem: string) {
  return { ok: false, problem, isFinal: true } as const;
}

function again(problem: string) {
  return { ok: false, problem, isFinal: false } as const;
}
