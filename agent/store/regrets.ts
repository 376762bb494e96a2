// Failures that a selection had left out (regrets): which test file failed, and which files had changed.
import type { ExecutionId, RepoPath, TestId } from '../protocol/ids.ts';
import type { Reader, Transaction } from './sql.ts';

export interface Regret {
  readonly executionId: ExecutionId;
  readonly at: number;
  readonly test: TestId;
  /** A file that had changed. */
  readonly path: RepoPath;
}

/** One row for each test and changed file. */
export function saveRegrets(tx: Transaction, regrets: readonly Regret[]): void {
  for (const { executionId, at, test, path } of regrets) {
    tx.run('INSERT OR REPLACE INTO test_regrets (test, path, execution_id, at) VALUES (?, ?, ?, ?)', [
      test,
      path,
      executionId,
      Math.round(at),
    ]);
  }
}

/** Newest first. */
export function loadRegrets(db: Reader): Regret[] {
  // The columns are named after the fields; ids and paths were branded when they were written.
  return db.all<Regret>(
    'SELECT execution_id AS executionId, at, test, path FROM test_regrets ORDER BY at DESC, test, path',
  );
}

/** Forgets what is older; the graph and the recordings have changed since. */
export function forgetRegrets(tx: Transaction, before: number): void {
  tx.run('DELETE FROM test_regrets WHERE at < ?', [before]);
}
