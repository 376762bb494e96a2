// What budgets missed, by the checks that were made of them.
import type { BudgetRecord } from '../protocol/prediction.ts';
import { budgetChecks } from '../store/budget-checks.ts';
import type { Reader } from '../store/sql.ts';

const countedChecks = 1000;

/** Of the latest checks. */
export function budgetRecord(store: Reader): BudgetRecord {
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
