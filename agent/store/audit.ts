// The audit trail (events): who asked for what, and what came of it.
import { z } from 'zod';
import { FailureReason } from '../protocol/failure.ts';
import { nextKey } from './keys.ts';
import type { Transaction } from './sql.ts';

export const AuditEntry = z.object({
  at: z.number(),
  /** Who: the name that the client gave in its hello. */
  client: z.string(),
  role: z.string(),
  via: z.enum(['rpc', 'rest', 'process']),
  operation: z.string(),
  /** What it was about: an id from the input, where there is one. */
  subject: z.string().nullable(),
  outcome: z.union([z.literal('ok'), FailureReason]),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export function appendAudit(tx: Transaction, entry: AuditEntry): void {
  const { at, client, role, via, operation, subject, outcome } = entry;
  tx.run(
    'INSERT INTO events (key, at, client, role, via, operation, subject, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    [nextKey(tx, 'events'), at, client, role, via, operation, subject, outcome],
  );
}
