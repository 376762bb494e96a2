// How many REST requests a credential may make: a token bucket each, so that a script in a loop cannot starve the editor.
import type { ServerResponse } from 'node:http';
import type { Clock } from '../platform/clock.ts';
import type { Failure } from '../protocol/failure.ts';

export interface RateLimit {
  /** Sustained requests per second. */
  readonly perSecond: number;
  /** Requests that may come at once after a quiet time. */
  readonly burst: number;
}

export interface RateDecision {
  readonly isAllowed: boolean;
  /** Whole requests that are left at once. */
  readonly remaining: number;
  /** Seconds, rounded up, until one more request is allowed; 0 when one is allowed now. */
  readonly retryAfterSeconds: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** One bucket for each name. Names are few: each credential has one. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Takes one request from the bucket of `name`. */
  take(name: string): RateDecision {
    const bucket = this.#filled(name);
    if (bucket.tokens < 1) {
      const retryAfterSeconds = Math.max(1, Math.ceil((1 - bucket.tokens) / this.#limit.perSecond));
      return { isAllowed: false, remaining: 0, retryAfterSeconds };
    }
    bucket.tokens -= 1;
    return { isAllowed: true, remaining: Math.floor(bucket.tokens), retryAfterSeconds: 0 };
  }

  #filled(name: string): Bucket {
    const { perSecond, burst } = this.#limit;
    const now = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(name) ?? { tokens: burst, atMs: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1000) * perSecond);
    bucket.atMs = now;
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

/** Says on an answer what is left (RateLimit header fields of the IETF's httpapi group). */
export function announceRate(response: ServerResponse, limit: RateLimit, decision: RateDecision): void {
  response.setHeader('RateLimit-Policy', `"default";q=${limit.burst};w=${Math.ceil(limit.burst / limit.perSecond)}`);
  response.setHeader('RateLimit', `"default";r=${decision.remaining};t=${decision.retryAfterSeconds}`);
}

/** What a request beyond the limit is answered with. */
export function tooManyRequests(limit: RateLimit, { retryAfterSeconds }: RateDecision): Failure {
  return {
    reason: 'rate_limited',
    message: `Expected at most ${limit.perSecond} requests a second (${limit.burst} at once), found more.`,
    hint: `Try again in ${retryAfterSeconds} s.`,
  };
}
