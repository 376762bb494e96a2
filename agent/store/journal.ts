// Appends committed transactions to the journal. All that wait share one write and one fsync.
//
//   writing ──error──▶ degraded ──retry succeeds──▶ writing
//   In the degraded state what is appended is kept in memory and acknowledged at once; every retry begins a new file.
import path from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { AppendFile, FileSystem } from '../platform/files.ts';
import type { Disposer } from '../protocol/client.ts';
import { encodeFrame, segmentHeader } from './frame.ts';
import { nameSegment, type SegmentFile } from './state-files.ts';

export interface JournalOptions {
  readonly files: FileSystem;
  readonly directory: string;
  readonly clock: Clock;
  /** Number of the last transaction that is on disk already. */
  readonly sequence: number;
  readonly segments: readonly SegmentFile[];
  /** How much of the last file is sound, to go on there; null: begin a new one. */
  readonly soundBytes: number | null;
  /** A file that has grown to this is closed. */
  readonly segmentBytes: number;
  /** Called when a file was closed. */
  onSegmentClosed(): void;
  /** Called when writing fails at first, and with null when everything is on disk again. */
  onTrouble(error: unknown): void;
}

interface Waiting {
  readonly line: string;
  acknowledge(): void;
}

interface OpenSegment {
  readonly file: AppendFile;
  readonly entry: SegmentFile;
  sizeBytes: number;
}

const frameBytes = 1024 * 1024;
const firstRetryMs = 1000;
const longestRetryMs = 30_000;

