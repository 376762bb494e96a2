// The database: sql.js in memory, made durable by a journal and snapshots.
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Reader, Transaction } from './sql.ts';

export type { Reader, Row, SqlValue, Transaction } from './sql.ts';

export interface StoreStatistics {
  /** The database in memory. */
  readonly databaseBytes: number;
  /** The journal that a start would replay. */
  readonly journalBytes: number;
  /** Everything in the store's directory. */
  readonly stateBytes: number;
  /** Transactions committed since the store was opened. */
  readonly transactions: number;
  /** False while something that was acknowledged is not on disk, because the disk is full or cannot be written. */
  readonly isDurable: boolean;
}

export interface Notice {
  readonly id: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
}

export interface Store extends Reader {
  /**
   * Runs `work` at once and synchronously in one transaction. Resolves with its value when the transaction is on disk;
   * many that wait share one fsync. When `work` throws, nothing is changed and the promise rejects with what it threw.
   * While the disk is full it resolves too, so that runs go on: the user has been told by a notice, `isDurable` is false,
   * and everything is written as soon as the disk takes it.
   */
  transact<T>(work: (tx: Transaction) => T): Promise<T>;
  statistics(): StoreStatistics;
  /** Resolves when everything committed so far is on disk, or could not be written (see `isDurable`). */
  flush(): Promise<void>;
  /** Flushes and closes; afterwards every call rejects. */
  dispose(): Promise<void>;
}

export interface StoreOptions {
  /** Absolute; made when it is missing. Nothing else may write in it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  /** `state_damaged`, `disk_full`, `state_not_writable`, `state_writable_again`. */
  readonly onNotice: (notice: Notice) => void;
}

/** Opens the database, repairing what a crash left. Rejects with a FailureError: `version_mismatch` for a newer one. */
export declare function openStore(options: StoreOptions): Promise<Store>;
