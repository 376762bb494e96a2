// A database in memory, and the journal and the snapshots that make it durable.
import path from 'node:path';
import { FailureError } from '../protocol/failure.ts';
import type { Clock } from '../platform/clock.ts';
import { errorCode, isDiskFull, type FileSystem } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import { Journal } from './journal.ts';
import { encodeTransaction } from './record.ts';
import { Snapshots } from './snapshots.ts';
import type { SnapshotJob } from './snapshot-writer.ts';
import type { SnapshotRun } from './snapshots.ts';
import type { Reader, SqlValue, Transaction } from './sql.ts';
import type { Connection } from './sqlite.ts';
import { writeSnapshot, type StateFiles } from './state-files.ts';
import { RecordingTransaction } from './transaction.ts';

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

export interface Limits {
  /** A journal file that has grown to this is closed. */
  readonly segmentBytes: number;
  /** The journal beyond which a snapshot is made, for a database of a size. */
  journalBytes(databaseBytes: number): number;
}

export interface DurableStoreOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: FileSystem;
  readonly limits: Limits;
  readonly startSnapshot: (job: SnapshotJob) => SnapshotRun;
  readonly onNotice: (notice: Notice) => void;
  readonly connection: Connection;
  readonly found: StateFiles;
  /** Number of the last transaction in `connection`. */
  readonly sequence: number;
  /** How much of the last journal file is sound, to go on there; null: begin a new one. */
  readonly soundBytes: number | null;
}

export class DurableStore implements Reader {
  readonly #options: DurableStoreOptions;
  readonly #connection: Connection;
  readonly #journal: Journal;
  readonly #snapshots: Snapshots;
  #damagedBytes: number;
  #sequence: number;
  #isInTransaction = false;
  #disposing: Promise<void> | null = null;

  constructor(options: DurableStoreOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#sequence = options.sequence;
    this.#damagedBytes = options.found.damagedBytes;
    const { files, directory, clock, log, found, sequence, soundBytes, limits } = options;
    this.#snapshots = new Snapshots({
      files,
      directory,
      log,
      found: found.snapshots,
      journalLimit: limits.journalBytes,
      start: options.startSnapshot,
      onRemoved: (names) => this.#journal.forget(names),
      onDamage: (names) => this.#replaceDamaged(names),
    });
    this.#journal = new Journal({
      files,
      directory,
      clock,
      sequence,
      segments: found.segments,
      soundBytes,
      segmentBytes: limits.segmentBytes,
      onSegmentClosed: () => this.considerSnapshot(),
      onTrouble: (error) => this.#reportTrouble(error),
    });
  }

  all<T>(sql: string, params: readonly SqlValue[] = []): T[] {
    // The caller says what the columns of its own SQL are.
    return this.#query(sql, params, Infinity) as T[];
  }

  get<T>(sql: string, params: readonly SqlValue[] = []): T | undefined {
    // As above.
    return this.#query(sql, params, 1)[0] as T | undefined;
  }

  async transact<T>(work: (tx: Transaction) => T): Promise<T> {
    if (this.#disposing !== null) throw closed();
    const { value, line } = this.#commit(work);
    if (line !== null) await this.#journal.append(line);
    return value;
  }

  statistics(): StoreStatistics {
    const closedBytes = this.#journal.closed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const { openBytes } = this.#journal;
    return {
      databaseBytes: this.#connection.sizeBytes(),
      journalBytes: this.#snapshots.pendingBytes(this.#journal) + openBytes,
      stateBytes: this.#snapshots.sizeBytes + closedBytes + openBytes + this.#damagedBytes,
      transactions: this.#sequence - this.#options.sequence,
      isDurable: this.#journal.isDurable,
    };
  }

  flush(): Promise<void> {
    return this.#journal.flush();
  }

  considerSnapshot(): void {
    if (this.#disposing === null) this.#snapshots.consider(this.#journal, this.#connection.sizeBytes());
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#close();
    return this.#disposing;
  }

  async #close(): Promise<void> {
    await this.#journal.close();
    await this.#snapshots.settle();
    if (!this.#journal.isDurable) this.#options.log.error('the last transactions could not be written to disk');
    this.#connection.close();
  }

  #commit<T>(work: (tx: Transaction) => T): { value: T; line: string | null } {
    if (this.#isInTransaction) throw new Error('a transaction cannot be begun inside of another one');
    const tx = new RecordingTransaction(this.#connection);
    this.#isInTransaction = true;
    this.#connection.run('BEGIN');
    try {
      const value = work(tx);
      if (value instanceof Promise) throw new TypeError('the work of a transaction has to be synchronous');
      const line = tx.changes.length === 0 ? null : encodeTransaction(tx.changes);
      this.#connection.run('COMMIT');
      if (line !== null) this.#sequence += 1;
      return { value, line };
    } catch (error) {
      this.#connection.run('ROLLBACK');
      throw error;
    } finally {
      tx.end();
      this.#isInTransaction = false;
    }
  }

  #query(sql: string, params: readonly SqlValue[], limit: number) {
    if (this.#disposing !== null) throw closed();
    if (this.#connection.kindOf(sql) !== 'query') throw new Error(`a change needs a transaction: ${sql}`);
    return this.#connection.all(sql, params, limit);
  }

  #reportTrouble(error: unknown): void {
    const { directory, log, onNotice } = this.#options;
    if (error === null) {
      log.info('the state is written to disk again', { directory });
      onNotice({ id: 'state_writable_again', severity: 'info', message: 'Everything is recorded on disk again.' });
      return;
    }
    log.error('the state cannot be written to disk', { directory, error });
    const why = isDiskFull(error)
      ? 'The disk is full'
      : `The state cannot be written (${errorCode(error) ?? 'for an unknown reason'})`;
    onNotice({
      id: isDiskFull(error) ? 'disk_full' : 'state_not_writable',
      severity: 'error',
      message: `${why}: work goes on, and what happens from now on is recorded in memory until ${directory} can be written. If Noodle stops before, it is lost.`,
    });
  }

  /** Memory is right and the disk is not: the one case in which the main thread writes a snapshot itself. */
  async #replaceDamaged(names: readonly string[]): Promise<void> {
    const { files, directory, onNotice } = this.#options;
    const content = this.#connection.toFile();
    const snapshot = await writeSnapshot(files, directory, { content, sequence: this.#sequence });
    const closed = this.#journal.closed.filter(({ name }) => !names.includes(name));
    this.#journal.forget(new Set(names));
    await setAside(this.#options, names);
    await this.#snapshots.add(snapshot, closed);
    const what =
      names.length === 0
        ? 'A file of the recorded state is gone'
        : `${names.join(', ')} was damaged on disk and set aside`;
    onNotice({
      id: 'state_damaged',
      severity: 'warning',
      message: `${what} in ${directory}. Nothing is lost: the state was written anew from memory.`,
    });
  }
}

/** Renames damaged files so that they are never read again but can be looked at. */
export async function setAside(
  { files, directory, clock }: { readonly files: FileSystem; readonly directory: string; readonly clock: Clock },
  names: readonly string[],
): Promise<string[]> {
  const time = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const renamed: string[] = [];
  for (const name of names) {
    const aside = `${name}.damaged-${time}`;
    await files.rename(path.join(directory, name), path.join(directory, aside));
    renamed.push(aside);
  }
  await files.syncFolder(directory);
  return renamed;
}

function closed(): FailureError {
  return new FailureError({ reason: 'shutting_down', message: 'The store is closed.' });
}
