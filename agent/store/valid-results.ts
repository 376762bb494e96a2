// Results of test files that hold while nothing of what they depend on changes: the last run that passed whole, with its fingerprint.
import type { ExecutionId, TestId } from '../protocol/ids.ts';
import type { Reader, Transaction } from './sql.ts';

export interface ValidResult {
  /** A test file. */
  readonly test: TestId;
  /** Of everything that the file depended on when it ran. */
  readonly fingerprint: string;
  readonly executionId: ExecutionId;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
  /** How many of its tests ran. */
  readonly tests: number;
}

/** Replaces what is known of these test files. */
export function saveValidResults(tx: Transaction, results: readonly ValidResult[]): void {
  for (const { test, fingerprint, executionId, finishedAt, tests } of results) {
    tx.run(
      'INSERT OR REPLACE INTO valid_test_results (test, fingerprint, execution_id, finished_at, tests) VALUES (?, ?, ?, ?, ?)',
      [test, fingerprint, executionId, Math.round(finishedAt), tests],
    );
  }
}

/** Their last results hold no more. */
export function forgetValidResults(tx: Transaction, tests: readonly TestId[]): void {
  for (const test of tests) tx.run('DELETE FROM valid_test_results WHERE test = ?', [test]);
}

/** By the test file. */
export function validResults(db: Reader): Map<TestId, ValidResult> {
  // The columns are named after the fields; ids were branded when they were written.
  const rows = db.all<ValidResult>(
    'SELECT test, fingerprint, execution_id AS executionId, finished_at AS finishedAt, tests FROM valid_test_results',
  );
  return new Map(rows.map((row) => [row.test, row]));
}
