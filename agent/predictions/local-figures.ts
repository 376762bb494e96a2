// How good the predictions are in this repository, from its own records.
import { calibrationError } from '../../models/learning/metrics.ts';
import type { BudgetRecord, LocalFigures } from '../protocol/prediction.ts';
import { budgetChecks } from '../store/budget-checks.ts';
import { learnedAt } from '../store/learned.ts';
import type { Reader } from '../store/sql.ts';
import { calibrationOf, type Outcome } from './calibration.ts';
import { driftSince, type Drift } from './drift.ts';
import { scoreOrders } from './orders.ts';
import { recordedCycles } from './recorded-cycles.ts';
import { orderChoiceName, orderTests } from './test-order.ts';

const countedChecks = 1000;
/** Drift is looked for in so many runs, the latest. */
const driftCycles = 60;

/** Orders walk-forward, calibration on results that it was not made of, and what budgets missed. */
export function localFigures(store: Reader): Omit<LocalFigures, 'builds'> {
  const cycles = recordedCycles(store);
  return {
    orders: scoreOrders(cycles),
    order: orderTests(store, []).order,
    calibration: calibrationFigures(cycles.flatMap(({ tests }) => tests)),
    budgets: budgetRecord(store),
    drift: recordedDrift(store),
  };
}

/** Whether the estimates of recorded runs became worse since the last learning. Reads the latest plans. */
export function recordedDrift(store: Reader): Drift {
  return driftSince(recordedCycles(store, driftCycles), learnedAt(store, orderChoiceName));
}

/** The error is that of the later third, calibrated by what came before; null where that is too little. */
function calibrationFigures(outcomes: readonly Outcome[]): LocalFigures['calibration'] {
  const whole = calibrationOf(outcomes);
  if (whole === null) return null;
  const { results, failures } = whole;
  const split = Math.floor((outcomes.length * 2) / 3);
  const before = calibrationOf(outcomes.slice(0, split));
  const later = outcomes.slice(split);
  if (before === null) return { results, failures, error: null };
  const probabilities = later.map(({ probability }) => before.calibrated(probability));
  return {
    results,
    failures,
    error: calibrationError(
      probabilities,
      later.map(({ hasFailed }) => Number(hasFailed)),
    ),
  };
}

function budgetRecord(store: Reader): BudgetRecord {
  const checks = budgetChecks(store, countedChecks);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const known = checks.flatMap(({ expectedMissed }) => (expectedMissed === null ? [] : [expectedMissed]));
  return {
    checks: checks.length,
    leftOut: sum(checks.map(({ leftOut }) => leftOut)),
    expectedMissed: known.length === 0 ? null : sum(known),
    missed: sum(checks.map(({ missed }) => missed)),
  };
}
