// Tells whether files are as they were: by identity, size and time, which costs a few microseconds a file.
import { statSync } from 'node:fs';

/** Absolute paths with what they were like; a file that is missing has a stamp too. */
export type FileStamps = ReadonlyMap<string, string>;

/** What the files are like now. */
export function stampsOf(files: readonly string[]): FileStamps {
  return new Map(files.map((file) => [file, stampOf(file)]));
}

/** The first file that is not as it was, or null. */
export function firstChanged(stamps: FileStamps): string | null {
  for (const [file, stamp] of stamps) if (stampOf(file) !== stamp) return file;
  return null;
}

/** File systems take the time of the last tick of the kernel's clock, which lags behind the wall clock by up to 10 ms. */
const tickMs = 20;

/** Whether one of the files may have been written at or after this time of the wall clock. */
export function wasWrittenSince(files: readonly string[], timeMs: number): boolean {
  return files.some((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= timeMs - tickMs);
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 'missing' : `${found.ino}:${found.size}:${found.mtimeMs}`;
}
