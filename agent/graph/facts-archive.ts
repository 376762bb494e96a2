// Facts between two starts: read from the store once, written behind the work.
import type { Log } from '../platform/log.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { loadFileFacts, removeFileFacts, saveFileFacts } from '../store/graph.ts';
import type { Store } from '../store/store.ts';
import { extractorVersion } from './facts.ts';

export interface ArchivedFacts {
  readonly path: RepoPath;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** As encodeFacts wrote them. */
  readonly facts: string;
}

export interface FactsArchive {
  /** Facts of this version of the extractors. */
  load(): readonly ArchivedFacts[];
  /** Starts writing; nobody waits, because what is lost is only read again. */
  save(facts: readonly ArchivedFacts[]): void;
  remove(paths: readonly RepoPath[]): void;
  /** Resolves when everything handed over is written or has failed. */
  settled(): Promise<void>;
}

/** How many rows one transaction takes, so that it stalls the agent for some milliseconds at most. */
const rowsPerTransaction = 500;

export function createFactsArchive(store: Store | null, log: Log): FactsArchive {
  if (store === null) return { load: () => [], save: () => {}, remove: () => {}, settled: () => Promise.resolve() };
  let writing: Promise<void> = Promise.resolve();
  const enqueue = (work: () => Promise<void>) => {
    writing = writing
      .then(work)
      .catch((error: unknown) => log.warn('facts of the graph could not be saved', { error }));
  };
  return {
    load: () => loadFileFacts(store).filter((row) => row.extractorVersion === extractorVersion),
    save: (facts) => {
      for (let at = 0; at < facts.length; at += rowsPerTransaction) {
        const rows = facts.slice(at, at + rowsPerTransaction).map((row) => ({ ...row, extractorVersion }));
        enqueue(() => store.transact((tx) => saveFileFacts(tx, rows)));
      }
    },
    remove: (paths) => {
      if (paths.length > 0) enqueue(() => store.transact((tx) => removeFileFacts(tx, paths)));
    },
    settled: () => writing,
  };
}
