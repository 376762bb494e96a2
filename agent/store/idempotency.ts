// Requests that carried an idempotency key (idempotency_keys).
import type { Reader, Transaction } from './sql.ts';

export interface KeyedRequestRow {
  readonly key: string;
  readonly operation: string;
  readonly request: string;
  /** The answer as JSON; null while it is not known. */
  readonly answer: string | null;
  readonly at: number;
}

export function findKeyedRequest(db: Reader, key: string): KeyedRequestRow | null {
  return (
    db.get<KeyedRequestRow>('SELECT key, operation, request, answer, at FROM idempotency_keys WHERE key = ?', [key]) ??
    null
  );
}

export function saveKeyedRequest(tx: Transaction, { key, operation, request, answer, at }: KeyedRequestRow): void {
  tx.run('INSERT OR REPLACE INTO idempotency_keys (key, operation, request, answer, at) VALUES (?, ?, ?, ?, ?)', [
    key,
    operation,
    request,
    answer,
    at,
  ]);
}

export function removeKeyedRequest(tx: Transaction, key: string): void {
  tx.run('DELETE FROM idempotency_keys WHERE key = ?', [key]);
}

/** Forgets at most 100 requests that were made before a time; called with every new one, so none are left to pile up. */
export function forgetKeyedRequests(tx: Transaction, before: number): void {
  tx.run('DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys WHERE at < ? LIMIT 100)', [
    before,
  ]);
}
