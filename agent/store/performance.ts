// What comparisons of performance found (performance_comparisons), and the last outcome of each set (performance_sets).
import { z } from 'zod';
import { ExecutionId } from '../protocol/ids.ts';
import { PerformanceComparison, PerformanceOutcome } from '../protocol/performance.ts';
import { fromJson } from './json-column.ts';
import type { Reader, Transaction } from './sql.ts';

export interface LastOutcome {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly outcome: PerformanceOutcome;
  readonly executionId: ExecutionId;
}

/** Records a comparison; what it says of a set takes the place of what was known. */
export function savePerformanceComparison(tx: Transaction, comparison: PerformanceComparison): void {
  const { executionId, sets } = comparison;
  const at = Math.round(comparison.at);
  tx.run('INSERT OR REPLACE INTO performance_comparisons (execution_id, at, content) VALUES (?, ?, ?)', [
    executionId,
    at,
    JSON.stringify(comparison),
  ]);
  for (const { id, outcome } of sets)
    tx.run('INSERT OR REPLACE INTO performance_sets (name, at, outcome, execution_id) VALUES (?, ?, ?, ?)', [
      id,
      at,
      outcome,
      executionId,
    ]);
}

/** Null when none of that execution is recorded. */
export function getPerformanceComparison(db: Reader, id: ExecutionId): PerformanceComparison | null {
  const row = db.get<{ content: string }>('SELECT content FROM performance_comparisons WHERE execution_id = ?', [id]);
  return row === undefined
    ? null
    : fromJson<PerformanceComparison | null>(PerformanceComparison.nullable(), row.content, null);
}

/** How each set that was ever compared fared last. */
export function lastPerformanceOutcomes(db: Reader): LastOutcome[] {
  const rows = db.all<{ name: string; at: number; outcome: string; execution_id: string }>(
    'SELECT name, at, outcome, execution_id FROM performance_sets ORDER BY name',
  );
  return rows.map((row) => LastOutcomeRow.parse({ ...row, executionId: row.execution_id }));
}

const LastOutcomeRow = z.object({
  name: z.string(),
  at: z.number(),
  outcome: PerformanceOutcome,
  executionId: ExecutionId,
});
