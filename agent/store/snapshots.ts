// When snapshots are made, and what is removed after.
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { assetPath } from '../platform/assets.ts';
import type { FileSystem } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import type { SnapshotJob, SnapshotOutcome } from './snapshot-writer.ts';
import { obsoleteFiles, type SegmentFile, type SnapshotFile } from './state-files.ts';

export interface SnapshotRun {
  readonly outcome: Promise<SnapshotOutcome>;
  /** Lets the process wait for the snapshot; until then it does not keep the process alive. */
  hold(): void;
}

export interface SnapshotsOptions {
  readonly files: FileSystem;
  readonly directory: string;
  readonly log: Log;
  readonly found: readonly SnapshotFile[];
  /** The journal that a start would replay, beyond which a snapshot is made, for a database of a size. */
  readonly journalLimit: (databaseBytes: number) => number;
  readonly start: (job: SnapshotJob) => SnapshotRun;
  /** Called with names of closed journal files that were removed. */
  readonly onRemoved: (names: ReadonlySet<string>) => void;
  /** Called when the files on disk are not what was written: a snapshot from memory has to replace them. */
  readonly onDamage: (names: readonly string[]) => Promise<void>;
}

/** What the journal holds at the moment. */
export interface JournalState {
  readonly closed: readonly SegmentFile[];
  /** Number of the first transaction behind the closed files. */
  readonly openSequence: number;
}

/** Snapshots are for the next start alone, so they are made when the journal behind the last one has become long. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  #snapshots: readonly SnapshotFile[];
  #running: { readonly run: SnapshotRun; readonly finished: Promise<void> } | null = null;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#snapshots = options.found;
  }

  get sizeBytes(): number {
    return this.#snapshots.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Bytes of closed journal files that the latest snapshot does not contain. */
  pendingBytes({ closed, openSequence }: JournalState): number {
    const latest = this.#snapshots[0]?.sequence ?? 0;
    const ends = closed.map((_segment, position) => (closed[position + 1]?.firstSequence ?? openSequence) - 1);
    return closed.reduce((sum, { sizeBytes }, position) => sum + ((ends[position] ?? 0) > latest ? sizeBytes : 0), 0);
  }

  /** Starts a snapshot if one is due and none is under way. */
  consider(journal: JournalState, databaseBytes: number): void {
    const last = journal.closed.at(-1);
    if (this.#running !== null || last === undefined) return;
    if (this.pendingBytes(journal) < this.#options.journalLimit(databaseBytes)) return;
    const job = { directory: this.#options.directory, lastSegment: last.index, sequence: journal.openSequence - 1 };
    const run = this.#options.start(job);
    this.#running = { run, finished: this.#finish(run, journal) };
  }

  /** Makes a snapshot known, and removes what nothing needs any more. */
  async add(snapshot: SnapshotFile, segments: readonly SegmentFile[]): Promise<void> {
    const others = this.#snapshots.filter(({ name }) => name !== snapshot.name);
    const snapshots = [snapshot, ...others].toSorted((a, b) => b.sequence - a.sequence);
    await this.#clean(snapshots, segments);
  }

  /** Resolves when no snapshot is under way. */
  async settle(): Promise<void> {
    this.#running?.run.hold();
    await this.#running?.finished;
  }

  async #finish(run: SnapshotRun, { closed }: JournalState): Promise<void> {
    const segments = [...closed];
    const outcome = await run.outcome;
    try {
      if (outcome.state === 'written') await this.add(outcome.snapshot, segments);
      if (outcome.state === 'damaged') await this.#options.onDamage(outcome.files);
      if (outcome.state === 'failed') this.#options.log.warn('no snapshot could be made', { message: outcome.message });
    } catch (error) {
      this.#options.log.warn('old files of the state could not be removed', { error });
    } finally {
      this.#running = null;
    }
  }

  async #clean(snapshots: readonly SnapshotFile[], segments: readonly SegmentFile[]): Promise<void> {
    const removed = new Set(obsoleteFiles({ snapshots, segments }).map(({ name }) => name));
    this.#snapshots = snapshots.filter(({ name }) => !removed.has(name));
    this.#options.onRemoved(removed);
    for (const name of removed) await this.#options.files.remove(path.join(this.#options.directory, name));
  }
}

/** Runs a job in a worker thread of its own. */
export function startSnapshotWorker(job: SnapshotJob): SnapshotRun {
  const worker = new Worker(assetPath('store-snapshot-worker'), { workerData: job, name: 'noodle snapshot' });
  worker.unref();
  const outcome = new Promise<SnapshotOutcome>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ state: 'failed', message: String(error) }));
    worker.once('exit', (code) => resolve({ state: 'failed', message: `the worker ended with code ${code}` }));
  });
  return { outcome, hold: () => worker.ref() };
}
