// The tree as it is watched: tells of each path that something happened to whether it counts, and keeps the list of
// files and the watched folders in step with the disk.
import { lstatSync, type Stats } from 'node:fs';
import path from 'node:path';
import type { FileList } from '../file-list.ts';
import { isIgnoreFile, type Candidate, type IgnoreRules } from '../ignore-rules.ts';
import type { FolderPoll } from './folder-poll.ts';
import { KnownFolders } from './known-folders.ts';
import { scanFolders, type ScanContext } from './tree-scan.ts';
import type { TreeWatch } from './tree-watch.ts';

export interface TrackedTreeOptions {
  readonly root: string;
  readonly files: FileList;
  readonly rules: IgnoreRules;
  readonly tree: TreeWatch;
  readonly poll: FolderPoll;
  /** The system refused to watch a folder; it is looked at from time to time instead. */
  readonly onRefused: (folder: string) => void;
}

export class TrackedTree {
  readonly #options: TrackedTreeOptions;
  readonly #known = new KnownFolders();
  readonly #context: ScanContext;

  constructor(options: TrackedTreeOptions) {
    this.#options = options;
    const { files, root, rules } = options;
    this.#context = {
      root,
      rules,
      known: this.#known,
      isListed: (candidate) => (candidate.isFolder ? files.hasFolder(candidate.path) : files.has(candidate.path)),
      watch: (folder) => this.#watch(folder),
      unwatch: (folder) => this.#unwatch(folder),
    };
  }

  /** The path that an event is about: itself, or an unknown folder above it; null when it is ignored. */
  subjectOf(name: string): string | null {
    return this.#known.subjectOf(name);
  }

  /** Watches all that is not ignored. What was known before no longer holds. */
  async startOver(): Promise<void> {
    const { files, rules } = this.#options;
    rules.reset();
    files.reset();
    await files.all();
    this.#unwatch('');
    this.#known.clear();
    await scanFolders(this.#context, [''], false);
    // What came between the listing and the watching is in neither.
    files.reset();
  }

  /** Another commit can track files in folders that were ignored so far. */
  async followHead(): Promise<void> {
    const { files } = this.#options;
    files.reset();
    await files.all();
    await scanFolders(
      this.#context,
      files.folders().filter((folder) => !this.#known.has(folder)),
      false,
    );
  }

  /** A file that was ignored may be tracked by now. */
  forgetIgnoredFiles(): void {
    this.#known.forgetIgnoredFiles();
  }

  /**
   * Looks at what became of paths (true: as entries of their folders) and gives those of files that changed and are
   * not ignored. `rulesChanged`: files with rules of ignoring are among them.
   */
  async lookAt(subjects: ReadonlyMap<string, boolean>): Promise<{ changed: string[]; rulesChanged: boolean }> {
    const changed: string[] = [];
    const unsure: Candidate[] = [];
    for (const [name, isEntry] of subjects) {
      const stats = lstatSync(path.join(this.#options.root, name), { throwIfNoEntry: false });
      if (stats === undefined) changed.push(...this.#recordRemoval(name));
      else if (stats.isDirectory())
        unsure.push(...(isEntry || !this.#known.has(name) ? [{ path: name, isFolder: true }] : []));
      else if (this.#recordListedFile(name, stats, changed)) continue;
      else if (stats.isFile() || stats.isSymbolicLink()) unsure.push({ path: name, isFolder: false });
    }
    if (unsure.length > 0) changed.push(...(await this.#sortOut(unsure)));
    const rulesChanged = changed.some(isIgnoreFile);
    if (rulesChanged) this.#options.files.reset();
    return { changed, rulesChanged };
  }

  /** True when the file is listed, and so needs no judgement. */
  #recordListedFile(name: string, stats: Stats, changed: string[]): boolean {
    const { files } = this.#options;
    if (this.#known.has(name)) changed.push(...this.#recordRemoval(name));
    if (!files.has(name)) return false;
    if (!stats.isFile()) files.apply({ added: [], removed: [name] });
    changed.push(name);
    return true;
  }

  /** What was listed under the name: the file, or all files of the folder. */
  #recordRemoval(name: string): string[] {
    const { files } = this.#options;
    this.#forgetFolder(name);
    const removed = [...(files.has(name) ? [name] : []), ...files.below(name)];
    files.apply({ added: [], removed });
    return removed;
  }

  async #sortOut(candidates: readonly Candidate[]): Promise<string[]> {
    const { rules, files } = this.#options;
    const asked = candidates.filter((candidate) => !this.#context.isListed(candidate));
    const ignored = asked.length === 0 ? new Set<string>() : await rules.ignoredAmong(asked);
    for (const candidate of asked) {
      if (ignored.has(candidate.path)) this.#known.ignore(candidate);
    }
    const allowed = candidates.filter((candidate) => !ignored.has(candidate.path));
    const newFiles = allowed.filter(({ isFolder }) => !isFolder).map(({ path: name }) => name);
    const folders = allowed.filter(({ isFolder }) => isFolder).map(({ path: name }) => name);
    const missing = folders.flatMap((folder) => this.#recordReplaced(folder));
    const found = await scanFolders(this.#context, folders, true);
    files.apply({ added: [...found, ...newFiles.filter((name) => this.#isRegularFile(name))], removed: [] });
    return [...newFiles, ...missing, ...found];
  }

  /** Another folder may stand where one was: what was listed and is not in it is gone, and its watches are the old one's. */
  #recordReplaced(folder: string): string[] {
    const { files } = this.#options;
    this.#forgetFolder(folder);
    const gone = files.below(folder).filter((name) => !this.#isRegularFile(name));
    files.apply({ added: [], removed: gone });
    return gone;
  }

  #isRegularFile(name: string): boolean {
    return lstatSync(path.join(this.#options.root, name), { throwIfNoEntry: false })?.isFile() === true;
  }

  #forgetFolder(folder: string): void {
    if (!this.#known.has(folder)) return;
    this.#unwatch(folder);
    this.#known.remove(folder);
  }

  #watch(folder: string): void {
    if (this.#options.tree.watch(folder) !== 'refused') return;
    this.#options.poll.add(folder);
    this.#options.onRefused(folder);
  }

  #unwatch(folder: string): void {
    this.#options.tree.unwatch(folder);
    this.#options.poll.remove(folder);
  }
}
