// Contents by their SHA-256: written aside and renamed, verified whenever they are taken out, safe under several processes.
import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** How a content got into the work tree. */
export type Placement = 'cloned' | 'linked' | 'copied';

export class BlobStore {
  readonly #folder: string;
  readonly #aside: string;
  /** Whether the file system shares contents between copies; null until it was tried. */
  #canClone: boolean | null = null;

  /** `folder` holds the contents, `aside` what is being written; both lie on one file system. */
  constructor(folder: string, aside: string) {
    this.#folder = folder;
    this.#aside = aside;
  }

  pathOf(digest: string): string {
    return path.join(this.#folder, digest.slice(0, 2), digest);
  }

  /** A new name in the folder of what is being written. */
  asidePath(): string {
    return path.join(this.#aside, randomBytes(8).toString('hex'));
  }

  async has(digest: string): Promise<boolean> {
    return (await stat(this.pathOf(digest)).catch(() => null)) !== null;
  }

  /** Copies a file in; answers with the digest and size of what was copied, whatever happens to the file meanwhile. */
  async addFile(file: string): Promise<{ readonly digest: string; readonly sizeBytes: number }> {
    const aside = this.asidePath();
    try {
      await copyFile(file, aside, constants.COPYFILE_FICLONE);
      const digest = await digestOf(aside);
      const { size } = await stat(aside);
      await this.#put(aside, digest);
      return { digest, sizeBytes: size };
    } finally {
      await rm(aside, { force: true });
    }
  }

  /** False, and nothing is kept, when the bytes do not have that digest. */
  async addBytes(digest: string, bytes: Uint8Array): Promise<boolean> {
    if (createHash('sha256').update(bytes).digest('hex') !== digest) return false;
    const aside = this.asidePath();
    try {
      await writeFile(aside, bytes);
      await this.#put(aside, digest);
    } finally {
      await rm(aside, { force: true });
    }
    return true;
  }

  /**
   * Makes `file` (which must not exist) out of a content. Answers null, and forgets the content, when what is kept is not
   * what it should be.
   *
   * A clone shares nothing that a later writer could spoil. A hard link does: so a content is linked from one place at
   * most, such that a tool that writes in place spoils nothing but the kept content, which is verified before it is used.
   */
  async place(digest: string, file: string): Promise<Placement | null> {
    const source = this.pathOf(digest);
    try {
      const placement = await this.#place(source, file);
      if ((await digestOf(file)) === digest) return placement;
    } catch {
      // Evicted by another process, or unreadable: it is made anew.
    }
    await rm(file, { force: true });
    await rm(source, { force: true });
    return null;
  }

  async #put(aside: string, digest: string): Promise<void> {
    const target = this.pathOf(digest);
    await mkdir(path.dirname(target), { recursive: true });
    // Also where there is one: it may have been spoilt, and its new age keeps it from being cleared away.
    await rename(aside, target);
  }

  async #place(source: string, file: string): Promise<Placement> {
    if (this.#canClone !== false) {
      this.#canClone = await copyFile(source, file, constants.COPYFILE_FICLONE_FORCE).then(
        () => true,
        () => false,
      );
      if (this.#canClone) return 'cloned';
    }
    const now = new Date();
    if ((await stat(source)).nlink === 1 && (await tried(link(source, file)))) {
      // Another process may have had the same idea at the same time.
      if ((await stat(file)).nlink === 2) {
        await utimes(file, now, now);
        return 'linked';
      }
      await rm(file);
    }
    await copyFile(source, file);
    return 'copied';
  }
}

async function tried(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  // A stream without an encoding yields buffers.
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
