// The orders in which tests can run, scored walk-forward on what is recorded: which one finds failures first here.
import { z } from 'zod';
import { apfdc, bootstrapMean, meanOf, type Interval } from '../../models/learning/metrics.ts';
import type { TestId } from '../protocol/ids.ts';
import type { OrderScore } from '../protocol/prediction.ts';
import type { RecordedCycle, RecordedTest } from './recorded-cycles.ts';

/** What is known of a test before a cycle. */
export interface OrderEvidence {
  readonly probability: number;
  readonly expectedMs: number;
  /** Edges from the change; null where none lead there. */
  readonly distance: number | null;
  readonly past: OrderPast;
}

export interface OrderPast {
  readonly runs: number;
  readonly failures: number;
  /** Failures, each run back counting less: half after five. */
  readonly decay: number;
  readonly hasFailedLast: boolean;
}

export const OrderName = z.enum([
  'estimate',
  'failure rate / duration',
  'decay / duration',
  'graph distance',
  'last failed first',
  'shortest first',
]);
export type OrderName = z.infer<typeof OrderName>;

/** Which order runs, as it was worked out of the records. */
export const OrderChoice = z.object({ by: OrderName, because: z.string(), cycles: z.int() });
export type OrderChoice = z.infer<typeof OrderChoice>;

export const noPast: OrderPast = { runs: 0, failures: 0, decay: 0, hasFailedLast: false };

/** A file that takes next to nothing costs at least the time to load it: as in the plan. */
const leastMs = 20;
/** One failure in so many runs is taken for granted, so that a test that never failed is not last for ever. */
const assumedRuns = 20;
const fading = 0.5 ** (1 / 5);

/** The higher, the earlier. */
export function urgency(order: OrderName, { probability, expectedMs, distance, past }: OrderEvidence): number {
  const cost = Math.max(expectedMs, leastMs);
  switch (order) {
    case 'estimate':
      // As the plan has it: what failed last time is first.
      return Number(past.hasFailedLast) * 1e6 + probability / cost;
    case 'failure rate / duration':
      return (past.failures + 1) / (past.runs + assumedRuns) / cost;
    case 'decay / duration':
      return (past.decay + 1 / assumedRuns) / cost;
    case 'graph distance':
      return -(distance ?? 1e6) - cost / 1e9;
    case 'last failed first':
      return Number(past.hasFailedLast) - cost / 1e9;
    case 'shortest first':
      return -cost;
  }
}

/** The past with one more run. */
export function pastAfter(past: OrderPast, hasFailed: boolean): OrderPast {
  const failed = Number(hasFailed);
  return {
    runs: past.runs + 1,
    failures: past.failures + failed,
    decay: past.decay * fading + failed,
    hasFailedLast: hasFailed,
  };
}

/** In fewer tests there is nothing to order. */
const leastTests = 3;

/** Every order's score, the one that ships first. Each cycle is ordered by what the cycles before it tell. */
export function scoreOrders(cycles: readonly RecordedCycle[]): OrderScore[] {
  const pasts = new Map<TestId, OrderPast>();
  const all = new Map<OrderName, number[]>(OrderName.options.map((name) => [name, []]));
  const fresh = new Map<OrderName, number[]>(OrderName.options.map((name) => [name, []]));
  for (const { tests } of cycles) {
    if (tests.length >= leastTests) {
      for (const name of OrderName.options) {
        const ordered = inOrder(name, tests, pasts);
        addScore(all, name, ordered, ({ hasFailed }) => hasFailed);
        addScore(fresh, name, ordered, ({ hasFailed, id }) => hasFailed && pasts.get(id)?.hasFailedLast !== true);
      }
    }
    for (const { id, hasFailed } of tests) pasts.set(id, pastAfter(pasts.get(id) ?? noPast, hasFailed));
  }
  return OrderName.options.map((name) => scoreOf(name, { all, fresh }));
}

function inOrder(name: OrderName, tests: readonly RecordedTest[], pasts: ReadonlyMap<TestId, OrderPast>) {
  const keyed = tests.map((test) => ({ test, key: urgency(name, { ...test, past: pasts.get(test.id) ?? noPast }) }));
  return keyed
    .toSorted((one, other) => other.key - one.key || (one.test.id < other.test.id ? -1 : 1))
    .map(({ test }) => test);
}

type Scores = ReadonlyMap<OrderName, number[]>;

/** Cycles without a failure, and those in which everything failed, tell nothing of an order. */
function addScore(
  scores: Scores,
  name: OrderName,
  ordered: readonly RecordedTest[],
  isFault: (test: RecordedTest) => boolean,
): void {
  const faults = ordered.filter(isFault).length;
  if (faults === 0 || faults === ordered.length) return;
  const score = apfdc(
    ordered.map((test) => ({ duration: Math.max(test.durationMs, leastMs), isFault: isFault(test) })),
  );
  if (score !== null) scores.get(name)?.push(score);
}

function scoreOf(name: OrderName, { all, fresh }: { readonly all: Scores; readonly fresh: Scores }): OrderScore {
  const own = all.get(name) ?? [];
  const ownFresh = fresh.get(name) ?? [];
  const shipped = all.get('estimate') ?? [];
  const gain = name === 'estimate' ? null : bootstrapMean(own.map((score, index) => (shipped[index] ?? 0) - score));
  return {
    order: name,
    cycles: own.length,
    all: own.length === 0 ? null : meanOf(own),
    newFailures: ownFresh.length === 0 ? null : meanOf(ownFresh),
    estimateMinusThis: gain === null ? null : bounded(gain),
  };
}

function bounded({ mean, low, high }: Interval) {
  return { mean, low, high };
}

/** Fewer cycles with failures than these decide nothing. */
const leastCycles = 20;

/** The estimate, unless a simple order is surely better here: its whole interval lies below zero. */
export function chooseOrder(scores: readonly OrderScore[]): OrderChoice {
  const cycles = scores[0]?.cycles ?? 0;
  const few = `only ${cycles} recorded runs with failures tell orders apart (${leastCycles} are needed)`;
  if (cycles < leastCycles) return { by: 'estimate', because: few, cycles };
  const better = scores.filter(({ estimateMinusThis }) => estimateMinusThis !== null && estimateMinusThis.high < 0);
  const best = better.toSorted((one, other) => (other.all ?? 0) - (one.all ?? 0))[0];
  if (best === undefined)
    return {
      by: 'estimate',
      because: `no simple order was surely better in ${cycles} recorded runs with failures`,
      cycles,
    };
  const { mean, low, high } = best.estimateMinusThis ?? { mean: 0, low: 0, high: 0 };
  const gain = `APFDc ${(-mean).toFixed(3)} higher, ${(-high).toFixed(3)} to ${(-low).toFixed(3)}`;
  return {
    by: OrderName.parse(best.order),
    because: `in ${cycles} recorded runs with failures it found them earlier than the estimate (${gain})`,
    cycles,
  };
}
