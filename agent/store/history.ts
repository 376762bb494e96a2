// Which files each commit changed (commit_files): one row, read and written whole.
import type { z } from 'zod';
import { packJson, unpackJson } from './json-column.ts';
import type { Reader, Transaction } from './sql.ts';

/** What was saved, up to which commit; null when there is nothing, or nothing that fits. */
export function loadCommitFiles<T>(
  db: Reader,
  schema: z.ZodType<T>,
): { readonly head: string; readonly content: T } | null {
  const row = db.get<{ head: string; content: Uint8Array }>('SELECT head, content FROM commit_files WHERE key = 1');
  const content = row === undefined ? null : unpackJson(schema, row.content);
  return row === undefined || content === null ? null : { head: row.head, content };
}

/** Takes the place of what was saved before. */
export function saveCommitFiles(tx: Transaction, head: string, content: unknown): void {
  tx.run('INSERT OR REPLACE INTO commit_files (key, head, content) VALUES (1, ?, ?)', [head, packJson(content)]);
}
