// Who depends on whom, as integers: what impact walks over.
import type { RepoPath } from '../protocol/ids.ts';
import type { FileEdges, FolderReach } from './resolution/edges.ts';

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
  notes: readonly string[];
  /** Nodes that depend on this one. */
  readonly dependents: number[];
  readonly typeDependents: number[];
}

const none: readonly number[] = [];
const noFolders: ReadonlyMap<string, FolderReach> = new Map();

export class Adjacency {
  readonly #ids = new Map<string, number>();
  readonly #paths: RepoPath[] = [];
  readonly #nodes: Node[] = [];
  readonly #readers = new Map<string, { all: number[]; data: number[] }>();

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
    node.notes = edges.notes;
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
    node.runtime = [];
    node.loaded = [];
    node.types = [];
    node.folders = noFolders;
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
      notes: [],
      dependents: [],
      typeDependents: [],
    });
    return id;
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
