// Breadth-first search over the dependents: the shortest way from a change to everything that it can affect.
import type { RepoPath } from '../protocol/ids.ts';
import type { Adjacency } from './adjacency.ts';
import type { Made } from './made-files.ts';
import { isConfigurationProgram, isFixture, ownersOfSnapshot, roleOf } from './file-roles.ts';
import type { Spread } from './names/name-flow.ts';
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
  /** The node through which it was reached that is no file: a folder, which ends with `/`, or a build. */
  readonly through: string | null;
  /** What of it is affected, as far as what depends on it has been or will be visited; null: nothing depends on it here. */
  spread: Spread | null;
}

export interface ReachQuestions {
  readonly adjacency: Adjacency;
  /** Types can make tests of this folder fail. */
  readonly checksTypes: (folder: string) => boolean;
  /** Files that builds make and that code names. */
  readonly made: () => readonly Made[];
  /** Files that named one that is gone. */
  readonly importersOfMissing: (path: RepoPath) => readonly RepoPath[];
  /** What of a file is affected when that of one it loads is; null for nothing. */
  readonly pass: (importer: RepoPath, imported: RepoPath, spread: Spread) => Spread | null;
}

/** Walks from what was changed. Visits come in order of distance, so the first way to a file is a shortest one. */
export class Reach {
  readonly #questions: ReachQuestions;
  readonly #visits = new Map<RepoPath, Visit>();
  #queue: Visit[] = [];
  /** What builds make and what none of the visited files gets into so far. */
  #unmade: Set<Made> | null = null;
  readonly #notes = new Set<string>();

  constructor(questions: ReachQuestions) {
    this.#questions = questions;
  }

  /** What had to be taken for granted on the way, in sentences. */
  get notes(): ReadonlySet<string> {
    return this.#notes;
  }

  has(path: RepoPath): boolean {
    return this.#visits.has(path);
  }

  /** A changed file itself. Of a file whose text alone differs only those are reached who read it. */
  start(path: RepoPath, spread: Spread): void {
    const visit = { path, distance: 0, from: null, through: null };
    if (spread !== 'text') this.#visit(visit, spread);
    else this.#expandText({ ...visit, spread });
  }

  /** Reached from a file by something else than an edge; `expands` when what depends on it is reached as well. */
  add(path: RepoPath, from: RepoPath, expands: boolean): void {
    const visit = this.#visits.get(from) ?? null;
    this.#visit({ path, distance: (visit?.distance ?? 0) + 1, from: visit, through: null }, expands ? 'whole' : null);
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
    const alreadyReached = runtime.#visits;
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
    for (const [path, visit] of this.#visits) result.set(path, new ReachedFile(visit));
    return result;
  }

  #step(path: RepoPath, from: Visit, except: ReadonlyMap<RepoPath, Visit>): void {
    if (!except.has(path)) this.#visit({ path, distance: from.distance + 1, from, through: null }, 'whole');
  }

