// Whether values rise or fall over time: Mann–Kendall (1945, 1975) and the slope of Theil (1950) and Sen (1968).
import { median, twoSidedNormal } from './ranks.ts';

export interface Observation {
  readonly at: number;
  readonly value: number;
}

export interface Trend {
  readonly direction: 'rising' | 'falling' | 'steady' | 'unknown';
  /** Change of the value a unit of time. */
  readonly slope: number;
  readonly pValue: number;
}

/** Fewer observations than these say nothing: how much neighbours resemble each other cannot be told from them. */
export const leastObservations = 20;
/** All pairs of more are too many to look at: they are thinned to medians of neighbours. */
const mostObservations = 400;

/**
 * The direction counts as such with `pValue` below `significance`. Neighbours that resemble each other count less
 * (Hamed and Rao 1998, with the first autocorrelation): slow wandering is not taken for a trend. Steady values are
 * called a trend at most as often as `significance` says, up to a first autocorrelation of 0.6.
 */
export function trendOf(observations: readonly Observation[], significance = 0.01): Trend {
  const points = thinned(observations);
  if (points.length < leastObservations) return { direction: 'unknown', slope: 0, pValue: 1 };
  const { slope, balance } = comparePairs(points);
  // From the first time on: times as they are would leave nothing of the residuals but rounding.
  const begin = points[0]?.at ?? 0;
  const residuals = points.map(({ at, value }) => value - slope * (at - begin));
  const correlation = likelyAutocorrelation(residuals, { levels: 2, caution: 4 / Math.sqrt(points.length) });
  const spread = balanceVariance(points) * ((1 + correlation) / (1 - correlation));
  const z = spread <= 0 ? 0 : (balance - Math.sign(balance)) / Math.sqrt(spread);
  const pValue = twoSidedNormal(z);
  if (pValue >= significance || slope === 0) return { direction: 'steady', slope, pValue };
  return { direction: slope > 0 ? 'rising' : 'falling', slope, pValue };
}

/** The median slope of all pairs, and by how many pairs more rise than fall. */
function comparePairs(points: readonly Observation[]): { slope: number; balance: number } {
  const slopes: number[] = [];
  let balance = 0;
  for (const [index, later] of points.entries()) {
    for (let before = 0; before < index; before += 1) {
      const earlier = points[before];
      if (earlier === undefined || later.at === earlier.at) continue;
      balance += Math.sign(later.value - earlier.value);
      slopes.push((later.value - earlier.value) / (later.at - earlier.at));
    }
  }
  return { slope: slopes.length === 0 ? 0 : median(slopes), balance };
}

/** Variance of the balance where there is no trend, with correction for equal values. */
function balanceVariance(points: readonly Observation[]): number {
  const n = points.length;
  const sizes = new Map<number, number>();
  for (const { value } of points) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const term = (size: number) => size * (size - 1) * (2 * size + 5);
  let ties = 0;
  for (const size of sizes.values()) ties += term(size);
  return (term(n) - ties) / 18;
}

/**
 * The first autocorrelation that values may well have, 0 to 0.95, judged by residuals of `levels` fitted figures. What
 * was fitted makes them look less alike than they are (Marriott and Pope 1954), which is undone, and `caution` standard
 * errors are added: too low a figure makes trends and changes of chance.
 */
export function likelyAutocorrelation(
  residuals: readonly number[],
  { levels, caution }: { readonly levels: number; readonly caution: number },
): number {
  const n = residuals.length;
  // What is on a line but for rounding has no residuals.
  if (Math.max(...residuals) - Math.min(...residuals) <= 1e-9 * Math.max(...residuals.map(Math.abs))) return 0;
  const unbiased = (autocorrelation(residuals, 1) + levels / n) / Math.max(0.2, 1 - (2 + levels) / n);
  const correlation = Math.min(0.95, Math.max(0, unbiased));
  return Math.min(0.95, correlation + caution * Math.sqrt((1 - correlation ** 2) / n));
}

/** How much values resemble those `lag` before them, −1 to 1. */
export function autocorrelation(values: readonly number[], lag: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [own, shifted] = [0, 0];
  for (const [index, value] of values.entries()) {
    own += (value - mean) ** 2;
    const before = values[index - lag];
    if (before !== undefined) shifted += (value - mean) * (before - mean);
  }
  return own === 0 ? 0 : shifted / own;
}

function thinned(observations: readonly Observation[]): readonly Observation[] {
  const size = Math.ceil(observations.length / mostObservations);
  if (size <= 1) return observations;
  const points: Observation[] = [];
  for (let from = 0; from < observations.length; from += size) {
    const group = observations.slice(from, from + size);
    points.push({ at: median(group.map(({ at }) => at)), value: median(group.map(({ value }) => value)) });
  }
  return points;
}
