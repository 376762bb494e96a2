// Breadth-first search over the dependents: the shortest way from a change to everything that it can affect.
import type { RepoPath } from '../protocol/ids.ts';
import type { Adjacency } from './adjacency.ts';
import { isConfigurationProgram, isFixture, ownersOfSnapshot, roleOf } from './file-roles.ts';
import { folderOf, foldersUp } from './resolution/file-set.ts';

/** A file that a change can affect. */
export interface Reached {
  /** Steps from the nearest changed file; 0 for a changed file itself. */
  readonly distance: number;
  /** The shortest path of graph nodes from a changed file to this one, both included; a folder that is read ends with `/`. */
  readonly path: readonly string[];
}

interface Visit {
  readonly path: RepoPath;
  readonly distance: number;
  readonly from: Visit | null;
  /** The folder through which it was reached. */
  readonly folder: string | null;
  /** What depends on it has been or will be visited. */
  isExpanded: boolean;
}

export interface ReachQuestions {
  readonly adjacency: Adjacency;
  /** Types can make tests of this folder fail. */
  readonly checksTypes: (folder: string) => boolean;
  /** Files that named one that is gone. */
  readonly importersOfMissing: (path: RepoPath) => readonly RepoPath[];
}

/** Walks from what was changed. Visits come in order of distance, so the first way to a file is a shortest one. */
export class Reach {
  readonly #questions: ReachQuestions;
  readonly #visits = new Map<RepoPath, Visit>();
  #queue: Visit[] = [];

  constructor(questions: ReachQuestions) {
    this.#questions = questions;
  }

  has(path: RepoPath): boolean {
    return this.#visits.has(path);
  }

  /** A changed file itself. */
  start(path: RepoPath): void {
    this.#visit({ path, distance: 0, from: null, folder: null }, true);
  }

  /** Reached from a file by something else than an edge; `expands` when what depends on it is reached as well. */
  add(path: RepoPath, from: RepoPath, expands: boolean): void {
    const visit = this.#visits.get(from) ?? null;
    this.#visit({ path, distance: (visit?.distance ?? 0) + 1, from: visit, folder: null }, expands);
  }

  /** Follows what runs. */
  run(): void {
    for (let index = 0; index < this.#queue.length; index++) {
      const visit = this.#queue[index];
      if (visit === undefined) break;
      this.#expand(visit);
    }
    this.#queue = [];
  }

  /** From everything that `runtime` reached, what a type checker connects with it and what that reaches in turn. */
  continueByTypes(runtime: Reach): void {
    const { adjacency } = this.#questions;
    const alreadyReached = new Set(runtime.#visits.keys());
    const addTypes = (visit: Visit) => {
      const id = adjacency.idOf(visit.path);
      if (id === undefined) return;
      for (const next of adjacency.typeDependents(id)) this.#step(adjacency.pathOf(next), visit, alreadyReached);
    };
    for (const visit of runtime.#visits.values()) addTypes(visit);
    for (let index = 0; index < this.#queue.length; index++) {
      const visit = this.#queue[index];
      if (visit === undefined) break;
      addTypes(visit);
      const id = adjacency.idOf(visit.path);
      if (id !== undefined)
        for (const next of adjacency.dependents(id)) this.#step(adjacency.pathOf(next), visit, alreadyReached);
    }
    this.#queue = [];
  }

  /** What was reached; the paths are put together when they are asked for. */
  result(): Map<RepoPath, Reached> {
    const result = new Map<RepoPath, Reached>();
    for (const [path, visit] of this.#visits) {
      result.set(path, {
        distance: visit.distance,
        get path() {
          return pathTo(visit);
        },
      });
    }
    return result;
  }

  #step(path: RepoPath, from: Visit, except: ReadonlySet<RepoPath>): void {
    if (!except.has(path)) this.#visit({ path, distance: from.distance + 1, from, folder: null }, true);
  }

  #visit(found: Omit<Visit, 'isExpanded'>, expands: boolean): void {
    const known = this.#visits.get(found.path);
    const visit = known ?? { ...found, isExpanded: false };
    if (known === undefined) this.#visits.set(found.path, visit);
    if (!expands || visit.isExpanded) return;
    visit.isExpanded = true;
    this.#queue.push(visit);
  }

  #expand(visit: Visit): void {
    const { adjacency, checksTypes, importersOfMissing } = this.#questions;
    const reach = (path: RepoPath, folder: string | null) => {
      // A configuration is affected by what it loads, which its caller knows; not by the folders that its modules list.
      if (!isConfigurationProgram(path)) this.#visit({ path, distance: visit.distance + 1, from: visit, folder }, true);
    };
    const id = adjacency.idOf(visit.path);
    if (id !== undefined) {
      for (const next of adjacency.dependents(id)) reach(adjacency.pathOf(next), null);
      for (const next of adjacency.typeDependents(id)) {
        const path = adjacency.pathOf(next);
        if (checksTypes(folderOf(path))) reach(path, null);
      }
    }
    if (adjacency.hasFolderReaders) this.#expandFolders(visit, reach);
    // Owners are named by convention; only those that exist are in the graph.
    for (const owner of ownersOfSnapshot(visit.path))
      if (adjacency.idOf(owner) !== undefined) reach(owner as RepoPath, null);
    if (visit.distance === 0) for (const importer of importersOfMissing(visit.path)) reach(importer, null);
  }

  /** Whether who reads the data of a folder reads this: no code, or a fixture of code that nobody loads by name. */
  #isRead(path: RepoPath): boolean {
    if (roleOf(path) !== 'code') return true;
    const id = this.#questions.adjacency.idOf(path);
    return isFixture(path) && (id === undefined || this.#questions.adjacency.dependents(id).length === 0);
  }

  #expandFolders(visit: Visit, reach: (path: RepoPath, folder: string) => void): void {
    const { adjacency } = this.#questions;
    for (const folder of foldersUp(folderOf(visit.path))) {
      const readers = adjacency.folderReaders(folder);
      if (readers === undefined) continue;
      for (const reader of readers.all) reach(adjacency.pathOf(reader), folder);
      if (readers.data.length > 0 && this.#isRead(visit.path))
        for (const reader of readers.data) reach(adjacency.pathOf(reader), folder);
    }
  }
}

function pathTo(end: Visit): string[] {
  const path: string[] = [];
  for (let visit: Visit | null = end; visit !== null; visit = visit.from) {
    path.push(visit.path);
    if (visit.folder !== null) path.push(`${visit.folder}/`);
  }
  return path.reverse();
}
