// Contents of files on disk, looked at again when size or time differ.
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../protocol/ids.ts';
import { listingHash } from '../store/evidence.ts';

interface Content {
  readonly stamp: string;
  readonly hash: string;
  /** Milliseconds since 1970: of its content or of its place, whichever is later. */
  readonly writtenAt: number;
  readonly found: Map<RegExp, boolean>;
}

/** What files are like, each looked at once: for one decision. */
export type Contents = Pick<ContentCache, 'hashOf' | 'writtenAt' | 'listingOf' | 'says'>;

export class ContentCache {
  readonly #root: string;
  readonly #known = new Map<RepoPath, Content>();

  constructor(root: string) {
    this.#root = root;
  }

  /** As it is from now on, whatever happens on disk: each file is looked at when it is first asked for. */
  snapshot(): Contents {
    const hashes = new Map<RepoPath, string | null>();
    return {
      hashOf: (file) => {
        const known = hashes.get(file);
        if (known !== undefined) return known;
        const hash = this.hashOf(file);
        hashes.set(file, hash);
        return hash;
      },
      writtenAt: (file) => this.writtenAt(file),
      listingOf: (folder) => this.listingOf(folder),
      says: (file, pattern) => this.says(file, pattern),
    };
  }

  /** As in `FileFacts.contentHash`; null when there is no such file. */
  hashOf(file: RepoPath): string | null {
    return this.#contentOf(file)?.hash ?? null;
  }

  /** When the file was last written or put in its place; null when there is none. */
  writtenAt(file: RepoPath): number | null {
    return this.#contentOf(file)?.writtenAt ?? null;
  }

  /** Of the names in a folder; null when there is none. */
  listingOf(folder: RepoPath): string | null {
    try {
      return listingHash(readdirSync(path.join(this.#root, folder)));
    } catch {
      return null;
    }
  }

  /** Whether the text matches; a file that is missing does not. */
  says(file: RepoPath, pattern: RegExp): boolean {
    const content = this.#contentOf(file);
    if (content === null) return false;
    const known = content.found.get(pattern);
    if (known !== undefined) return known;
    const isFound = pattern.test(readFileSync(path.join(this.#root, file), 'utf8'));
    content.found.set(pattern, isFound);
    return isFound;
  }

  #contentOf(file: RepoPath): Content | null {
    try {
      return this.#lookAt(file);
    } catch {
      // Tests look for names that no file can have, and forbid themselves others.
      return null;
    }
  }

  #lookAt(file: RepoPath): Content | null {
    const absolute = path.join(this.#root, file);
    const stat = statSync(absolute, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile()) return null;
    const stamp = `${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known;
    const content = {
      stamp,
      hash: hash('sha256', readFileSync(absolute), 'hex').slice(0, 32),
      writtenAt: Math.max(stat.mtimeMs, stat.ctimeMs),
      found: new Map(),
    };
    this.#known.set(file, content);
    return content;
  }
}
