// The database: sql.js in memory, made durable by a journal and snapshots.
import { FailureError } from '../protocol/failure.ts';
import type { Clock } from '../platform/clock.ts';
import { systemFiles, type FileSystem } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import { DurableStore, setAside, type Limits, type Notice, type StoreStatistics } from './durable-store.ts';
import { isDamaged, recover, type Damage, type Recovery } from './recovery.ts';
import { migrations, type Migration } from './migrations/migrations.ts';
import { startSnapshotWorker } from './snapshots.ts';
import type { Reader, Transaction } from './sql.ts';
import { loadSqlite, type Connection } from './sqlite.ts';
import { listStateFiles, obsoleteFiles, writeSnapshot, type StateFiles } from './state-files.ts';
import path from 'node:path';

export type { Notice, StoreStatistics } from './durable-store.ts';
export type { Reader, Row, SqlValue, Transaction } from './sql.ts';

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
  /** Flushes, lets a snapshot that is under way end, and closes; afterwards every call fails with `shutting_down`. */
  dispose(): Promise<void>;
}

export interface StoreOptions {
  /** Absolute; made when it is missing. Nothing else may write in it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Its ids: `state_damaged`, `disk_full`, `state_not_writable`, `state_writable_again`. */
  readonly onNotice: (notice: Notice) => void;
  readonly files?: FileSystem;
  readonly migrations?: readonly Migration[];
  readonly limits?: Limits;
}

const kilobyte = 1024;

/** A start replays little more than this: about 25 ms of work for small databases, 500 ms for large ones. */
const defaultLimits: Limits = {
  segmentBytes: 512 * kilobyte,
  journalBytes: (databaseBytes) => Math.min(Math.max(databaseBytes / 8, 512 * kilobyte), 16 * kilobyte * kilobyte),
};

/**
 * Opens the database, repairing what a crash left. Rejects with a FailureError and changes nothing when the state was
 * written by a later version (`version_mismatch`) or cannot be read (`state_damaged`).
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory, clock, log, onNotice, files = systemFiles, limits = defaultLimits } = options;
  const known = options.migrations ?? migrations;
  const [sqlite, found] = await Promise.all([loadSqlite(), readable(directory, listStateFiles(files, directory))]);
  const recovery = await readable(directory, recover({ sqlite, files, directory, found }));
  if (recovery === 'later_format') throw laterVersion(directory, 'a later format of the journal');
  const { connection, sequence, damage } = recovery;
  checkVersion(connection, known, directory);
  const place = { files, directory, clock };
  const isRepaired = isDamaged(damage) && (await repair({ place, recovery, onNotice, log }));
  const present = isRepaired ? await listStateFiles(files, directory) : await tidy(place, found, log);
  const canGoOn = !isDamaged(damage) && present.segments.length > 0 && recovery.soundBytes < limits.segmentBytes;
  const store = new DurableStore({
    ...place,
    log,
    onNotice,
    limits,
    connection,
    sequence,
    found: present,
    soundBytes: canGoOn ? recovery.soundBytes : null,
    startSnapshot: startSnapshotWorker,
  });
  await migrate(store, connection, known);
  store.considerSnapshot();
  return store;
}

async function readable<T>(directory: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof FailureError) throw error;
    const message = `The recorded state in ${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new FailureError(
      { reason: 'state_damaged', message, hint: 'Make the folder readable, or move it away.' },
      { cause: error },
    );
  }
}

function checkVersion(connection: Connection, known: readonly Migration[], directory: string): void {
  const version = connection.version();
  const latest = known.at(-1)?.version ?? 0;
  if (version <= latest) return;
  connection.close();
  throw laterVersion(directory, `version ${version} where this one knows ${latest}`);
}

function laterVersion(directory: string, what: string): FailureError {
  return new FailureError({
    reason: 'version_mismatch',
    message: `The recorded state in ${directory} was written by a later Noodle: it has ${what}.`,
    hint: 'Update Noodle, or move that folder away to begin without it. Nothing was changed.',
  });
}

interface Place {
  readonly files: FileSystem;
  readonly directory: string;
  readonly clock: Clock;
}

interface Repair {
  readonly place: Place;
  readonly recovery: Recovery;
  readonly onNotice: (notice: Notice) => void;
  readonly log: Log;
}

/** Writes what was saved as a new snapshot and sets the damaged files aside. False: the disk did not take it. */
async function repair({ place, recovery, onNotice, log }: Repair): Promise<boolean> {
  const { connection, sequence, damage } = recovery;
  let isRepaired = true;
  let files = damage.files;
  try {
    await writeSnapshot(place.files, place.directory, { content: connection.toFile(), sequence });
    files = await setAside(place, damage.files);
  } catch (error) {
    isRepaired = false;
    log.error('the repaired state could not be written', { error });
  }
  const message = describeDamage(recovery, files, place.directory);
  log.error(message);
  onNotice({ id: 'state_damaged', severity: damage.lost + damage.unapplied > 0 ? 'error' : 'warning', message });
  return isRepaired;
}

function describeDamage({ sequence, damage }: Recovery, files: readonly string[], directory: string): string {
  const gone = damage.lost + damage.unapplied;
  const saved =
    gone === 0
      ? 'Everything was restored from the other files'
      : `${sequence - gone} of ${sequence} recorded changes were saved, ${gone} are lost`;
  const where = files.length === 0 ? '' : ` What is damaged lies beside it: ${files.join(', ')}.`;
  return `The recorded state in ${directory} was damaged. ${saved}.${where}${describeUnapplied(damage)}`;
}

function describeUnapplied({ unapplied }: Damage): string {
  return unapplied === 0 ? '' : ` ${unapplied} of the lost ones were readable but built upon others.`;
}

/** Removes what a killed agent left: files begun and not finished, files that the latest snapshots cover. */
async function tidy({ files, directory }: Place, found: StateFiles, log: Log): Promise<StateFiles> {
  const obsolete = new Set([...found.leftovers, ...obsoleteFiles(found).map(({ name }) => name)]);
  if (obsolete.size === 0) return found;
  try {
    for (const name of obsolete) await files.remove(path.join(directory, name));
  } catch (error) {
    log.warn('old files of the state could not be removed', { error });
    return found;
  }
  return {
    ...found,
    leftovers: [],
    snapshots: found.snapshots.filter(({ name }) => !obsolete.has(name)),
    segments: found.segments.filter(({ name }) => !obsolete.has(name)),
  };
}

/** Brings the schema up to date. A migration that fails changes nothing, and the store is closed. */
async function migrate(store: DurableStore, connection: Connection, known: readonly Migration[]): Promise<void> {
  const version = connection.version();
  const missing = known.filter((migration) => migration.version > version);
  try {
    for (const migration of missing) await store.transact((tx) => applyMigration(tx, connection, migration));
  } catch (error) {
    await store.dispose();
    throw error;
  }
  if (missing.length > 0) connection.forgetStatements();
}

function applyMigration(tx: Transaction, connection: Connection, migration: Migration): void {
  migration.apply(tx);
  tx.run(`PRAGMA noodle.user_version = ${migration.version}`);
  if (connection.hasStrayTables())
    throw new Error(`the migration ${migration.name} made a table outside of the database noodle`);
}
