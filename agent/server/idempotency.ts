// Idempotency keys: a request that creates or executes something, sent again with its key, is answered again and not done again.
import { createHash } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { failure, success, type FailureReason, type Result } from '../protocol/failure.ts';

/** What is remembered of a request with a key. */
export interface IdempotencyRecord {
  readonly key: string;
  readonly operation: string;
  /** Hash of the role and the input: the same key with another one is a mistake of the caller. */
  readonly request: string;
  /** The answer as JSON; null while it is not known, and for ever when the work broke off. */
  readonly answer: string | null;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** Where records are kept, so that a key holds beyond the life of an agent. */
export interface IdempotencyRecords {
  find(key: string): IdempotencyRecord | null;
  /** Inserts or replaces; resolves once it is on disk. */
  save(record: IdempotencyRecord): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface KeyedRequest {
  readonly key: string;
  readonly operation: string;
  readonly role: string;
  readonly input: unknown;
}

export interface KeyedAnswer {
  readonly result: Result<unknown>;
  /** The answer was given before; nothing was done now. */
  readonly isReplayed: boolean;
}

/** How long a key is remembered. */
export const keyLifetimeMs = 24 * 3_600_000;
export const maximumKeyLength = 255;

/** Failures in the middle of the work: something may have been done, so the key stays taken. */
const brokenOff: ReadonlySet<FailureReason> = new Set(['internal', 'timed_out', 'disk_full', 'state_damaged']);

/** Runs requests with keys, each once. */
export class Idempotency {
  readonly #records: IdempotencyRecords;
  readonly #clock: Clock;
  /** Those under way in this agent, by key. */
  readonly #underWay = new Map<string, { readonly request: string; readonly result: Promise<Result<unknown>> }>();

  constructor(records: IdempotencyRecords, clock: Clock) {
    this.#records = records;
    this.#clock = clock;
  }

  /** `run` is called when the key is new; whoever comes meanwhile with the same request waits for its answer. */
  async once(request: KeyedRequest, run: () => Promise<Result<unknown>>): Promise<KeyedAnswer> {
    const hash = hashOf(request);
    const current = this.#underWay.get(request.key);
    if (current !== undefined) {
      if (current.request !== hash) return refused(reused(request.key));
      return { result: await current.result, isReplayed: true };
    }
    const known = this.#known(request.key);
    if (known !== null) return refusedOrReplayed(known, hash);
    const result = this.#run(request, hash, run);
    this.#underWay.set(request.key, { request: hash, result });
    try {
      return { result: await result, isReplayed: false };
    } finally {
      this.#underWay.delete(request.key);
    }
  }

  #known(key: string): IdempotencyRecord | null {
    const record = this.#records.find(key);
    return record !== null && this.#clock.now() - record.at < keyLifetimeMs ? record : null;
  }

  async #run(
    { key, operation }: KeyedRequest,
    request: string,
    run: () => Promise<Result<unknown>>,
  ): Promise<Result<unknown>> {
    const record = { key, operation, request, at: this.#clock.now() };
    await this.#records.save({ ...record, answer: null });
    const result = await run();
    if (result.ok) await this.#records.save({ ...record, answer: JSON.stringify(result.value) });
    // What was refused has changed nothing: the caller may mend it and use the key again.
    else if (!brokenOff.has(result.failure.reason)) await this.#records.remove(key);
    return result;
  }
}

function refusedOrReplayed(record: IdempotencyRecord, request: string): KeyedAnswer {
  if (record.request !== request) return refused(reused(record.key));
  if (record.answer === null) return refused(unknownOutcome(record.key));
  return { result: success(JSON.parse(record.answer)), isReplayed: true };
}

function refused(result: Result<never>): KeyedAnswer {
  return { result, isReplayed: false };
}

function reused(key: string): Result<never> {
  return failure(
    'key_reused',
    `Header \`Idempotency-Key\`: expected a key of its own for every request, found ${JSON.stringify(key.slice(0, 80))}, which another request was sent with.`,
    {
      place: 'Idempotency-Key',
    },
  );
}

function unknownOutcome(key: string): Result<never> {
  return failure(
    'conflict',
    `The request with the key ${JSON.stringify(key.slice(0, 80))} was begun and broke off, so its outcome is not known.`,
    {
      place: 'Idempotency-Key',
      hint: 'List what exists; send it again with another key when it is not there.',
    },
  );
}

/** Keys in the order that they were sent in do not make another request. */
function hashOf({ operation, role, input }: KeyedRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, role, sorted(input)]))
    .digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)]);
}
