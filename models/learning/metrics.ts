// How predictions are scored, all by their published definitions.

export interface ScoredTest {
  readonly duration: number;
  readonly isFault: boolean;
}

/**
 * APFDc (Elbaum et al. 2001) with faults of equal severity, one per failing test, of tests in running order.
 * Null without a fault. When no test takes any time, every test counts the same (APFD).
 */
export function apfdc(order: readonly ScoredTest[]): number | null {
  const faults = order.filter((test) => test.isFault).length;
  if (faults === 0) return null;
  const sum = order.reduce((total, test) => total + test.duration, 0);
  const cost = (test: ScoredTest) => (sum > 0 ? test.duration : 1);
  const total = sum > 0 ? sum : order.length;
  let left = total;
  let gained = 0;
  for (const test of order) {
    if (test.isFault) gained += left - cost(test) / 2;
    left -= cost(test);
  }
  return gained / (total * faults);
}

/** Area under the ROC curve, ties counting half (Mann-Whitney). Null when there is only one class. */
export function auc(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  const order = Array.from(scores, (_, index) => index).toSorted((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) end += 1;
    const meanRank = (start + 1 + end) / 2;
    for (let at = start; at < end; at += 1) {
      if (labels[order[at] ?? 0] !== 1) continue;
      positives += 1;
      rankSum += meanRank;
    }
    start = end;
  }
  const negatives = order.length - positives;
  return positives === 0 || negatives === 0
    ? null
    : (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Expected calibration error over ten bins of equal size, weighted by size (Naeini et al. 2015, equal-mass bins). */
export function calibrationError(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): number {
  const order = Array.from(probabilities, (_, index) => index).toSorted(
    (a, b) => (probabilities[a] ?? 0) - (probabilities[b] ?? 0),
  );
  let error = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const members = order.slice(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins));
    if (members.length === 0) continue;
    const gap = members.reduce((sum, index) => sum + (probabilities[index] ?? 0) - (labels[index] ?? 0), 0);
    error += Math.abs(gap) / order.length;
  }
  return error;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean with its 95 % percentile bootstrap interval. Give differences to compare pairs. Reproducible. */
export function bootstrapMean(values: readonly number[], rounds = 2000): Interval | null {
  if (values.length === 0) return null;
  const random = randomFrom(17);
  const means = Array.from({ length: rounds }, () =>
    meanOf(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  );
  means.sort((a, b) => a - b);
  return {
    mean: meanOf(values),
    low: means[Math.floor(rounds * 0.025)] ?? 0,
    high: means[Math.floor(rounds * 0.975)] ?? 0,
  };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
