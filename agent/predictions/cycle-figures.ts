// What recorded runs say of orders, probabilities and drift. Pure; for many runs it takes a while.
import { calibrationError } from '../../models/learning/metrics.ts';
import type { LocalFigures } from '../protocol/prediction.ts';
import { calibrated, calibrationSteps, type CalibrationSteps, type Outcome } from './calibration.ts';
import { driftSince, type Drift } from './drift.ts';
import { durationFigures } from './duration-figures.ts';
import { chooseOrder, scoreOrders, type OrderChoice } from './orders.ts';
import { unpackCycles, type PackedCycles } from './packed-cycles.ts';

export interface CycleFigures extends Pick<LocalFigures, 'orders' | 'calibration' | 'durations' | 'drift'> {
  /** The order that these runs speak for. */
  readonly choice: OrderChoice;
}

/** Drift is looked for in so many runs, the latest. */
export const driftCycles = 60;

/** `learnedAt` in milliseconds since 1970, null when nothing was learned yet. */
export function cycleFigures(packed: PackedCycles, learnedAt: number | null): CycleFigures {
  const cycles = unpackCycles(packed);
  const orders = scoreOrders(cycles);
  return {
    orders,
    choice: chooseOrder(orders),
    calibration: calibrationFigures(cycles.flatMap(({ tests }) => tests)),
    durations: durationFigures(cycles),
    drift: driftSince(cycles.slice(-driftCycles), learnedAt),
  };
}

/** Drift alone, of the cycles given. */
export function driftOf(packed: PackedCycles, learnedAt: number | null): Drift {
  return driftSince(unpackCycles(packed), learnedAt);
}

/** The calibration alone; null with too few results. */
export function calibrationOfCycles(packed: PackedCycles): CalibrationSteps | null {
  return calibrationSteps(unpackCycles(packed).flatMap(({ tests }) => tests));
}

/** The error is that of the later third, calibrated by what came before; null where that is too little. */
function calibrationFigures(outcomes: readonly Outcome[]): LocalFigures['calibration'] {
  const whole = calibrationSteps(outcomes);
  if (whole === null) return null;
  const { results, failures } = whole;
  const split = Math.floor((outcomes.length * 2) / 3);
  const before = calibrationSteps(outcomes.slice(0, split));
  if (before === null) return { results, failures, error: null };
  const later = outcomes.slice(split);
  const error = calibrationError(
    later.map(({ probability }) => calibrated(before, probability)),
    later.map(({ hasFailed }) => Number(hasFailed)),
  );
  return { results, failures, error };
}
