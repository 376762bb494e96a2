// Ways to order the tests of a change, and what each is worth: how early failures come, and what a third of the time finds.
import { testChangeFeatures } from '../features/test-change.ts';
import { apfdc, meanOf, randomFrom } from '../learning/metrics.ts';
import type { ReplayedChange, ReplayRow } from './replay-file.ts';

/** What running a test early is worth; the highest first. */
export type Worth = (row: ReplayRow) => number;

export interface ChangeScores {
  readonly apfdc: number;
  /** Of the time of all tests, the share that goes by before the first failure is known. */
  readonly firstFailure: number;
  /** At one third of the cost of the impacted tests: failing tests found, and whether any was. */
  readonly caught: number;
  readonly isCaught: boolean;
}

const budget = 1 / 3;
/** Smaller plans say nothing about an order. */
const leastTests = 6;
/** A file that takes next to nothing costs at least this share of the median one. */
const leastCost = 0.05;

function at(name: string): (row: ReplayRow) => number {
  const index = testChangeFeatures.findIndex((feature) => feature.name === name);
  return (row) => row.features[index] ?? -1;
}

const distance = at('distance');
const covered = at('covered');
const rate = at('rate');
const recent = at('decay2');
const relativeDuration = at('relativeDuration');
const suiteRate = at('suiteRate');

/** What the test is expected to cost, beside the median test. */
export function expectedCost(row: ReplayRow): number {
  return Math.max(leastCost, Math.exp(relativeDuration(row)));
}

/** What a plan does where no model decides: who ran what changed is likeliest to fail, else the nearest; for the time it takes. */
export const recordingsWay = 'recordings, else distance / duration';
const ranChange = 0.3;
const directImport = 0.12;

/** The literature's ways and the simple ones. */
export const simpleWays: ReadonlyMap<string, Worth> = new Map<string, Worth>([
  ['graph distance', (row) => -distance(row)],
  ['graph distance / duration', (row) => 0.5 ** distance(row) / expectedCost(row)],
  [recordingsWay, (row) => recordingsEstimate(row) / expectedCost(row)],
  ['failure rate / duration', (row) => rate(row) / expectedCost(row)],
  ['decay / duration', (row) => (recent(row) + 0.5 * suiteRate(row)) / expectedCost(row)],
  ['last failed first', recent],
  ['shortest first', (row) => -relativeDuration(row)],
]);

/** As in agent/tests/estimator.ts; a test that a recording clears is not in a plan at all. */
function recordingsEstimate(row: ReplayRow): number {
  if (covered(row) > 0) return ranChange;
  return covered(row) === 0 ? 0 : directImport * 0.5 ** (distance(row) - 1);
}

/**
 * Which tests are ordered: those that the graph reaches, or of them only those that recordings do not clear, which are
 * what a plan runs once everything was recorded.
 */
export type Candidates = 'reached' | 'planned';

/** The changes of which an order can be judged: enough tests to be ordered, of which one failed. */
export function judgeable(changes: readonly ReplayedChange[], candidates: Candidates): ReplayedChange[] {
  return changes.flatMap((change) => {
    const tests = change.tests.filter((row) => isCandidate(row, candidates));
    return tests.length >= leastTests && tests.some((row) => row.hasFailed) ? [{ ...change, tests }] : [];
  });
}

function isCandidate(row: ReplayRow, candidates: Candidates): boolean {
  return candidates === 'planned' ? row.isImpacted : distance(row) < 12 || row.isImpacted;
}

/** The tests in the order of a way; what is equal, by a number that is made of the name. */
export function ordered(change: ReplayedChange, worth: Worth): ReplayRow[] {
  const keyed = change.tests.map((row) => ({ row, worth: worth(row), tie: tieOf(row.test) }));
  keyed.sort(
    (one, other) => other.worth - one.worth || one.tie - other.tie || (one.row.test < other.row.test ? -1 : 1),
  );
  return keyed.map(({ row }) => row);
}

/** By what no order knows. */
function tieOf(name: string): number {
  let hash = 7;
  for (let at = 0; at < name.length; at += 1) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) >>> 0;
  return randomFrom(hash)();
}

/** How good an order was for one change. */
export function scoresOfOrder(change: ReplayedChange, order: readonly ReplayRow[]): ChangeScores {
  const total = sumOf(order.map(costOf));
  const failing = change.tests.filter((row) => row.hasFailed).length;
  const score = apfdc(order.map((row) => ({ duration: costOf(row), isFault: row.hasFailed }))) ?? 0;
  let spent = 0;
  let [first, caught] = [total, 0];
  order.forEach((row, index) => {
    spent += costOf(row);
    if (!row.hasFailed) return;
    first = Math.min(first, spent);
    if (index === 0 || spent <= total * budget) caught += 1;
  });
  return { apfdc: score, firstFailure: first / total, caught: caught / failing, isCaught: caught > 0 };
}

/** Every file takes some time, whatever the runner says. */
function costOf({ durationMs }: ReplayRow): number {
  return Math.max(1, durationMs);
}

/** An order by the failures themselves: no way does better. */
export const oracle: Worth = (row) => Number(row.hasFailed) / costOf(row);

export function meanScores(scores: readonly ChangeScores[]): {
  readonly apfdc: number;
  readonly firstFailure: number;
  readonly caught: number;
  readonly changesCaught: number;
} {
  return {
    apfdc: meanOf(scores.map((each) => each.apfdc)),
    firstFailure: meanOf(scores.map((each) => each.firstFailure)),
    caught: meanOf(scores.map((each) => each.caught)),
    changesCaught: meanOf(scores.map((each) => Number(each.isCaught))),
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
