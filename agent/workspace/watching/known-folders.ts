// The folders that are watched and the paths that are ignored: enough to tell at once what an event is about.
import type { Candidate } from '../ignore-rules.ts';

/** Ignored files come and go under ever new names; beyond this many they are forgotten and asked for again. */
const maximumIgnoredFiles = 20_000;

export class KnownFolders {
  readonly #folders = new Set<string>();
  readonly #ignoredFolders = new Set<string>();
  readonly #ignoredFiles = new Set<string>();

  add(folder: string): void {
    this.#folders.add(folder);
  }

  has(folder: string): boolean {
    return this.#folders.has(folder);
  }

  ignore({ path, isFolder }: Candidate): void {
    if (this.#ignoredFiles.size >= maximumIgnoredFiles) this.#ignoredFiles.clear();
    (isFolder ? this.#ignoredFolders : this.#ignoredFiles).add(path);
  }

  isIgnored(path: string): boolean {
    return this.#ignoredFolders.has(path) || this.#ignoredFiles.has(path);
  }

  /** The path, or the first unknown folder above it; null when it lies in what is ignored. */
  subjectOf(path: string): string | null {
    for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end);
      if (this.#ignoredFolders.has(folder)) return null;
      if (!this.#folders.has(folder)) return folder;
    }
    return this.isIgnored(path) ? null : path;
  }

  /** Forgets a folder and all below it. */
  remove(folder: string): void {
    if (!this.#folders.has(folder)) return;
    for (const set of [this.#folders, this.#ignoredFolders, this.#ignoredFiles]) {
      for (const path of set) {
        if (path === folder || path.startsWith(`${folder}/`)) set.delete(path);
      }
    }
  }

  /** A file that git ignored may be tracked by now. */
  forgetIgnoredFiles(): void {
    this.#ignoredFiles.clear();
  }

  clear(): void {
    this.#folders.clear();
    this.#ignoredFolders.clear();
    this.#ignoredFiles.clear();
  }
}
