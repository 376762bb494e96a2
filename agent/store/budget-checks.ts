// Budgets that were checked by running what they had left out (budget_checks): the regret.
import type { ExecutionId } from '../protocol/ids.ts';
import type { PlanBudget } from '../protocol/plan.ts';
import type { Reader, Transaction } from './sql.ts';

export interface BudgetCheck {
  readonly executionId: ExecutionId;
  readonly at: number;
  readonly kind: PlanBudget['kind'];
  readonly target: number;
  /** Test files that had been left out and ran. */
  readonly leftOut: number;
  /** Failures that were expected among them; null where no probability was known. */
  readonly expectedMissed: number | null;
  /** Failures that there were. */
  readonly missed: number;
}

export function saveBudgetCheck(tx: Transaction, check: BudgetCheck): void {
  const { executionId, at, kind, target, leftOut, expectedMissed, missed } = check;
  tx.run(
    `INSERT OR REPLACE INTO budget_checks (execution_id, at, kind, target, left_out, expected_missed, missed)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [executionId, Math.round(at), kind, target, leftOut, expectedMissed, missed],
  );
}

/** The latest first. */
export function budgetChecks(db: Reader, limit: number): BudgetCheck[] {
  // The columns are named after the fields; ids and kinds were checked when they were written.
  return db.all<BudgetCheck>(
    `SELECT execution_id AS executionId, at, kind, target, left_out AS leftOut, expected_missed AS expectedMissed, missed
     FROM budget_checks ORDER BY at DESC, execution_id DESC LIMIT ?`,
    [limit],
  );
}
