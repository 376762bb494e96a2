// Tests that were made and offered (generated_tests), the last ones.
import { GeneratedTests } from '../protocol/generated-tests.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import { fromJson } from './json-column.ts';
import type { Reader, Transaction } from './sql.ts';

/** An offer that nobody took is of no use for long. */
const mostKept = 50;

export function saveGeneratedTests(tx: Transaction, generated: GeneratedTests): void {
  tx.run('INSERT OR REPLACE INTO generated_tests (execution_id, at, content) VALUES (?, ?, ?)', [
    generated.executionId,
    Math.round(generated.at),
    JSON.stringify(generated),
  ]);
  tx.run(
    'DELETE FROM generated_tests WHERE execution_id NOT IN (SELECT execution_id FROM generated_tests ORDER BY at DESC LIMIT ?)',
    [mostKept],
  );
}

/** Null when none of that execution is recorded. */
export function getGeneratedTests(db: Reader, id: ExecutionId): GeneratedTests | null {
  const row = db.get<{ content: string }>('SELECT content FROM generated_tests WHERE execution_id = ?', [id]);
  return row === undefined ? null : fromJson<GeneratedTests | null>(GeneratedTests.nullable(), row.content, null);
}
