// Values far from the usual, with a stated rate of false alarms: conformal prediction (Vovk, Gammerman, Shafer 2005).
import { median, sorted } from './ranks.ts';

export type Direction = 'up' | 'down' | 'both';

export interface Judgement {
  /** The median of the values before. */
  readonly expected: number;
  /**
   * The share of the values before that were at least as far from what was usual for them; never below 1 / (n + 1). As
   * long as the order of the values means nothing, a value has a pValue of at most x with a probability of at most x.
   */
  readonly pValue: number;
}

/** How many values before one are what is usual for it. */
const usualWindow = 21;

/** How many values there have to be before one, so that it can be called an anomaly at a rate of false alarms. */
export function neededFor(falseAlarmRate: number): number {
  return Math.ceil(1 / falseAlarmRate) - 1 + usualWindow;
}

/** Judges the last of some values by those before it; null with too few of them to call anything an anomaly. */
export function judgeLast(values: readonly number[], falseAlarmRate: number, direction: Direction): Judgement | null {
  if (values.length <= neededFor(falseAlarmRate)) return null;
  const distances = distancesFromUsual(values, direction);
  const last = distances.at(-1);
  if (last === undefined) return null;
  return {
    expected: last.expected,
    pValue: shareAtLeast(sorted(distances.slice(0, -1).map(({ distance }) => distance)), last.distance),
  };
}

/** The indexes of values that are anomalies, each judged by the `window` values before it. */
export function anomaliesIn(
  values: readonly number[],
  falseAlarmRate: number,
  window = 300,
): { readonly index: number; readonly judgement: Judgement }[] {
  const distances = distancesFromUsual(values, 'both');
  const found: { index: number; judgement: Judgement }[] = [];
  const needed = Math.ceil(1 / falseAlarmRate) - 1;
  for (let position = needed; position < distances.length; position += 1) {
    const one = distances[position];
    if (one === undefined) continue;
    const before = distances.slice(Math.max(0, position - window), position).map(({ distance }) => distance);
    const pValue = shareAtLeast(sorted(before), one.distance);
    if (pValue <= falseAlarmRate)
      found.push({ index: position + usualWindow, judgement: { expected: one.expected, pValue } });
  }
  return found;
}

interface Distance {
  readonly expected: number;
  readonly distance: number;
}

/** Positive values by their ratio, others by their difference to the median of the ones just before. */
function distancesFromUsual(values: readonly number[], direction: Direction): Distance[] {
  const isPositive = values.every((value) => value > 0);
  const scaled = isPositive ? values.map(Math.log) : values;
  return scaled.slice(usualWindow).map((value, index) => {
    const expected = median(scaled.slice(index, index + usualWindow));
    const signed = value - expected;
    const distance = direction === 'both' ? Math.abs(signed) : direction === 'up' ? signed : -signed;
    return { expected: isPositive ? Math.exp(expected) : expected, distance };
  });
}

/** With one more for the value itself, in both numbers. */
function shareAtLeast(ordered: readonly number[], distance: number): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ordered[middle] ?? 0) < distance) low = middle + 1;
    else high = middle;
  }
  return (ordered.length - low + 1) / (ordered.length + 1);
}
