// Writes one log to disk within bounds: its first megabyte and its last four, however long it gets.
import { Buffer } from 'node:buffer';
import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { listStretches, stretchFile, wholeCharacters } from './log-files.ts';

/** Size of a stretch: the first is kept, and of the rest the last `keptStretches` beside the one being written. */
const stretchBytes = 1024 * 1024;
const keptStretches = 4;
/** Text that waits for the disk: from here on, writers are asked to wait; and what comes on top of the second is dropped. */
const busyBytes = 1024 * 1024;
const fullBytes = 8 * 1024 * 1024;

export class LogWriter {
  readonly #folder: string;
  readonly #name: string;
  readonly #onProblem: (error: unknown) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Bytes that were handed in but never reach the disk, since the last write. */
  #lostBytes = 0;
  #writing: Promise<void> | null = null;
  #handle: FileHandle | null = null;
  /** Where in the stream the next byte lands, and where the stretch under way began. */
  #position = 0;
  #stretchStart = 0;
  readonly #later: number[] = [];
  /** False until it is known where an earlier writer of the same log came to. */
  #isPlaced: boolean;

  /** Nothing is created before there is something to write. `onProblem` hears of each write that failed. */
  constructor(options: { folder: string; name: string; goesOn?: boolean; onProblem: (error: unknown) => void }) {
    this.#folder = options.folder;
    this.#name = options.name;
    this.#isPlaced = options.goesOn !== true;
    this.#onProblem = options.onProblem;
  }

  /** Appends; answers with a promise when the disk is behind, and it is time to wait. Never fails. */
  append(text: string): void | Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length === 0) return;
    if (this.#pendingBytes + bytes.length > fullBytes) this.#lostBytes += bytes.length;
    else {
      this.#pending.push(bytes);
      this.#pendingBytes += bytes.length;
    }
    this.#writing ??= this.#writePending();
    return this.#pendingBytes > busyBytes ? this.#writing : undefined;
  }

  /** Resolves when everything appended so far is on disk, or could not be written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#closeStretch();
  }

  async #writePending(): Promise<void> {
    // What is appended in the same turn is written together.
    await Promise.resolve();
    while (this.#pending.length > 0 || this.#lostBytes > 0) {
      const bytes = Buffer.concat(this.#pending.splice(0));
      const lost = this.#lostBytes;
      this.#pendingBytes = 0;
      this.#lostBytes = 0;
      await this.#write(bytes);
      if (lost > 0) await this.#skip(lost);
    }
    this.#writing = null;
  }

  /** What the disk does not take counts as dropped; what comes next is tried again, in a new stretch. */
  async #write(bytes: Buffer): Promise<void> {
    if (!this.#isPlaced) await this.#takePlace();
    for (let from = 0; from < bytes.length;) {
      const part = this.#nextPart(bytes.subarray(from));
      try {
        this.#handle ??= await this.#openStretch();
        await this.#handle.appendFile(part);
      } catch (error) {
        this.#onProblem(error);
        return this.#skip(bytes.length - from);
      }
      from += part.length;
      this.#position += part.length;
      if (this.#position - this.#stretchStart >= stretchBytes) await this.#endStretch();
    }
  }

  async #takePlace(): Promise<void> {
    this.#isPlaced = true;
    const last = (await listStretches(this.#folder, this.#name)).at(-1);
    if (last === undefined) return;
    this.#position = last.start + (await stat(last.file)).size;
    this.#stretchStart = this.#position;
  }

  /** As much as fits into the stretch, up to the end of a character. */
  #nextPart(bytes: Buffer): Buffer {
    const room = this.#stretchStart + stretchBytes - this.#position;
    if (bytes.length <= room) return bytes;
    return bytes.subarray(0, wholeCharacters(bytes.subarray(0, Math.max(4, room))));
  }

  async #openStretch(): Promise<FileHandle> {
    await mkdir(this.#folder, { recursive: true });
    this.#stretchStart = this.#position;
    const handle = await open(path.join(this.#folder, stretchFile(this.#name, this.#position)), 'w');
    if (this.#position > 0) this.#later.push(this.#position);
    return handle;
  }

  async #endStretch(): Promise<void> {
    await this.#closeStretch();
    this.#stretchStart = this.#position;
    for (const start of this.#later.splice(0, Math.max(0, this.#later.length - keptStretches))) {
      await rm(path.join(this.#folder, stretchFile(this.#name, start)), { force: true }).catch(this.#onProblem);
    }
  }

  async #closeStretch(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(this.#onProblem);
  }

  /** Leaves bytes out: the next ones begin a stretch of their own. */
  async #skip(bytes: number): Promise<void> {
    this.#position += bytes;
    await this.#endStretch();
  }
}