export class Journal {
  readonly #options: JournalOptions;
  readonly #closed: SegmentFile[];
  #current: OpenSegment | null = null;
  /** The last file of the previous start, opened when there is something to write. */
  #resumable: { readonly entry: SegmentFile; readonly soundBytes: number } | null;
  #nextIndex: number;
  /** Number of the last transaction on disk. */
  #durable: number;
  readonly #waiting: Waiting[] = [];
  #pumping: Promise<void> | null = null;
  #isDegraded = false;
  #retryMs = firstRetryMs;
  #cancelRetry: Disposer = () => {};

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#closed = [...options.segments];
    this.#durable = options.sequence;
    this.#nextIndex = (options.segments.at(-1)?.index ?? 0) + 1;
    const last = options.soundBytes === null ? undefined : this.#closed.pop();
    this.#resumable = last === undefined ? null : { entry: last, soundBytes: options.soundBytes ?? 0 };
  }

  get isDurable(): boolean {
    return !this.#isDegraded;
  }

  /** Files that are not written to any more, in order. */
  get closed(): readonly SegmentFile[] {
    return this.#closed;
  }

  /** Number of the first transaction behind the closed files. */
  get openSequence(): number {
    return this.#current?.entry.firstSequence ?? this.#resumable?.entry.firstSequence ?? this.#durable + 1;
  }

  get openBytes(): number {
    return this.#current?.sizeBytes ?? this.#resumable?.soundBytes ?? 0;
  }

  /** Resolves when the line is on disk or, in the degraded state, kept for later. */
  append(line: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ line, acknowledge: resolve });
      if (this.#isDegraded) resolve();
      else void this.#pump();
    });
  }

  /** Resolves when everything appended so far is on disk, or could not be written. */
  async flush(): Promise<void> {
    if (this.#isDegraded) this.#cancelRetry();
    await this.#pump();
  }

  async close(): Promise<void> {
    await this.flush();
    this.#cancelRetry();
    await this.#current?.file.close();
    this.#current = null;
  }

  /** Forgets closed files that were removed. */
  forget(removed: ReadonlySet<string>): void {
    const kept = this.#closed.filter(({ name }) => !removed.has(name));
    this.#closed.splice(0, Infinity, ...kept);
  }

  #pump(): Promise<void> {
    this.#pumping ??= this.#writeWaiting();
    return this.#pumping;
  }

  async #writeWaiting(): Promise<void> {
    // Lets everything that is committed in this turn of the event loop into the same frame.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        const count = countForFrame(this.#waiting);
        await this.#write(this.#waiting.slice(0, count).map(({ line }) => line));
        for (const { acknowledge } of this.#waiting.splice(0, count)) acknowledge();
        this.#durable += count;
        if (this.openBytes >= this.#options.segmentBytes) await this.#closeSegment();
      }
      this.#recover();
    } catch (error) {
      await this.#degrade(error);
    } finally {
      // In the same turn as the look at the empty queue: what is appended from now on starts the next round.
      this.#pumping = null;
    }
  }

  async #write(lines: readonly string[]): Promise<void> {
    const isNew = this.#current === null && this.#resumable === null;
    const segment = (this.#current ??= await this.#openSegment());
    const frame = encodeFrame({ firstSequence: this.#durable + 1, lines });
    await segment.file.append(frame);
    await segment.file.sync();
    if (isNew) await this.#options.files.syncFolder(this.#options.directory);
    segment.sizeBytes += frame.length;
  }

  async #openSegment(): Promise<OpenSegment> {
    const resumed = this.#resumable;
    const entry = resumed?.entry ?? this.#newEntry();
    if (resumed === null) await this.#options.files.makeFolder(this.#options.directory);
    const file = await this.#options.files.openAppend(path.join(this.#options.directory, entry.name));
    const segment = { file, entry, sizeBytes: resumed?.soundBytes ?? 0 };
    // Known from here on, so that a failure below gives it up properly.
    this.#resumable = null;
    this.#current = segment;
    if (resumed !== null && resumed.soundBytes < entry.sizeBytes) await file.truncate(resumed.soundBytes);
    if (segment.sizeBytes === 0) {
      await file.append(segmentHeader);
      segment.sizeBytes = segmentHeader.length;
    }
    return segment;
  }

  #newEntry(): SegmentFile {
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    const firstSequence = this.#durable + 1;
    return { name: nameSegment(index, firstSequence), index, firstSequence, sizeBytes: 0 };
  }

  async #closeSegment(): Promise<void> {
    const segment = this.#current;
    if (segment === null) return;
    this.#current = null;
    this.#closed.push({ ...segment.entry, sizeBytes: segment.sizeBytes });
    await ignoreErrors(() => segment.file.close());
    this.#options.onSegmentClosed();
  }

  #recover(): void {
    if (!this.#isDegraded) return;
    this.#isDegraded = false;
    this.#retryMs = firstRetryMs;
    this.#options.onTrouble(null);
  }

  async #degrade(error: unknown): Promise<void> {
    await this.#giveUpSegment();
    for (const { acknowledge } of this.#waiting) acknowledge();
    if (!this.#isDegraded) this.#options.onTrouble(error);
    this.#isDegraded = true;
    this.#cancelRetry = this.#options.clock.schedule(this.#retryMs, () => void this.#pump());
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
  }

  /** After a failed write or fsync nobody knows what of the file is on disk; it is cut back and never written to again. */
  async #giveUpSegment(): Promise<void> {
    if (this.#resumable !== null) this.#closed.push(this.#resumable.entry);
    this.#resumable = null;
    const segment = this.#current;
    if (segment === null) return;
    this.#current = null;
    const isEmpty = segment.sizeBytes <= segmentHeader.length;
    await ignoreErrors(() => segment.file.truncate(isEmpty ? 0 : segment.sizeBytes));
    await ignoreErrors(() => segment.file.close());
    if (!isEmpty) this.#closed.push({ ...segment.entry, sizeBytes: segment.sizeBytes });
    else await ignoreErrors(() => this.#options.files.remove(path.join(this.#options.directory, segment.entry.name)));
  }
}

/** The first failure was reported already; these are attempts to leave less behind. */
async function ignoreErrors(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // Replay copes with what is left: it goes by the numbers of the transactions.
  }
}

function countForFrame(waiting: readonly Waiting[]): number {
  let count = 0;
  let size = 0;
  while (count < waiting.length && (count === 0 || size < frameBytes)) {
    size += waiting[count]?.line.length ?? 0;
    count += 1;
  }
  return count;
}