  /** A file of which more is affected than was known is expanded again. */
  #visit(found: Omit<Visit, 'spread'>, spread: Spread | null): void {
    const known = this.#visits.get(found.path);
    const visit = known ?? { ...found, spread: null };
    if (known === undefined) this.#visits.set(found.path, visit);
    const both = spread === null ? visit.spread : union(visit.spread, spread);
    if (both === visit.spread || both === null) return;
    visit.spread = both;
    this.#queue.push(visit);
  }

  /** Those who read the file without loading it. */
  #expandText(visit: Visit): void {
    const { adjacency } = this.#questions;
    const id = adjacency.idOf(visit.path);
    const reach = (path: RepoPath, through: string | null) => {
      if (!isConfigurationProgram(path)) this.#visit({ path, distance: 1, from: visit, through }, 'whole');
    };
    for (const next of id === undefined ? [] : adjacency.dependents(id))
      if (id !== undefined && !adjacency.loaded(next).includes(id)) reach(adjacency.pathOf(next), null);
    if (adjacency.hasFolderReaders) this.#expandFolders(visit, reach);
    this.#expandBuilds(visit, true);
  }

  #expand(visit: Visit): void {
    const { adjacency, checksTypes, importersOfMissing } = this.#questions;
    const reach = (path: RepoPath, through: string | null, spread: Spread = 'whole') => {
      // A configuration is affected by what it loads, which its caller knows; not by the folders that its modules list.
      if (!isConfigurationProgram(path))
        this.#visit({ path, distance: visit.distance + 1, from: visit, through }, spread);
    };
    const id = adjacency.idOf(visit.path);
    if (id !== undefined) {
      for (const next of adjacency.dependents(id)) this.#passOn(visit, id, next, reach);
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
    for (const user of adjacency.usersOfBuilt(visit.path)) reach(adjacency.pathOf(user), null);
    this.#expandBuilds(visit, false);
  }

  /** To one that depends on a visited file: by name where it loads the file and only names are affected. */
  #passOn(
    { path, spread }: Visit,
    id: number,
    next: number,
    reach: (path: RepoPath, through: null, spread: Spread) => void,
  ): void {
    const { adjacency, pass } = this.#questions;
    const importer = adjacency.pathOf(next);
    const isByName = spread !== null && typeof spread !== 'string' && adjacency.loaded(next).includes(id);
    const passed = isByName ? pass(importer, path, spread) : 'whole';
    if (passed !== null) reach(importer, null, passed);
  }

  /** Whether who reads the data of a folder reads this: no code, or a fixture of code that nobody loads by name. */
  #isRead(path: RepoPath): boolean {
    if (roleOf(path) !== 'code') return true;
    const id = this.#questions.adjacency.idOf(path);
    return isFixture(path) && (id === undefined || this.#questions.adjacency.dependents(id).length === 0);
  }

  /** To the files that a build makes of it, among other things. */
  #expandBuilds(visit: Visit, isText: boolean): void {
    this.#unmade ??= new Set(this.#questions.made());
    for (const made of this.#unmade) {
      if (!made.isMadeFrom(visit.path, isText)) continue;
      this.#unmade.delete(made);
      if (made.note !== null) this.#notes.add(made.note);
      this.#visit({ path: made.path, distance: visit.distance + 1, from: visit, through: made.through }, 'whole');
    }
  }

  #expandFolders(visit: Visit, reach: (path: RepoPath, through: string) => void): void {
    const { adjacency } = this.#questions;
    for (const folder of foldersUp(folderOf(visit.path))) {
      const readers = adjacency.folderReaders(folder);
      if (readers === undefined) continue;
      for (const reader of readers.all) reach(adjacency.pathOf(reader), `${folder}/`);
      if (readers.data.length > 0 && this.#isRead(visit.path))
        for (const reader of readers.data) reach(adjacency.pathOf(reader), `${folder}/`);
    }
  }
}

class ReachedFile implements Reached {
  readonly distance: number;
  readonly #visit: Visit;

  constructor(visit: Visit) {
    this.distance = visit.distance;
    this.#visit = visit;
  }

  get path(): readonly string[] {
    return pathTo(this.#visit);
  }

  toJSON(): { readonly distance: number; readonly path: readonly string[] } {
    return { distance: this.distance, path: this.path };
  }
}

/** The first one itself when the other adds nothing. */
function union(known: Spread | null, more: Spread): Spread {
  if (known === null || known === 'whole') return known ?? more;
  if (more === 'whole' || typeof known === 'string' || typeof more === 'string') return more;
  const isKnown = [...more].every((name) => known.has(name));
  return isKnown ? known : new Set([...known, ...more]);
}

function pathTo(end: Visit): string[] {
  const path: string[] = [];
  for (let visit: Visit | null = end; visit !== null; visit = visit.from) {
    path.push(visit.path);
    if (visit.through !== null) path.push(visit.through);
  }
  return path.reverse();
}
