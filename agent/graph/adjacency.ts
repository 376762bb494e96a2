// Who depends on whom, as integers: what impact walks over.
import type { RepoPath } from '../protocol/ids.ts';
import type { FileEdges, FolderReach } from './resolution/edges.ts';

/** A path that is no file of the repository and that code names. */
export interface BuiltFile {
  readonly path: string;
  /** As far as they are known. */
  readonly sources: readonly RepoPath[];
  readonly users: readonly number[];
}

/** Files that read a folder whole, by how much of it they read. */
export interface FolderReaders {
  readonly all: readonly number[];
  readonly data: readonly number[];
}

interface Node {
  runtime: number[];
  loaded: number[];
  types: number[];
  folders: ReadonlyMap<string, FolderReach>;
  built: ReadonlyMap<string, readonly RepoPath[]>;
  notes: readonly string[];
  /** Nodes that depend on this one. */
  readonly dependents: number[];
  readonly typeDependents: number[];
}

const none: readonly number[] = [];
const noFolders: ReadonlyMap<string, FolderReach> = new Map();
const noBuilt: ReadonlyMap<string, readonly RepoPath[]> = new Map();

export class Adjacency {
  readonly #ids = new Map<string, number>();
  readonly #paths: RepoPath[] = [];
  readonly #nodes: Node[] = [];
  readonly #readers = new Map<string, { all: number[]; data: number[] }>();
  readonly #built = new Map<string, number[]>();

  /** Nodes that were ever named; ids are below it. */
  get size(): number {
    return this.#paths.length;
  }

  get hasFolderReaders(): boolean {
    return this.#readers.size > 0;
  }

  idOf(path: string): number | undefined {
    return this.#ids.get(path);
  }

  pathOf(id: number): RepoPath {
    const path = this.#paths[id];
    if (path === undefined) throw new RangeError(`no node ${id}`);
    return path;
  }

  /** Files that load or read this one when they run. */
  dependents(id: number): readonly number[] {
    return this.#nodes[id]?.dependents ?? none;
  }

  /** Files that only a type checker connects with this one. */
  typeDependents(id: number): readonly number[] {
    return this.#nodes[id]?.typeDependents ?? none;
  }

  folderReaders(folder: string): FolderReaders | undefined {
    return this.#readers.get(folder);
  }

  /** What a file loads or reads when it runs. */
  dependencies(id: number): readonly number[] {
    return this.#nodes[id]?.runtime ?? none;
  }

  /** What a file loads as modules. */
  loaded(id: number): readonly number[] {
    return this.#nodes[id]?.loaded ?? none;
  }

  /** Every path that is named and is no file of the repository. */
  *builtFiles(): Generator<BuiltFile> {
    for (const [path, users] of this.#built) {
      const sources = users.map((id) => this.#nodes[id]?.built.get(path) ?? []);
      // One who could not tell the sources may mean something else by the path.
      const areKnown = sources.every((each) => each.length > 0);
      yield { path, users, sources: areKnown ? [...new Set(sources.flat())] : [] };
    }
  }

  /** Files that name a path which is no file of the repository. */
  usersOfBuilt(path: string): readonly number[] {
    return this.#built.get(path) ?? none;
  }

  builtUsedBy(id: number): Iterable<string> {
    return this.#nodes[id]?.built.keys() ?? [];
  }

  foldersReadBy(id: number): ReadonlyMap<string, FolderReach> {
    return this.#nodes[id]?.folders ?? noFolders;
  }

  notesOn(id: number): readonly string[] {
    return this.#nodes[id]?.notes ?? [];
  }

  /** Replaces the edges that start at a file. */
  set(file: RepoPath, edges: FileEdges): void {
    const id = this.#nodeOf(file);
    this.clear(file);
    const node = this.#nodes[id];
    if (node === undefined) return;
    node.runtime = [...edges.runtime].map((target) => this.#nodeOf(target));
    node.loaded =
      edges.loaded.size === edges.runtime.size ? node.runtime : [...edges.loaded].map((target) => this.#nodeOf(target));
    node.types = [...edges.types].filter((target) => !edges.runtime.has(target)).map((target) => this.#nodeOf(target));
    node.folders = edges.folders.size === 0 ? noFolders : edges.folders;
    node.built = edges.built.size === 0 ? noBuilt : edges.built;
    node.notes = edges.notes;
    for (const path of node.built.keys()) this.#addBuilt(path, id);
    for (const target of node.runtime) this.#nodes[target]?.dependents.push(id);
    for (const target of node.types) this.#nodes[target]?.typeDependents.push(id);
    for (const [folder, reach] of node.folders) this.#readersOf(folder)[reach].push(id);
  }

  /** Takes away the edges that start at a file; those that end there belong to others. */
  clear(file: RepoPath): void {
    const id = this.#ids.get(file);
    const node = id === undefined ? undefined : this.#nodes[id];
    if (id === undefined || node === undefined) return;
    for (const target of node.runtime) removeFrom(this.#nodes[target]?.dependents, id);
    for (const target of node.types) removeFrom(this.#nodes[target]?.typeDependents, id);
    for (const [folder, reach] of node.folders) {
      const readers = this.#readersOf(folder);
      removeFrom(readers[reach], id);
      if (readers.all.length === 0 && readers.data.length === 0) this.#readers.delete(folder);
    }
    for (const path of node.built.keys()) this.#removeBuilt(path, id);
    node.runtime = [];
    node.loaded = [];
    node.types = [];
    node.folders = noFolders;
    node.built = noBuilt;
    node.notes = [];
  }

  #nodeOf(path: RepoPath): number {
    const known = this.#ids.get(path);
    if (known !== undefined) return known;
    const id = this.#paths.length;
    this.#ids.set(path, id);
    this.#paths.push(path);
    this.#nodes.push({
      runtime: [],
      loaded: [],
      types: [],
      folders: noFolders,
      built: noBuilt,
      notes: [],
      dependents: [],
      typeDependents: [],
    });
    return id;
  }

  #addBuilt(path: string, user: number): void {
    const users = this.#built.get(path);
    if (users === undefined) this.#built.set(path, [user]);
    else users.push(user);
  }

  #removeBuilt(path: string, user: number): void {
    const users = this.#built.get(path);
    removeFrom(users, user);
    if (users?.length === 0) this.#built.delete(path);
  }

  #readersOf(folder: string): { all: number[]; data: number[] } {
    const known = this.#readers.get(folder);
    if (known !== undefined) return known;
    const readers = { all: [], data: [] };
    this.#readers.set(folder, readers);
    return readers;
  }
}

/** Order does not matter, so the last takes the place of the one that goes. */
function removeFrom(list: number[] | undefined, value: number): void {
  const at = list?.indexOf(value) ?? -1;
  const last = list?.pop();
  if (list === undefined || last === undefined || at === -1) {
    if (list !== undefined && last !== undefined) list.push(last);
    return;
  }
  if (at < list.length) list[at] = last;
}
