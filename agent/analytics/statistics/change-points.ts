// Where the level of a series changes: ED-PELT (Haynes, Fearnhead, Eckley: "A computationally efficient nonparametric
// approach for changepoint detection", 2017), which takes no form of distribution for granted: durations have long tails.
import { deviation, mannWhitney, median, sorted } from './ranks.ts';
import { likelyAutocorrelation } from './trend.ts';

export interface LevelChange {
  /** Index of the first value of the new level. */
  readonly index: number;
  readonly medianBefore: number;
  readonly medianAfter: number;
  readonly pValue: number;
}

/** The shortest level that is seen. */
const leastLength = 6;
/**
 * A change is told when chance gives one like it in fewer than one of 2,000 comparisons: of a normal value. Many places
 * are compared: of steady series of up to 600 values, with a first autocorrelation of up to 0.7, one in 20 has a change
 * that is none.
 */
const criticalZ = 3.5;
/** And when it is larger than this share of the usual deviation within the levels. */
const leastDeviations = 0.6;

/** The changes of level, in order. Values that resemble their neighbours need stronger evidence. */
export function levelChanges(values: readonly number[]): LevelChange[] {
  if (values.length < 2 * leastLength) return [];
  return withoutSlopes(values, segmentStarts(values));
}

/** A slope is cut into levels too: the change that a line fits best is taken out, as long as a line fits one better. */
function withoutSlopes(values: readonly number[], starts: readonly number[]): LevelChange[] {
  const told = confirmed(values, starts);
  const bounds = [0, ...told.map(({ index }) => index), values.length];
  const fits = told.map((change, index) =>
    lineBesideLevels(values, change, { from: bounds[index] ?? 0, to: bounds[index + 2] ?? values.length }),
  );
  const least = Math.min(...fits);
  if (least >= 1) return told;
  const rest = told.filter((_, index) => fits[index] !== least);
  return withoutSlopes(
    values,
    rest.map(({ index }) => index),
  );
}

/** What a line through the middles of both levels leaves over, as a share of what the levels do. */
function lineBesideLevels(
  values: readonly number[],
  { index, medianBefore, medianAfter }: LevelChange,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const middleBefore = (from + index - 1) / 2;
  const slope = (medianAfter - medianBefore) / ((index + to - 1) / 2 - middleBefore);
  let [ofLevels, ofLine] = [0, 0];
  for (let at = from; at < to; at += 1) {
    const value = values[at] ?? 0;
    ofLevels += Math.abs(value - (at < index ? medianBefore : medianAfter));
    ofLine += Math.abs(value - medianBefore - slope * (at - middleBefore));
  }
  return ofLevels === 0 ? Infinity : ofLine / ofLevels;
}

/** Takes the weakest change out, as long as one is not beyond doubt. */
function confirmed(values: readonly number[], starts: readonly number[]): LevelChange[] {
  const changes = changesAt(values, starts);
  const weakest = changes.toSorted((a, b) => b.doubt - a.doubt)[0];
  if (weakest === undefined || weakest.doubt <= 1) return changes.map(({ doubt: _doubt, ...change }) => change);
  return confirmed(
    values,
    starts.filter((start) => start !== weakest.index),
  );
}

function changesAt(values: readonly number[], starts: readonly number[]): (LevelChange & { readonly doubt: number })[] {
  const bounds = [0, ...starts, values.length];
  const residuals = bounds.slice(1).flatMap((end, index) => {
    const level = values.slice(bounds[index] ?? 0, end);
    const middle = median(level);
    return level.map((value) => value - middle);
  });
  const usual = deviation(residuals);
  const correlation = likelyAutocorrelation(residuals, { levels: starts.length + 1, caution: 0.5 });
  const inflation = Math.sqrt((1 + correlation) / (1 - correlation));
  return starts.map((start, index) => {
    const before = values.slice(bounds[index] ?? 0, start);
    const after = values.slice(start, bounds[index + 2] ?? values.length);
    const { z, pValue } = mannWhitney(before, after);
    const [medianBefore, medianAfter] = [median(before), median(after)];
    const size = Math.abs(medianAfter - medianBefore);
    return {
      index: start,
      medianBefore,
      medianAfter,
      pValue,
      doubt: Math.max((criticalZ * inflation) / Math.abs(z), (usual * leastDeviations) / size),
    };
  });
}

/** Indexes at which segments after the first begin. */
function segmentStarts(values: readonly number[]): number[] {
  const n = values.length;
  const cost = costFunction(values);
  const penalty = 3 * Math.log(n);
  const best = new Float64Array(n + 1);
  const previous = new Int32Array(n + 1);
  best[0] = -penalty;
  for (let end = leastLength; end < Math.min(2 * leastLength, n + 1); end += 1) best[end] = cost(0, end);
  let candidates = [0, leastLength];
  for (let end = 2 * leastLength; end <= n; end += 1) {
    const costs = candidates.map((from) => (best[from] ?? 0) + cost(from, end) + penalty);
    const least = Math.min(...costs);
    best[end] = least;
    previous[end] = candidates[costs.indexOf(least)] ?? 0;
    candidates = candidates.filter((_from, index) => (costs[index] ?? 0) < least + penalty);
    candidates.push(end - leastLength + 1);
  }
  const starts: number[] = [];
  for (let at = previous[n] ?? 0; at > 0; at = previous[at] ?? 0) starts.unshift(at);
  return starts;
}

/** The cost of values `from` to `to` as one segment: minus their likelihood under their own empirical distribution. */
function costFunction(values: readonly number[]): (from: number, to: number) => number {
  const n = values.length;
  const levels = Math.min(n, Math.ceil(4 * Math.log(n)));
  const below = countsBelow(values, levels);
  const scale = (2 * -Math.log(2 * n - 1)) / levels;
  return (from, to) => {
    let sum = 0;
    for (const counts of below) {
      const count = ((counts[to] ?? 0) - (counts[from] ?? 0)) / 2;
      const share = count / (to - from);
      if (share > 0 && share < 1) sum += (to - from) * (share * Math.log(share) + (1 - share) * Math.log(1 - share));
    }
    return scale * sum;
  };
}

/** For each of some quantiles, twice the number of values below it up to each index; equal ones count half. */
function countsBelow(values: readonly number[], levels: number): Int32Array[] {
  const n = values.length;
  const ordered = sorted(values);
  return Array.from({ length: levels }, (_, level) => {
    const z = -1 + (2 * level + 1) / levels;
    const share = 1 / (1 + (2 * n - 1) ** -z);
    const bound = ordered[Math.trunc((n - 1) * share)] ?? 0;
    const counts = new Int32Array(n + 1);
    for (const [index, value] of values.entries()) {
      counts[index + 1] = (counts[index] ?? 0) + (value < bound ? 2 : value === bound ? 1 : 0);
    }
    return counts;
  });
}
