// The files of a log. A log is a stream of bytes; each file holds a stretch of it and carries its start in the name:
// `<name>.log` from byte 0, `<name>.<start>.log` from byte <start>. Where stretches do not meet, bytes were dropped.
import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { StepId } from '../protocol/ids.ts';

/** A file of a log, with the place of its first byte in the stream. */
export interface Stretch {
  readonly file: string;
  readonly start: number;
}

/** A log read from some offset; the shape of the engine's LogPart. */
export interface ReadPart {
  readonly text: string;
  readonly nextOffset: number | null;
  readonly droppedBytes: number;
}

/** The log of everything that an execution's steps wrote. */
export const wholeLogName = 'execution';

const readBytes = 256 * 1024;

/** A step's name in file names: readable, and unique even where case and special characters do not count. */
export function logNameOf(stepId: StepId): string {
  const readable = stepId.replace(/[^A-Za-z0-9_]+/g, '-').slice(0, 60);
  return `${readable}-${createHash('sha256').update(stepId).digest('hex').slice(0, 8)}`;
}

/** The name of the file with the stretch that begins at byte `start`. */
export function stretchFile(name: string, start: number): string {
  return start === 0 ? `${name}.log` : `${name}.${start}.log`;
}

/** The stretches of a log that exist in `folder`, by their start. */
export async function listStretches(folder: string, name: string): Promise<Stretch[]> {
  const files = await readdir(folder).catch(() => []);
  const stretches = files.flatMap((file) => {
    const start = startOf(file, name);
    return start === null ? [] : [{ file: path.join(folder, file), start }];
  });
  return stretches.toSorted((a, b) => a.start - b.start);
}

/** Reads on from byte `offset`, at most 256 KiB, never half a character. */
export async function readLog(folder: string, name: string, offset: number): Promise<ReadPart> {
  const stretches = await listStretches(folder, name);
  for (const [index, stretch] of stretches.entries()) {
    const from = Math.max(offset, stretch.start);
    const bytes = await readStretch(stretch.file, from - stretch.start);
    if (bytes.length === 0) continue;
    const whole = bytes.subarray(0, wholeCharacters(bytes));
    const position = from + whole.length;
    const isLast = index === stretches.length - 1 && bytes.length < readBytes;
    const text = whole.toString('utf8');
    return { text, nextOffset: isLast ? null : position, droppedBytes: from - offset };
  }
  return { text: '', nextOffset: null, droppedBytes: 0 };
}

/** When anything in `folder` was written last; null when nothing is there. */
export async function lastWritten(folder: string): Promise<number | null> {
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    [folder, ...names.map((name) => path.join(folder, name))].map(async (file) => {
      const found = await stat(file).catch(() => null);
      return found?.mtimeMs ?? Number.NEGATIVE_INFINITY;
    }),
  );
  const last = Math.max(...times);
  return Number.isFinite(last) ? last : null;
}

/**
 * The length of `bytes` without a character at the end that is not complete; the whole length when the end is not UTF-8.
 */
export function wholeCharacters(bytes: Uint8Array): number {
  const length = bytes.length;
  for (let back = 1; back <= Math.min(4, length); back++) {
    const byte = bytes[length - back] ?? 0;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return size > back && back < length ? length - back : length;
    }
  }
  return length;
}

function startOf(file: string, name: string): number | null {
  if (!file.startsWith(`${name}.`) || !file.endsWith('.log')) return null;
  if (file === `${name}.log`) return 0;
  const start = file.slice(name.length + 1, -'.log'.length);
  return /^\d+$/.test(start) ? Number(start) : null;
}

async function readStretch(file: string, position: number): Promise<Buffer> {
  try {
    await using handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(readBytes), position });
    return buffer.subarray(0, bytesRead);
  } catch {
    // Deleted a moment ago, because the log grew: its bytes are dropped ones.
    return Buffer.alloc(0);
  }
}
