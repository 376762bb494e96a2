// What one file depends on, as the resolvers find it.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileSet } from './file-set.ts';

/** `all`: everything below a folder; `data`: what is no code. */
export type FolderReach = 'all' | 'data';

export interface FileEdges {
  /** Loaded or read when the file runs. */
  readonly runtime: ReadonlySet<RepoPath>;
  /** Those of `runtime` that are loaded as modules. */
  readonly loaded: ReadonlySet<RepoPath>;
  /** Seen by a type checker alone. */
  readonly types: ReadonlySet<RepoPath>;
  readonly folders: ReadonlyMap<string, FolderReach>;
  /** Paths that are no files of the repository, by which it loads or reads them, with their sources as far as they are known. */
  readonly built: ReadonlyMap<string, readonly RepoPath[]>;
  readonly notes: readonly string[];
}

interface Wholes {
  readonly folder: string | null;
  readonly note: string | null;
  readonly files?: readonly RepoPath[];
  readonly built?: readonly string[];
}

/** Collects the edges of one file. */
export class EdgeCollector implements FileEdges {
  readonly runtime = new Set<RepoPath>();
  loaded: ReadonlySet<RepoPath> = new Set();
  readonly types = new Set<RepoPath>();
  readonly folders = new Map<string, FolderReach>();
  readonly built = new Map<string, readonly RepoPath[]>();
  readonly notes: string[] = [];
  readonly #file: RepoPath;
  readonly #files: FileSet;

  constructor(file: RepoPath, files: FileSet) {
    this.#file = file;
    this.#files = files;
  }

  /** Adds what a module specifier led to; declarations never run. */
  addModules(targets: readonly RepoPath[], isTypes: boolean): void {
    for (const target of targets) {
      if (target === this.#file) continue;
      if (isTypes || /\.d\.[cm]?ts$|\.pyi$/.test(target)) this.types.add(target);
      else this.runtime.add(target);
      const declaration = /\.([cm]?)jsx?$/.exec(target);
      const beside =
        declaration === null
          ? null
          : this.#files.find(`${target.slice(0, declaration.index)}.d.${declaration[1] ?? ''}ts`);
      if (beside !== null) this.types.add(beside);
    }
  }

  /** What was added so far are modules; what comes after are paths. */
  endModules(): void {
    this.loaded = new Set(this.runtime);
  }

  addFolder(folder: string, reach: FolderReach): void {
    if (this.folders.get(folder) !== 'all') this.folders.set(folder, reach);
  }

  /** A path that is no file of the repository, with what it is made of as far as that is known. */
  addBuilt(path: string, sources: readonly RepoPath[]): void {
    if (!path.startsWith('..') && path !== '') this.built.set(path, [...(this.built.get(path) ?? []), ...sources]);
  }

  /** The folder that stands for sources which are not known, with the note that says so; and the files that a build makes. */
  addWholes({ folder, note, files = [], built = [] }: Wholes): void {
    for (const path of built) this.addBuilt(path, files);
    if (folder !== null) this.addFolder(folder, 'all');
    if (note !== null) this.addNote(note);
  }

  addNote(note: string): void {
    if (this.notes.length < 20 && !this.notes.includes(note)) this.notes.push(note);
  }
}
