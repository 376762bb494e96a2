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

/** Everything that is recorded; about 3 µs a file. */
export function loadFileFacts(db: Reader): FileFacts[] {
  // The columns are named after the fields; paths were branded when they were written.
  return db.all<FileFacts>(
    `SELECT path, content_hash AS contentHash, size_bytes AS sizeBytes, mtime_ms AS mtimeMs,
       extractor_version AS extractorVersion, facts FROM graph_files`,
  );
}

/** Inserts or replaces by path. About 10 µs a file: hand over at most about a thousand at once. */
export function saveFileFacts(tx: Transaction, files: readonly FileFacts[]): void {
  for (const { path, contentHash, sizeBytes, mtimeMs, extractorVersion, facts } of files) {
    tx.run(
      `INSERT INTO graph_files (path, content_hash, size_bytes, mtime_ms, extractor_version, facts) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET content_hash = excluded.content_hash, size_bytes = excluded.size_bytes,
         mtime_ms = excluded.mtime_ms, extractor_version = excluded.extractor_version, facts = excluded.facts`,
      [path, contentHash, sizeBytes, mtimeMs, extractorVersion, facts],
    );
  }
}

export function removeFileFacts(tx: Transaction, paths: readonly RepoPath[]): void {
  for (const path of paths) tx.run('DELETE FROM graph_files WHERE path = ?', [path]);
}
