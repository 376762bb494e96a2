// What the extractors found in each file (graph_files).
import type { RepoPath } from '../protocol/ids.ts';
import type { Reader, Transaction } from './sql.ts';

export interface FileFacts {
  readonly path: RepoPath;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Facts of another version of the extractor are stale. */
  readonly extractorVersion: number;
  /** JSON text of the extractor, which parses it itself. */
  readonly facts: string;
}

export declare function loadFileFacts(db: Reader): FileFacts[];
/** Inserts or replaces by path. About 10 µs a file: hand over at most about a thousand at once. */
export declare function saveFileFacts(tx: Transaction, files: readonly FileFacts[]): void;
export declare function removeFileFacts(tx: Transaction, paths: readonly RepoPath[]): void;
