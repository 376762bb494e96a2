// The knowledge graph: which file depends on which, and what a change can affect.
import type { ChangeSet } from '../protocol/change-set.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Store } from '../store/store.ts';
import type { CodeSymbol } from './facts.ts';

export type { CodeSymbol } from './facts.ts';

/** A file that a change can affect. */
export interface Reached {
  /** Steps from the nearest changed file; 0 for a changed file itself. */
  readonly distance: number;
  /** The shortest path of graph nodes from a changed file to this one, both included; a folder that is read ends with `/`. */
  readonly path: readonly string[];
}

/** A change whose reach cannot be known by the graph. */
export interface Unbounded {
  /** Everything below is affected; '' is the repository. */
  readonly folder: string;
  /** The changed file. */
  readonly path: RepoPath;
  readonly reason: string;
}

export interface Impact {
  /** Every file that the change can affect when it runs, what is below `unbounded` folders included. */
  readonly reached: ReadonlyMap<RepoPath, Reached>;
  /** Files that only a type checker would see differently: they count for builds, not for tests. Disjoint from `reached`. */
  readonly reachedByTypes: ReadonlyMap<RepoPath, Reached>;
  readonly unbounded: readonly Unbounded[];
  /** Sentences about what was left out and why, and about what could not be known. */
  readonly notes: readonly string[];
}

export interface GraphUpdate {
  /** Files that were read and parsed. */
  readonly parsed: number;
  /** Files that could not be read or parsed, in sentences. */
  readonly problems: readonly string[];
}

export interface GraphOptions {
  /** Absolute path of the repository's root. */
  readonly root: string;
  /** Where facts are kept between starts; null keeps them in memory alone. */
  readonly store: Store | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Threads for parsing many files at once; default: the cores, at most 4. 0 parses on the calling thread. */
  readonly threads?: number;
}

export interface Graph {
  /**
   * Brings the graph up to date: `files` is every file that is not ignored. Without `changed` each file's size and time
   * are compared; with it only those are looked at, by content.
   */
  update(files: readonly RepoPath[], changed?: readonly RepoPath[]): Promise<GraphUpdate>;
  impactOf(change: ChangeSet): Impact;
  /** Files that load or read this one directly. */
  importersOf(path: RepoPath): readonly RepoPath[];
  /** Files that this one loads or reads directly. */
  importsOf(path: RepoPath): readonly RepoPath[];
  /** What could not be known about this file, in sentences. */
  notesOn(path: RepoPath): readonly string[];
  /** Functions, methods and classes with their lines, parsed when asked. Empty for other files. */
  symbolsIn(path: RepoPath): Promise<readonly CodeSymbol[]>;
  /** Ends the threads and waits until the facts are in the store. */
  dispose(): Promise<void>;
}

export declare function createGraph(options: GraphOptions): Graph;
