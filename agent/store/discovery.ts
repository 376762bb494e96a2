// What runners said when they were asked for their test files: a cache, by a key of all that the answer depends on.
import { z } from 'zod';
import { RepoPath } from '../protocol/ids.ts';
import { fromJson } from './json-column.ts';
import { nextKey } from './keys.ts';
import type { Reader, Transaction } from './sql.ts';

const keptAnswers = 512;
const Paths = z.array(RepoPath);

/** Keeps an answer; of all answers the latest 512 are kept. */
export function saveDiscovery(tx: Transaction, key: string, files: readonly RepoPath[]): void {
  const row = nextKey(tx, 'test_discoveries');
  tx.run('INSERT OR REPLACE INTO test_discoveries (key, cache_key, files) VALUES (?, ?, ?)', [
    row,
    key,
    JSON.stringify(files),
  ]);
  tx.run('DELETE FROM test_discoveries WHERE key <= ?', [row - keptAnswers]);
}

export function getDiscovery(db: Reader, key: string): RepoPath[] | null {
  const row = db.get<{ files: string }>('SELECT files FROM test_discoveries WHERE cache_key = ?', [key]);
  return row === undefined ? null : fromJson(Paths.nullable(), row.files, null);
}
