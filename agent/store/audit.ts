// The audit trail (events): who asked for what, and what came of it.
import type { FailureReason } from '../protocol/failure.ts';
import type { Reader, Transaction } from './sql.ts';

export interface AuditEntry {
  readonly at: number;
  /** Who: the name that the client gave in its hello. */
  readonly client: string;
  readonly role: string;
  readonly via: 'rpc' | 'rest' | 'process';
  readonly operation: string;
  /** What it was about: an id from the input, where there is one. */
  readonly subject: string | null;
  readonly outcome: 'ok' | FailureReason;
}

export declare function appendAudit(tx: Transaction, entry: AuditEntry): void;
/** The latest first. */
export declare function listAudit(db: Reader, limit: number): AuditEntry[];
