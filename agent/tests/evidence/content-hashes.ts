// Hashes of what tests used, each taken once in a run.
import { hash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { listingHash } from '../../store/evidence.ts';

export class ContentHashes {
  readonly #startedAt: number;
  readonly #files = new Map<string, Promise<string | null>>();
  readonly #folders = new Map<string, Promise<string | null>>();

  /** What was written after `startedAt` (ms since 1970) has no certain content. */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Null when there is none; '' when it was written since the run began. As in `FileFacts.contentHash`. */
  ofFile(file: string): Promise<string | null> {
    return remembered(this.#files, file, async () => {
      const status = await statusOf(file);
      if (status === null || !status.isFile()) return null;
      if (status.mtimeMs > this.#startedAt) return '';
      return hash('sha256', await readFile(file), 'hex').slice(0, 32);
    });
  }

  /** The hash of the names in a folder; null when there is none. */
  ofFolder(folder: string): Promise<string | null> {
    return remembered(this.#folders, folder, async () => {
      try {
        return listingHash(await readdir(folder));
      } catch {
        return null;
      }
    });
  }

  async isFolder(file: string): Promise<boolean> {
    return (await statusOf(file))?.isDirectory() === true;
  }
}

async function remembered<T>(known: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return await found;
}

async function statusOf(file: string): Promise<Stats | null> {
  try {
    return await stat(file);
  } catch {
    return null;
  }
}
