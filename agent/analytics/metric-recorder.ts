// Takes values in and writes them together: one by one while they come slowly, a few times a second when there are many.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Disposer } from '../protocol/client.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { largestMetricValue } from '../protocol/metrics.ts';
import { recordMetricValues, type WeightedValue } from '../store/metric-values.ts';
import { getMetric, notDeclared, tagsText } from '../store/metrics.ts';
import type { Store } from '../store/store.ts';

export interface MetricRecorderOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly retentionDays: () => number;
  /** Called when values have been written. */
  readonly onRecorded: () => void;
}

interface Waiting {
  readonly id: string;
  readonly value: WeightedValue;
  readonly settle: (result: Result<void>) => void;
}

/** While values come, so long lies between two writes at least. */
const flushMs = 200;
/** Series and values of one transaction: it takes a few milliseconds. */
const seriesOfBatch = 8;
const valuesOfBatch = 200;
/** Beyond, values are refused instead of filling the memory. */
const mostWaiting = 100_000;
/** Clocks of two programs differ by a little. */
const futureMs = 300_000;
const dayMs = 86_400_000;

/** The one way into the recorded values. */
export class MetricRecorder {
  readonly #options: MetricRecorderOptions;
  #waiting: Waiting[] = [];
  #scheduled: Disposer | null = null;
  #flushing: Promise<void> | null = null;
  #lastFlushMs = Number.NEGATIVE_INFINITY;

  constructor(options: MetricRecorderOptions) {
    this.#options = options;
  }

  /** Resolves when the value is on disk; a value that does not fit is refused with a sentence and changes nothing. */
  record(id: string, value: WeightedValue): Promise<Result<void>> {
    const problem = this.#problemWith(id, value);
    if (problem !== null) return Promise.resolve(problem);
    return new Promise((settle) => {
      this.#waiting.push({ id, value: { ...value, at: Math.round(value.at) }, settle });
      this.#plan();
    });
  }

  /** Resolves when everything taken so far is written. */
  async flush(): Promise<void> {
    this.#scheduled?.();
    this.#scheduled = null;
    await this.#flushing;
    await this.#flushAll();
  }

  #problemWith(id: string, { value, at }: WeightedValue): Result<never> | null {
    const { clock, store, retentionDays } = this.#options;
    const now = clock.now();
    if (!isMeasurable(value)) {
      const expected = `a number between -${largestMetricValue} and ${largestMetricValue}`;
      return failure('invalid_input', `\`value\`: expected ${expected}, found ${value}.`, { place: 'value' });
    }
    if (!Number.isFinite(at) || at > now + futureMs) {
      return failure(
        'invalid_input',
        `\`at\`: expected a time up to now, found ${timeText(at)}; it is ${timeText(now)}.`,
        { place: 'at' },
      );
    }
    if (at < now - retentionDays() * dayMs) {
      return failure(
        'invalid_input',
        `\`at\`: expected a time within the ${retentionDays()} days that are kept, found ${timeText(at)}.`,
        { place: 'at' },
      );
    }
    if (getMetric(store, id) === null) return notDeclared(store, id);
    if (this.#waiting.length < mostWaiting) return null;
    return failure('too_large', `More than ${mostWaiting} values wait to be written.`, {
      hint: 'Send fewer values, or add them up before.',
    });
  }

  #plan(): void {
    if (this.#scheduled !== null || this.#flushing !== null) return;
    const { clock } = this.#options;
    const waitMs = this.#lastFlushMs + flushMs - clock.monotonicMs();
    if (waitMs > 0) {
      this.#scheduled = clock.schedule(waitMs, () => {
        this.#scheduled = null;
        void this.#flushAll();
      });
      return;
    }
    // What is recorded in the same turn is written together.
    this.#flushing = Promise.resolve().then(() => this.#writeAll());
  }

  #flushAll(): Promise<void> {
    this.#flushing ??= Promise.resolve().then(() => this.#writeAll());
    return this.#flushing;
  }

  async #writeAll(): Promise<void> {
    const { clock, events, onRecorded } = this.#options;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [index, batch] of batchesOf(waiting).entries()) {
      if (index > 0) await new Promise((resolve) => setImmediate(resolve));
      await this.#write(batch);
    }
    this.#lastFlushMs = clock.monotonicMs();
    this.#flushing = null;
    if (waiting.length > 0) {
      events.emit({ type: 'metrics.recorded', ids: [...new Set(waiting.map(({ id }) => id))].toSorted() });
      onRecorded();
    }
    if (this.#waiting.length > 0) this.#plan();
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const byMetric = Map.groupBy(batch, ({ id }) => id);
    try {
      const results = await this.#options.store.transact((tx) =>
        [...byMetric].map(([id, values]) =>
          recordMetricValues(
            tx,
            id,
            values.map(({ value }) => value),
          ),
        ),
      );
      [...byMetric.values()].forEach((values, index) =>
        values.forEach(({ settle }) => settle(results[index] ?? success(undefined))),
      );
    } catch {
      // The store has told the user why; it is closed when the agent leaves.
      const lost = failure('shutting_down', 'The value could not be recorded: the agent is leaving.');
      batch.forEach(({ settle }) => settle(lost));
    }
  }
}

/** Whether a value can be added up with others. */
export function isMeasurable(value: number): boolean {
  return Math.abs(value) <= largestMetricValue;
}

/** Values of a series stay together: each of its spans is written once. */
function batchesOf(waiting: readonly Waiting[]): Waiting[][] {
  const bySeries = Map.groupBy(waiting, ({ id, value }) => `${id}\n${tagsText(value.tags)}`);
  const batches: Waiting[][] = [];
  let [batch, series]: [Waiting[], number] = [[], 0];
  for (const ofSeries of bySeries.values()) {
    for (let from = 0; from < ofSeries.length; from += valuesOfBatch) {
      const part = ofSeries.slice(from, from + valuesOfBatch);
      if (series >= seriesOfBatch || batch.length + part.length > valuesOfBatch) {
        if (batch.length > 0) batches.push(batch);
        [batch, series] = [[], 0];
      }
      batch.push(...part);
      series += 1;
    }
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function timeText(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : String(at);
}
