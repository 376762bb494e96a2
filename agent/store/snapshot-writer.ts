// Makes the next snapshot from the last one and the closed journal files. Runs in a worker thread.
import { systemFiles } from '../platform/files.ts';
import { isDamaged, recover } from './recovery.ts';
import { loadSqlite } from './sqlite.ts';
import { listStateFiles, writeSnapshot, type SnapshotFile } from './state-files.ts';

export interface SnapshotJob {
  readonly directory: string;
  /** Number of the last closed journal file. */
  readonly lastSegment: number;
  /** Number of the last transaction in it. */
  readonly sequence: number;
}

export type SnapshotOutcome =
  | { readonly state: 'written'; readonly snapshot: SnapshotFile }
  /** A file on disk is not what was written to it; memory is right and the disk is not. */
  | { readonly state: 'damaged'; readonly files: readonly string[] }
  | { readonly state: 'failed'; readonly message: string };

export async function makeSnapshot({ directory, lastSegment, sequence }: SnapshotJob): Promise<SnapshotOutcome> {
  const [sqlite, { snapshots, segments }] = await Promise.all([loadSqlite(), listStateFiles(systemFiles, directory)]);
  const found = { snapshots, segments: segments.filter(({ index }) => index <= lastSegment) };
  const recovery = await recover({ sqlite, files: systemFiles, directory, found });
  if (recovery === 'later_format') return { state: 'failed', message: 'the journal has a later format' };
  const { connection, damage } = recovery;
  if (recovery.sequence !== sequence || isDamaged(damage)) return { state: 'damaged', files: damage.files };
  const content = connection.toFile();
  connection.close();
  return { state: 'written', snapshot: await writeSnapshot(systemFiles, directory, { content, sequence }) };
}
