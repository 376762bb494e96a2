// What was worked out of the records in idle time (learned), so that a plan need not work it out again.
import type { z } from 'zod';
import { fromJson } from './json-column.ts';
import type { Reader, Transaction } from './sql.ts';

/** Puts a value in the place of the one before. */
export function saveLearned(tx: Transaction, name: string, value: unknown, at: number): void {
  tx.run('INSERT OR REPLACE INTO learned (name, at, content) VALUES (?, ?, ?)', [
    name,
    Math.round(at),
    JSON.stringify(value),
  ]);
}

/** Null when there is none, or when it has not the shape that is asked for: an older version wrote it. */
export function getLearned<T>(db: Reader, name: string, shape: z.ZodType<T>): T | null {
  const row = db.get<{ content: string }>('SELECT content FROM learned WHERE name = ?', [name]);
  return row === undefined ? null : fromJson<T | null>(shape.nullable(), row.content, null);
}

/** When it was worked out last, in milliseconds since 1970; null when it never was. */
export function learnedAt(db: Reader, name: string): number | null {
  return db.get<{ at: number }>('SELECT at FROM learned WHERE name = ?', [name])?.at ?? null;
}
