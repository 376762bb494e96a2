// The Mann–Whitney rank test, the effect sizes that belong to it, and Holm's correction for many tests at once.

/** Up to so many values in both samples together the test is exact; beyond, the normal approximation is. */
const mostExact = 40;

export interface RankTest {
  /** Two-sided: how likely ranks at least as far apart are when both samples come from one distribution. */
  readonly p: number;
  /** The smallest `p` that samples of these sizes can have without ties. */
  readonly leastP: number;
}

/**
 * Mann–Whitney U of two samples, with midranks for ties. Exact over all divisions of the ranks that were found (ties
 * included) for up to 40 values, else by the normal distribution with the correction for ties and for continuity.
 */
export function rankTest(first: readonly number[], second: readonly number[]): RankTest {
  const doubled = doubledMidranks([...first, ...second]);
  const observed = sumOf(doubled.slice(0, first.length));
  const n = first.length;
  const total = doubled.length;
  const p = total <= mostExact ? exactP(doubled, n, observed) : normalP(doubled, n, observed);
  return { p: Math.min(1, p), leastP: Math.min(1, 2 / choose(total, n)) };
}

/** Ranks from 1 on, times two, so that the mean rank of ties is a whole number too. */
function doubledMidranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = Array.from({ length: values.length }, () => 0);
  for (let from = 0; from < order.length;) {
    let until = from + 1;
    while (until < order.length && values[order[until] ?? 0] === values[order[from] ?? 0]) until++;
    for (const index of order.slice(from, until)) ranks[index] = from + until + 1;
    from = until;
  }
  return ranks;
}

function exactP(doubled: readonly number[], n: number, observed: number): number {
  const ways = waysToSums(doubled, n);
  const all = sumOf(ways);
  // Twice the mean of the sum, so that it stays a whole number.
  const centre = n * (doubled.length + 1);
  const distance = Math.abs(observed - centre);
  return sumOf(ways.filter((_, sum) => Math.abs(sum - centre) >= distance)) / all;
}

/** By sum: how many choices of `n` of these whole numbers have it. */
function waysToSums(numbers: readonly number[], n: number): number[] {
  const most = sumOf(numbers.toSorted((a, b) => b - a).slice(0, n));
  const ways = Array.from({ length: n + 1 }, () => new Float64Array(most + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const number of numbers) {
    for (let count = n; count >= 1; count--) {
      const [to, from] = [ways[count], ways[count - 1]];
      if (to === undefined || from === undefined) continue;
      for (let sum = number; sum <= most; sum++) to[sum] = (to[sum] ?? 0) + (from[sum - number] ?? 0);
    }
  }
  return [...(ways[n] ?? [])];
}

function normalP(doubled: readonly number[], n: number, observed: number): number {
  const total = doubled.length;
  const m = total - n;
  const counts = new Map<number, number>();
  for (const rank of doubled) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  const ties = sumOf([...counts.values()].map((count) => count ** 3 - count));
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (variance <= 0) return 1;
  const distance = Math.abs(observed / 2 - (n * (total + 1)) / 2);
  return 2 * (1 - normalCdf(Math.max(0, distance - 0.5) / Math.sqrt(variance)));
}

/** Abramowitz and Stegun 26.2.17: off by less than 7.5e-8. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const tail = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}

/**
 * Cliff's delta of the second sample against the first: how much more often a value of the second is the greater one
 * than the smaller one. 1: always greater; 0: as often as not; -1: always smaller.
 */
export function cliffsDelta(first: readonly number[], second: readonly number[]): number {
  let balance = 0;
  for (const a of first) for (const b of second) balance += Math.sign(b - a);
  return balance / (first.length * second.length);
}

export interface Shift {
  /** The Hodges–Lehmann estimate: the median of all differences, second minus first. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** How far the second sample lies from the first, with the interval that belongs to the rank test at this confidence. */
export function hodgesLehmann(first: readonly number[], second: readonly number[], confidence: number): Shift {
  const differences = first.flatMap((a) => second.map((b) => b - a)).toSorted((a, b) => a - b);
  const last = differences.length - 1;
  const outside = cutOff(first.length, second.length, (1 - confidence) / 2);
  return {
    estimate: median(differences),
    low: differences[Math.min(outside, last)] ?? 0,
    high: differences[Math.max(last - outside, 0)] ?? 0,
  };
}

/** How many of the ordered differences lie outside of the interval at each end. */
function cutOff(n: number, m: number, tail: number): number {
  const total = n + m;
  if (total > mostExact) {
    const spread = Math.sqrt((n * m * (total + 1)) / 12);
    return Math.max(0, Math.floor((n * m) / 2 - normalQuantile(1 - tail) * spread) - 1);
  }
  const ways = waysToSums(
    Array.from({ length: total }, (_, index) => index + 1),
    n,
  );
  const all = sumOf(ways);
  const least = (n * (n + 1)) / 2;
  let outside = 0;
  for (let below = ways[least] ?? 0; below / all <= tail; below += ways[least + outside] ?? 0) outside++;
  return Math.max(0, outside - 1);
}

/** By halving; exact enough for a count. */
function normalQuantile(probability: number): number {
  let [low, high] = [0, 10];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Holm's correction: with `p` below a limit, the chance that any of the tests without a difference is among those found
 * is below that limit too. In the order of the input.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).toSorted((a, b) => (ps[a] ?? 1) - (ps[b] ?? 1));
  const adjusted = Array.from({ length: ps.length }, () => 1);
  let greatest = 0;
  for (const [place, index] of order.entries()) {
    greatest = Math.max(greatest, Math.min(1, (ps.length - place) * (ps[index] ?? 1)));
    adjusted[index] = greatest;
  }
  return adjusted;
}

/** The middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function choose(total: number, n: number): number {
  let ways = 1;
  for (let each = 1; each <= n; each++) ways *= (total - n + each) / each;
  return ways;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
