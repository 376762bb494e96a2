// Reads a file as text, or finds that it is none.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../protocol/ids.ts';

/** Larger files are nobody's source; reading them would only cost memory. */
const maximumBytes = 2 * 1024 * 1024;

/** As git decides: a NUL in the first 8,000 bytes. */
export function isBinary(content: Buffer): boolean {
  return content.subarray(0, 8000).includes(0);
}

/**
 * The text of a file of the repository. Null: missing, gone while it was read, binary, over 2 MB, outside of the
 * repository, a symbolic link or not a file at all. Bytes that are not UTF-8 become U+FFFD.
 */
export function readTextFile(root: string, file: RepoPath): string | null {
  const absolute = path.resolve(root, file);
  const isInside = absolute.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
  if (!isInside || file.includes('\0')) return null;
  try {
    return readRegularFile(absolute);
  } catch {
    return null;
  }
}

function readRegularFile(file: string): string | null {
  // Without NONBLOCK opening a named pipe would wait for its writer. Windows knows neither flag.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const descriptor = openSync(file, flags);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > maximumBytes) return null;
    const content = readFileSync(descriptor);
    return isBinary(content) ? null : content.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Text that came out of git's object store, held to the same bounds. */
export function textWithinBounds(content: string): string | null {
  const isText = content.length <= maximumBytes && !content.slice(0, 8000).includes('\0');
  return isText ? content : null;
}

/** How much of a file in git's object store is read before it counts as too large. */
export const maximumTextBytes = maximumBytes;
