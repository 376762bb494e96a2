// Content hashes of files, remembered as long as a file's size and times stay the same.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Files above this are read in pieces. */
const largeBytes = 4 * 1024 * 1024;
/** How many files are read at once. */
const parallelReads = 16;
/** A file that changed this recently may change again without its time showing it. */
const settledMs = 50;

interface Known {
  readonly stamp: string;
  readonly hash: string;
}

export class ContentHashes {
  readonly #root: string;
  readonly #known = new Map<string, Known>();

  /** Paths are relative to `root`. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The hashes of the files that exist, by path, in the order given. What cannot be read is left out. */
  async of(paths: readonly string[]): Promise<Map<string, string>> {
    const hashes: (string | null)[] = Array.from({ length: paths.length });
    let next = 0;
    const work = async () => {
      for (let index = next++; index < paths.length; index = next++)
        hashes[index] = await this.#hashOf(paths[index] ?? '');
    };
    await Promise.all(Array.from({ length: Math.min(parallelReads, paths.length) }, work));
    return new Map(
      paths.flatMap((file, index) => (typeof hashes[index] === 'string' ? [[file, hashes[index]] as const] : [])),
    );
  }

  async #hashOf(file: string): Promise<string | null> {
    const absolute = path.join(this.#root, file);
    try {
      const found = await stat(absolute, { bigint: true });
      if (!found.isFile()) return null;
      const stamp = `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`;
      const known = this.#known.get(file);
      if (known?.stamp === stamp) return known.hash;
      const hash = found.size > largeBytes ? await hashInPieces(absolute) : shortHash(await readFile(absolute));
      const isSettled = Date.now() - Number(found.ctimeNs / 1_000_000n) > settledMs;
      if (isSettled) this.#known.set(file, { stamp, hash });
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
