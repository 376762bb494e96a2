// Content hashes of files, remembered as long as a file's size and times stay the same.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../platform/clock.ts';

/** Files above this are read in pieces. */
const largeBytes = 4 * 1024 * 1024;
/** How many files are read at once. */
const parallelReads = 16;
/** A file that changed this recently may change again without its time showing it. */
const settledMs = 50;

interface Known {
  readonly stamp: string;
  readonly hash: string;
  /** Nothing was said of it since it was looked at, by someone who would know. */
  isTrusted: boolean;
}

export class ContentHashes {
  readonly #root: string;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #known = new Map<string, Known>();
  #isWatched = false;
  /** Counts what was said of changes, so that a file that changes while it is read is not trusted. */
  #news = 0;

  /** Paths are relative to `root`. */
  constructor(root: string, clock: Pick<Clock, 'now'>) {
    this.#root = root;
    this.#clock = clock;
  }

  /**
   * Files changed on disk; null: which ones is not known. From the first call on, what is not named is taken to be as it
   * was, and not even looked at.
   */
  filesChanged(paths: readonly string[] | null): void {
    this.#isWatched = true;
    this.#news++;
    for (const path of paths ?? this.#known.keys()) {
      const known = this.#known.get(path);
      if (known !== undefined) known.isTrusted = false;
    }
  }

  /** The hashes of the files that exist, by path, in the order given. What cannot be read is left out. */
  async of(paths: readonly string[]): Promise<Map<string, string>> {
    const hashes = paths.map((file) => this.#trusted(file));
    const open = hashes.flatMap((hash, index) => (hash === null ? [index] : []));
    const work = async () => {
      for (let index = open.pop(); index !== undefined; index = open.pop()) {
        hashes[index] = await this.#hashOf(paths[index] ?? '');
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallelReads, open.length) }, work));
    const found = new Map<string, string>();
    for (const [index, hash] of hashes.entries()) if (hash !== null) found.set(paths[index] ?? '', hash);
    return found;
  }

  #trusted(file: string): string | null {
    const known = this.#isWatched ? this.#known.get(file) : undefined;
    return known?.isTrusted === true ? known.hash : null;
  }

  async #hashOf(file: string): Promise<string | null> {
    const absolute = path.join(this.#root, file);
    const newsBefore = this.#news;
    try {
      const found = await stat(absolute, { bigint: true });
      if (!found.isFile()) return null;
      const stamp = `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`;
      const known = this.#known.get(file);
      if (known?.stamp === stamp) {
        known.isTrusted = newsBefore === this.#news;
        return known.hash;
      }
      const hash = found.size > largeBytes ? await hashInPieces(absolute) : shortHash(await readFile(absolute));
      const isSettled = this.#clock.now() - Number(found.ctimeNs / 1_000_000n) > settledMs;
      if (isSettled) this.#known.set(file, { stamp, hash, isTrusted: newsBefore === this.#news });
      else this.#known.delete(file);
      return hash;
    } catch {
      // Deleted while it was looked at, or not readable: it counts as absent.
      this.#known.delete(file);
      return null;
    }
  }
}

/** The first 128 bits of a SHA-256, in hexadecimal: enough to tell contents apart, short enough to keep many. */
export function shortHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

async function hashInPieces(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex').slice(0, 32);
}
