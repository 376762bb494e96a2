// The list of files, remembered while a watcher says what became of it.
import type { RepoPath } from '../protocol/ids.ts';

export interface FileList {
  /** Sorted by code units. Read anew unless a watcher keeps the list. */
  all(): Promise<readonly RepoPath[]>;
  has(path: string): boolean;
  /** True for the folder of a listed file, and for any folder above it. The root is ''. */
  hasFolder(path: string): boolean;
  /** The folders of listed files and all above them. */
  folders(): readonly string[];
  /** The listed files below a folder. */
  below(folder: string): readonly RepoPath[];
  /** Brings the remembered list up to date. */
  apply(change: { readonly added: readonly string[]; readonly removed: readonly string[] }): void;
  /** From now on `apply` and `reset` are told about every change, so that the list may be remembered; or no longer. */
  keep(isKept: boolean): void;
  /** The remembered list is not to be trusted any more. */
  reset(): void;
}

/** How often the list is read again when changes come in while it is read; then it is as current as can be. */
const maximumReadings = 3;

/** A list whose content comes from `read`. */
export function createFileList(read: () => Promise<readonly string[]>): FileList {
  return new RememberedFileList(read);
}

class RememberedFileList implements FileList {
  readonly #read: () => Promise<readonly string[]>;
  #isKept = false;
  #reading: Promise<void> | null = null;
  /** Counts resets, so that a reading that began before one is not taken for the truth after it. */
  #resets = 0;
  #isCurrent = false;
  #files = new Set<string>();
  #folders = new Set<string>();
  #sorted: readonly RepoPath[] | null = null;

  constructor(read: () => Promise<readonly string[]>) {
    this.#read = read;
  }

  async all(): Promise<readonly RepoPath[]> {
    for (let attempt = 0; attempt < maximumReadings && !(this.#isKept && this.#isCurrent); attempt++) {
      await (this.#reading ??= this.#readAnew());
      if (!this.#isKept) break;
    }
    return this.#inOrder();
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  hasFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  folders(): readonly string[] {
    return [...this.#folders];
  }

  below(folder: string): readonly RepoPath[] {
    if (!this.#folders.has(folder)) return [];
    return this.#inOrder().filter((path) => folder === '' || path.startsWith(`${folder}/`));
  }

  apply({ added, removed }: { readonly added: readonly string[]; readonly removed: readonly string[] }): void {
    // What is being read may be older than this: it will be read again.
    if (this.#reading !== null) this.#resets += 1;
    for (const path of removed) {
      if (this.#files.delete(path)) this.#sorted = null;
    }
    for (const path of added) {
      if (!this.#files.has(path)) this.#sorted = null;
      this.#insert(path);
    }
  }

  keep(isKept: boolean): void {
    this.#isKept = isKept;
    if (!isKept) this.#isCurrent = false;
  }

  reset(): void {
    this.#resets += 1;
    this.#isCurrent = false;
  }

  async #readAnew(): Promise<void> {
    const resets = this.#resets;
    try {
      const files = await this.#read();
      this.#files = new Set();
      this.#folders = new Set(['']);
      for (const path of files) this.#insert(path);
      this.#sorted = null;
      this.#isCurrent = resets === this.#resets;
    } finally {
      this.#reading = null;
    }
  }

  #insert(path: string): void {
    this.#files.add(path);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (this.#folders.has(folder)) return;
      this.#folders.add(folder);
    }
  }

  #inOrder(): readonly RepoPath[] {
    // Paths come from git or from the folders themselves and are relative already; parsing 50,000 would only take time.
    this.#sorted ??= [...this.#files].sort() as RepoPath[];
    return this.#sorted;
  }
}
