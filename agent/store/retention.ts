// What is forgotten, and when. A call removes a bounded number of rows, so that the agent never stalls.
import type { Transaction } from './sql.ts';
import type { Store } from './store.ts';
import { codeOf } from './test-status.ts';

export interface Pruned {
  readonly executions: number;
  readonly results: number;
  /** False: call again, in a transaction of its own, to go on. */
  readonly isComplete: boolean;
}

/** `pruneBefore` again and again until there is nothing left to remove, with the event loop turning in between. */
export async function prune(store: Pick<Store, 'transact'>, timestamp: number): Promise<Omit<Pruned, 'isComplete'>> {
  let [executions, results] = [0, 0];
  for (;;) {
    const pruned = await store.transact((tx) => pruneBefore(tx, timestamp));
    executions += pruned.executions;
    results += pruned.results;
    if (pruned.isComplete) return { executions, results };
  }
}

const rowsPerCall = 2000;
const executionsPerCall = 200;
/** About 30 MB. Beyond, what passed in the oldest executions is reduced to one row a file. */
const keptResults = 1_000_000;

/**
 * Removes what finished before a time: executions with their steps, plans, builds and results, resolved
 * alerts, trends, audit entries. The latest execution stays whatever its age, and so does what was learned of test
 * files, cases and targets; those that are gone and not in any kept execution are removed.
 */
export function pruneBefore(tx: Transaction, timestamp: number): Pruned {
  const { executions, results } = pruneExecutions(tx, timestamp);
  const budget = rowsPerCall - results;
  const others = budget > 0 ? pruneOthers(tx, timestamp, budget) : rowsPerCall;
  const dropped = budget > others ? thinResults(tx, { kept: keptResults, rows: budget - others }) : 0;
  return {
    executions,
    results: results + dropped,
    isComplete: executions < executionsPerCall && budget > 0 && others + dropped < budget,
  };
}

/** Drops what passed from the oldest executions until `kept` results are left; what failed stays. */
export function thinResults(tx: Transaction, { kept, rows }: { readonly kept: number; readonly rows: number }): number {
  const count = tx.get<{ count: number }>('SELECT count(*) AS count FROM test_results')?.count ?? 0;
  const excess = Math.min(count - kept, rows);
  if (excess <= 0) return 0;
  const oldest = tx.all<{ execution_key: number; case_key: number }>(
    `SELECT execution_key, case_key FROM test_results
     WHERE status = ? AND execution_key < (SELECT max(key) FROM pipeline_executions) ORDER BY execution_key LIMIT ?`,
    [codeOf('passed'), excess],
  );
  for (const { execution_key, case_key } of oldest) {
    tx.run('DELETE FROM test_results WHERE execution_key = ? AND case_key = ?', [execution_key, case_key]);
  }
  return oldest.length;
}

const expired = `SELECT key FROM pipeline_executions WHERE coalesce(finished_at, queued_at) < ?
  AND state NOT IN ('queued', 'running') AND key < (SELECT max(key) FROM pipeline_executions) ORDER BY key`;

function pruneExecutions(tx: Transaction, timestamp: number): { executions: number; results: number } {
  let executions = 0;
  let results = 0;
  for (const { key } of tx.all<{ key: number }>(`${expired} LIMIT ${executionsPerCall}`, [timestamp])) {
    if (results >= rowsPerCall) break;
    results += removeResults(tx, key, rowsPerCall - results);
    if (tx.get('SELECT 1 FROM test_results WHERE execution_key = ?', [key]) !== undefined) break;
    for (const table of [
      'pipeline_steps',
      'pipeline_runs',
      'pipeline_approvals',
      'pipeline_step_problems',
      'plans',
      'build_executions',
      'test_executions',
    ]) {
      tx.run(`DELETE FROM ${table} WHERE execution_key = ?`, [key]);
    }
    tx.run('DELETE FROM pipeline_executions WHERE key = ?', [key]);
    executions += 1;
  }
  return { executions, results };
}

function removeResults(tx: Transaction, execution: number, limit: number): number {
  const cases = tx.all<{ case_key: number }>(
    'SELECT case_key FROM test_results WHERE execution_key = ? ORDER BY case_key LIMIT ?',
    [execution, limit],
  );
  const last = cases.at(-1);
  if (last !== undefined)
    tx.run('DELETE FROM test_results WHERE execution_key = ? AND case_key <= ?', [execution, last.case_key]);
  return cases.length;
}

/** Rows of one table that a time makes obsolete, by their key. */
const expiredRows: readonly { readonly table: string; readonly key: string; readonly condition: string }[] = [
  { table: 'alerts', key: 'id', condition: `state = 'resolved' AND resolved_at < ?` },
  { table: 'trend_analyses', key: 'at', condition: 'at < ?' },
  { table: 'events', key: 'key', condition: 'at < ?' },
  { table: 'performance_comparisons', key: 'execution_id', condition: 'at < ?' },
  { table: 'test_evidence', key: 'test', condition: 'recorded_at < ?' },
  {
    table: 'test_cases',
    key: 'key',
    condition: `is_present = 0 AND last_run_at < ? AND NOT EXISTS (SELECT 1 FROM test_results r WHERE r.case_key = test_cases.key)`,
  },
  {
    table: 'test_cases',
    key: 'key',
    condition: `last_run_at < ? AND suite_key IN (SELECT key FROM test_suites WHERE is_present = 0)
      AND NOT EXISTS (SELECT 1 FROM test_results r WHERE r.case_key = test_cases.key)`,
  },
  {
    table: 'test_suites',
    key: 'key',
    condition: `is_present = 0 AND last_run_at < ? AND NOT EXISTS (SELECT 1 FROM test_cases c WHERE c.suite_key = test_suites.key)
      AND NOT EXISTS (SELECT 1 FROM test_executions e WHERE e.suite_key = test_suites.key)`,
  },
];

function pruneOthers(tx: Transaction, timestamp: number, limit: number): number {
  let removed = 0;
  for (const { table, key, condition } of expiredRows) {
    const rows = tx.all<{ key: string | number }>(`SELECT ${key} AS key FROM ${table} WHERE ${condition} LIMIT ?`, [
      timestamp,
      limit - removed,
    ]);
    for (const row of rows) tx.run(`DELETE FROM ${table} WHERE ${key} = ?`, [row.key]);
    removed += rows.length;
  }
  return removed;
}
