// Integer keys of rows. They are given here and written as parameters, so that a replay puts every row under its own key.
import type { Reader, Transaction } from './sql.ts';

type KeyedTable =
  | 'pipeline_configs'
  | 'pipeline_executions'
  | 'build_configs'
  | 'build_targets'
  | 'test_suites'
  | 'test_cases'
  | 'metric_definitions'
  | 'metric_series'
  | 'events'
  | 'test_discoveries'
  | 'coverage_files'
  | 'coverage_units';

type TableWithId = 'pipeline_executions' | 'build_targets' | 'test_suites' | 'test_cases' | 'metric_definitions';

/** The key for the next row of a table. */
export function nextKey(db: Reader, table: KeyedTable): number {
  return (db.get<{ key: number | null }>(`SELECT max(key) AS key FROM ${table}`)?.key ?? 0) + 1;
}

/** The key of the row with an id, or null. */
export function keyOf(db: Reader, table: TableWithId, id: string): number | null {
  return db.get<{ key: number }>(`SELECT key FROM ${table} WHERE id = ?`, [id])?.key ?? null;
}

/** The key of an execution that has to be recorded already. */
export function executionKey(tx: Transaction, id: string): number {
  const key = keyOf(tx, 'pipeline_executions', id);
  if (key === null) throw new Error(`the execution ${id} is not recorded yet: save it before what belongs to it`);
  return key;
}
