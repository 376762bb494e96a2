// A store in a temporary folder that can be killed, damaged and filled up: `await using rig = await StoreRig.create()`.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemFiles, type AppendFile, type FileSystem } from '../../agent/platform/files.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { openStore, type Notice, type Store, type StoreOptions, type Transaction } from '../../agent/store/store.ts';
import { migrations as productMigrations, type Migration } from '../../agent/store/migrations/migrations.ts';
import { ManualClock } from './manual-clock.ts';

/** A schema of one table, so that a test says what it needs in one line. */
export const notesMigration: Migration = {
  version: 1,
  name: 'notes',
  apply: (tx) => tx.run('CREATE TABLE noodle.notes (key INTEGER PRIMARY KEY, text TEXT)'),
};

/** `migrations: undefined` stands for the product's own. */
type OpenOptions = { readonly [K in keyof StoreOptions]?: StoreOptions[K] | undefined };

export class StoreRig implements AsyncDisposable {
  readonly directory: string;
  readonly clock = new ManualClock();
  readonly files = new FaultyFiles();
  readonly notices: Notice[] = [];
  /** Called behind every notice. */
  onNotice: () => void = () => {};
  readonly #open = new Set<Store>();

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<StoreRig> {
    return new StoreRig(await mkdtemp(path.join(tmpdir(), 'noodle-store-')));
  }

  async open(options: OpenOptions = {}): Promise<Store> {
    const { migrations = 'migrations' in options ? productMigrations : [notesMigration], limits } = options;
    const store = await openStore({
      directory: this.directory,
      clock: this.clock,
      log: silentLog,
      onNotice: (notice) => {
        this.notices.push(notice);
        this.onNotice();
      },
      files: this.files,
      migrations,
      ...(limits === undefined ? {} : { limits }),
    });
    this.#open.add(store);
    return store;
  }

  /** Closes a store properly and opens it again. */
  async reopen(store: Store, options: OpenOptions = {}): Promise<Store> {
    await this.close(store);
    return this.open(options);
  }

  async close(store: Store): Promise<void> {
    this.#open.delete(store);
    await store.dispose();
  }

  /** What a kill at this moment would leave, in a rig of its own. */
  async crashed(): Promise<StoreRig> {
    const copy = await StoreRig.create();
    await cp(this.directory, copy.directory, { recursive: true });
    return copy;
  }

  /** Names of the files in the directory that match, in order. */
  async names(pattern: RegExp): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => pattern.test(name)).toSorted();
  }

  /** Changes the content of a file behind the store's back. */
  async edit(name: string, change: (content: Buffer) => Buffer): Promise<void> {
    const file = path.join(this.directory, name);
    await writeFile(file, change(await readFile(file)));
  }

  /** Puts a file beside the store's own. */
  async put(name: string, content: Uint8Array): Promise<void> {
    await writeFile(path.join(this.directory, name), content);
  }

  async drop(name: string): Promise<void> {
    await rm(path.join(this.directory, name));
  }

  /** Takes a file over from another rig. */
  async take(other: StoreRig, name: string): Promise<void> {
    await cp(path.join(other.directory, name), path.join(this.directory, name));
  }

  /** Every file with its content. */
  async contents(): Promise<Record<string, string>> {
    const names = await this.names(/./);
    const entries = names.map(async (name) => [
      name,
      (await readFile(path.join(this.directory, name))).toString('base64'),
    ]);
    return Object.fromEntries(await Promise.all(entries));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.files.fault = null;
    for (const store of this.#open) await store.dispose();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Inserts a note; its key is its place. */
export function addNote(tx: Transaction, text: string): number {
  const key = tx.get<{ key: number }>('SELECT coalesce(max(key), 0) + 1 AS key FROM notes')?.key ?? 0;
  tx.run('INSERT INTO notes (key, text) VALUES (?, ?)', [key, text]);
  return key;
}

export function notesIn(store: Store): string[] {
  return store.all<{ text: string }>('SELECT text FROM notes ORDER BY key').map(({ text }) => text);
}

/** The real file system, until it is told to fail. */
export class FaultyFiles implements FileSystem {
  /** The code of the error with which every write fails. */
  fault: 'ENOSPC' | 'EIO' | null = null;
  /** How many bytes of the next failing write still get onto the disk. */
  tornBytes = 0;
  readonly synced: string[] = [];

  read = systemFiles.read;
  list = systemFiles.list;
  makeFolder = systemFiles.makeFolder;
  rename = systemFiles.rename;
  remove = systemFiles.remove;
  syncFolder = systemFiles.syncFolder;

  async openAppend(file: string): Promise<AppendFile> {
    const real = await systemFiles.openAppend(file);
    return {
      append: async (bytes) => {
        if (this.fault !== null) await real.append(bytes.subarray(0, this.tornBytes));
        this.#check();
        await real.append(bytes);
      },
      sync: async () => {
        this.#check();
        await real.sync();
        this.synced.push(path.basename(file));
      },
      truncate: (sizeBytes) => real.truncate(sizeBytes),
      close: () => real.close(),
    };
  }

  async writeAtomically(
    file: string,
    content: Uint8Array | string,
    options?: { readonly mode?: number },
  ): Promise<void> {
    this.#check();
    await systemFiles.writeAtomically(file, content, options);
  }

  #check(): void {
    if (this.fault !== null) throw Object.assign(new Error(`${this.fault}: injected`), { code: this.fault });
  }
}
