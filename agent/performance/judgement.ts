// Whether benchmarks got slower: a pure function of what was measured on both sides.
import type {
  BenchmarkComparison,
  BenchmarkVerdict,
  ComparedSet,
  PerformanceOutcome,
} from '../protocol/performance.ts';
import { counted } from '../protocol/quantities.ts';
import { cliffsDelta, hodgesLehmann, holm, median, rankTest } from './rank-test.ts';
import type { Measured } from './samples.ts';

/** Over all benchmarks of a comparison, two-sided: one of two hundred comparisons without a difference says `slower`. */
export const significance = 0.01;
const confidence = 0.95;

/** What one command measured, a list for each round. */
export interface MeasuredSet {
  readonly id: string;
  readonly base: readonly (readonly Measured[])[];
  readonly work: readonly (readonly Measured[])[];
  readonly notes: readonly string[];
}

interface Gathered {
  readonly name: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly base: BenchmarkComparison['base'];
  readonly work: BenchmarkComparison['work'];
}

/** Compares all sets at once: what is tested many times is corrected for all of it. */
export function judge(sets: readonly MeasuredSet[], minimumEffect: number): ComparedSet[] {
  const gathered = sets.map((set) => ({ set, benchmarks: gather(set) }));
  const all = gathered.flatMap(({ benchmarks }) => benchmarks).filter(isOnBothSides);
  const tests = all.map(({ base, work }) => rankTest(base.values, work.values));
  // Where all values are the same (allocations), no test could find anything: it needs no correction (Tarone).
  const informative = all.flatMap((each, index) => (isConstant(each) ? [] : [index]));
  const adjusted = holm(informative.map((index) => tests[index]?.p ?? 1));
  const tested = Math.max(1, informative.length);
  const found = new Map(
    all.map((each, index) => {
      const { p = 1, leastP = 1 } = tests[index] ?? {};
      return [each, { p, leastP: leastP * tested, adjustedP: adjusted[informative.indexOf(index)] ?? 1 }] as const;
    }),
  );
  return gathered.map(({ set, benchmarks }) => {
    const compared = benchmarks.map((each) => compare(each, found.get(each) ?? null, minimumEffect));
    return { id: set.id, outcome: outcomeOf(compared), benchmarks: compared, notes: [...set.notes] };
  });
}

function isConstant({ base, work }: Gathered): boolean {
  return new Set([...base.values, ...work.values]).size === 1;
}

/** Of all sets: slower when one is, not compared when none was. */
export function overall(sets: readonly Pick<ComparedSet, 'outcome'>[]): PerformanceOutcome {
  if (sets.some(({ outcome }) => outcome === 'slower')) return 'slower';
  return sets.some(({ outcome }) => outcome === 'passed') ? 'passed' : 'not_compared';
}

function outcomeOf(benchmarks: readonly BenchmarkComparison[]): PerformanceOutcome {
  const verdicts = benchmarks.map(({ verdict }) => verdict);
  if (verdicts.includes('slower')) return 'slower';
  return verdicts.some((verdict) => verdict === 'faster' || verdict === 'no_difference') ? 'passed' : 'not_compared';
}

/** By name and unit, in the order in which they were first seen: a benchmark in another unit is another one. */
function gather({ base, work }: MeasuredSet): Gathered[] {
  const known = new Map<string, Measured>();
  for (const each of [...work, ...base].flat()) known.set(keyOf(each), known.get(keyOf(each)) ?? each);
  return [...known].map(([key, { name, unit, better }]) => ({
    name,
    unit,
    better,
    base: sideOf(base, key),
    work: sideOf(work, key),
  }));
}

function sideOf(rounds: MeasuredSet['base'], key: string): Gathered['base'] {
  const found = rounds.map((round) => round.filter((each) => keyOf(each) === key).flatMap(({ samples }) => samples));
  const values = found.filter((samples) => samples.length > 0).map((samples) => median(samples));
  return { values, median: values.length === 0 ? null : median(values), samples: found.flat().length };
}

function keyOf({ name, unit }: Pick<Measured, 'name' | 'unit'>): string {
  return `${unit}\0${name}`;
}

function isOnBothSides({ base, work }: Gathered): boolean {
  return base.values.length > 0 && work.values.length > 0;
}

interface Found {
  readonly p: number;
  readonly adjustedP: number;
  /** The smallest corrected value that so few rounds can have. */
  readonly leastP: number;
}

function compare(each: Gathered, found: Found | null, minimumEffect: number): BenchmarkComparison {
  if (found === null || each.base.median === null) {
    const isNew = each.base.values.length === 0;
    const reason = isNew ? 'the base has no such benchmark' : 'the work tree has no such benchmark any more';
    return { ...each, verdict: isNew ? 'new' : 'gone', reason, test: null };
  }
  const { estimate, low, high } = hodgesLehmann(each.base.values, each.work.values, confidence);
  const relative = each.base.median === 0 ? null : estimate / Math.abs(each.base.median);
  const { p, adjustedP } = found;
  const delta = cliffsDelta(each.base.values, each.work.values);
  const test = {
    p,
    adjustedP,
    delta,
    shift: estimate,
    interval: [low, high],
    relative,
  } satisfies BenchmarkComparison['test'];
  return { ...each, ...verdictOn(each, { ...found, ...test }, minimumEffect), test };
}

type Tested = Found & NonNullable<BenchmarkComparison['test']>;

function verdictOn(
  each: Gathered,
  tested: Tested,
  minimumEffect: number,
): { readonly verdict: BenchmarkVerdict; readonly reason: string } {
  const { adjustedP, leastP, shift, relative } = tested;
  const rounds = Math.min(each.base.values.length, each.work.values.length);
  if (leastP > significance)
    return {
      verdict: 'too_few',
      reason: `${counted(rounds, 'round')} cannot tell a difference from chance (p is ${figure(leastP)} at best, has to be below ${significance})`,
    };
  const words = `${changeWords(each, tested)}, p ${figure(adjustedP)}`;
  if (adjustedP > significance) return { verdict: 'no_difference', reason: `within the noise: ${words}` };
  const isSmall = relative === null ? shift === 0 : Math.abs(relative) < minimumEffect;
  if (isSmall) return { verdict: 'no_difference', reason: `less than ${percent(minimumEffect)}: ${words}` };
  const isWorse = each.better === 'lower' ? shift > 0 : shift < 0;
  return { verdict: isWorse ? 'slower' : 'faster', reason: words };
}

/** `+12 % (+10 % to +14 %), 1.2 → 1.35 ms`. */
function changeWords({ base, work, unit }: Gathered, { shift, interval, relative }: Tested): string {
  const middle = base.median ?? 0;
  const share = (value: number) => signed(value / Math.abs(middle), percent);
  const change =
    relative === null ? signed(shift, figure) : `${share(shift)} (${share(interval[0])} to ${share(interval[1])})`;
  return `${change}, ${figure(middle)} → ${figure(work.median ?? 0)} ${unit}`.trimEnd();
}

function signed(value: number, words: (value: number) => string): string {
  return value >= 0 ? `+${words(value)}` : `-${words(-value)}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
