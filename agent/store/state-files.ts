// The files of a state directory. Their names say what they contain:
//   snapshot-<last transaction in it>-<CRC-32>.db    a plain SQLite file
//   journal-<number of the file>-<first transaction in it>.log
//   <name>.damaged-<time>                            set aside by a repair, for a person to look at
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { asideSuffix, type FileSystem } from '../platform/files.ts';

export interface SnapshotFile {
  readonly name: string;
  /** Number of the last transaction in it. */
  readonly sequence: number;
  readonly checksum: string;
  readonly sizeBytes: number;
}

export interface SegmentFile {
  readonly name: string;
  readonly index: number;
  readonly firstSequence: number;
  readonly sizeBytes: number;
}

export interface StateFiles {
  /** The latest first. */
  readonly snapshots: readonly SnapshotFile[];
  /** In the order in which they were written. */
  readonly segments: readonly SegmentFile[];
  /** Names of files that were being written when the agent was killed. */
  readonly leftovers: readonly string[];
  /** Files that a repair set aside. */
  readonly damagedBytes: number;
}

const snapshotName = /^snapshot-(\d{15})-([0-9a-f]{8})\.db$/;
const segmentName = /^journal-(\d{8})-(\d{15})\.log$/;

export async function listStateFiles(files: FileSystem, directory: string): Promise<StateFiles> {
  const entries = await files.list(directory);
  const snapshots: SnapshotFile[] = [];
  const segments: SegmentFile[] = [];
  for (const { name, sizeBytes } of entries) {
    const [, sequence, checksum] = snapshotName.exec(name) ?? [];
    const [, index, firstSequence] = segmentName.exec(name) ?? [];
    if (checksum !== undefined) snapshots.push({ name, sequence: Number(sequence), checksum, sizeBytes });
    if (index !== undefined)
      segments.push({ name, index: Number(index), firstSequence: Number(firstSequence), sizeBytes });
  }
  const damaged = entries.filter(({ name }) => name.includes('.damaged-'));
  return {
    snapshots: snapshots.toSorted((a, b) => b.sequence - a.sequence),
    segments: segments.toSorted((a, b) => a.index - b.index),
    leftovers: entries.map(({ name }) => name).filter((name) => name.endsWith(asideSuffix)),
    damagedBytes: damaged.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

export function nameSegment(index: number, firstSequence: number): string {
  return `journal-${digits(index, 8)}-${digits(firstSequence, 15)}.log`;
}

/** Writes a snapshot that contains everything up to `sequence`. It is on disk when the promise resolves. */
export async function writeSnapshot(
  files: FileSystem,
  directory: string,
  { content, sequence }: { readonly content: Uint8Array; readonly sequence: number },
): Promise<SnapshotFile> {
  const checksum = checksumOf(content);
  const name = `snapshot-${digits(sequence, 15)}-${checksum}.db`;
  await files.writeAtomically(path.join(directory, name), content);
  return { name, sequence, checksum, sizeBytes: content.length };
}

export function checksumOf(content: Uint8Array): string {
  return crc32(content).toString(16).padStart(8, '0');
}

/**
 * What nothing needs any more: everything but the two latest snapshots and the journal since the older of them.
 * So one damaged file costs nothing: the older snapshot (at first the empty database) and the journal give the same state.
 */
export function obsoleteFiles({
  snapshots,
  segments,
}: Pick<StateFiles, 'snapshots' | 'segments'>): (SnapshotFile | SegmentFile)[] {
  const oldest = snapshots[1]?.sequence ?? 0;
  const covered = segments.filter((_segment, position) => {
    const next = segments[position + 1];
    return next !== undefined && next.firstSequence <= oldest + 1;
  });
  return [...snapshots.slice(2), ...covered];
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}
