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

/** Fewer observations than these say nothing. */
export const leastObservations = 8;
/** All pairs of more are too many to look at: they are thinned to medians of neighbours. */
const mostObservations = 400;

/**
 * The direction counts as such with `pValue` below `significance`. Neighbours that resemble each other count less
 * (Hamed and Rao 1998, with the first autocorrelation): slow wandering is not taken for a trend.
 */
export function trendOf(observations: readonly Observation[], significance = 0.01): Trend {
  const points = thinned(observations);
  if (points.length < leastObservations) return { direction: 'unknown', slope: 0, pValue: 1 };
  const { slope, balance } = comparePairs(points);
  // From the first time on: times as they are would leave nothing of the residuals but rounding.
  const begin = points[0]?.at ?? 0;
  const correlation = positiveAutocorrelation(points.map(({ at, value }) => value - slope * (at - begin)));
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

function positiveAutocorrelation(values: readonly number[]): number {
  // What is on a line but for rounding has no residuals.
  if (Math.max(...values) - Math.min(...values) <= 1e-9 * Math.max(...values.map(Math.abs))) return 0;
  const correlation = autocorrelation(values, 1);
  // Below what chance alone gives it is taken for none.
  return correlation < 1.645 / Math.sqrt(values.length) ? 0 : Math.min(correlation, 0.95);
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
