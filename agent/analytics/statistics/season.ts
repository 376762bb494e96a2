// Whether values repeat themselves after a period.
import { median } from './ranks.ts';
import { autocorrelation } from './trend.ts';

export interface Season {
  /** In numbers of values. */
  readonly period: number;
  /** The share of the variance that the period explains, 0 to 1. */
  readonly strength: number;
}

/** At least so many periods have to be there. */
const leastPeriods = 3;
const leastStrength = 0.3;

/** The strongest of the candidate periods whose likeness is beyond chance, or null. */
export function seasonOf(values: readonly number[], candidates: readonly number[]): Season | null {
  const level = values.map((value, index) => value - slopeOf(values) * index);
  const seasons = candidates
    .filter((period) => period > 1 && values.length >= leastPeriods * period)
    .filter((period) => autocorrelation(level, period) > 2.58 / Math.sqrt(level.length))
    .map((period) => ({ period, strength: strengthOf(level, period) }))
    .filter(({ strength }) => strength >= leastStrength);
  return seasons.toSorted((a, b) => b.strength - a.strength)[0] ?? null;
}

/** The usual value at each place of the period. */
export function seasonalLevels(values: readonly number[], period: number): number[] {
  return Array.from({ length: period }, (_, phase) =>
    median(values.filter((_value, index) => index % period === phase)),
  );
}

function strengthOf(values: readonly number[], period: number): number {
  const levels = seasonalLevels(values, period);
  const rest = values.map((value, index) => value - (levels[index % period] ?? 0));
  const whole = variance(values);
  // What fitting so many levels explains of mere chance is taken off.
  const degrees = Math.max(1, values.length - period) / Math.max(1, values.length - 1);
  return whole === 0 ? 0 : Math.max(0, 1 - variance(rest) / degrees / whole);
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** By least squares over the places of the values. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [up, down] = values.reduce(
    ([a, b], value, index) => [a + (index - middle) * (value - mean), b + (index - middle) ** 2],
    [0, 0],
  );
  return down === 0 ? 0 : up / down;
}
