// Files that git does not know yet: added, with all their lines.
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { LineRange } from '../protocol/change-set.ts';
import type { DiffEntry } from './diff-parser.ts';
import { bigFileBytes } from './git.ts';
import { isBinary } from './text-file.ts';

/** More new files than this appear at an import or without any commit; nobody reads their lines then. */
const maximumCounted = 2000;
const readAtOnce = 32;

/** An entry for each new file that exists. A name that is not valid UTF-8 cannot be told to anybody and is left out. */
export async function describeNewFiles(
  root: string,
  paths: readonly string[],
): Promise<{ entries: DiffEntry[]; notes: string[] }> {
  const entries: DiffEntry[] = [];
  const left: string[] = [];
  const isCounted = paths.length <= maximumCounted;
  for (let start = 0; start < paths.length; start += readAtOnce) {
    const names = paths.slice(start, start + readAtOnce);
    const described = await Promise.all(names.map(async (name) => await describeNewFile(root, name, isCounted)));
    for (const [index, entry] of described.entries()) {
      if (entry !== null) entries.push(entry);
      else if (names[index]?.includes('\uFFFD') === true) left.push(names[index]);
    }
  }
  const notes = left.map((name) => `${name} is left out: its name is not valid UTF-8`);
  if (!isCounted) notes.push(`the lines of ${paths.length} new files are not counted`);
  return { entries, notes };
}

/** Null when the file is gone by now. */
async function describeNewFile(root: string, name: string, isCounted: boolean): Promise<DiffEntry | null> {
  const file = path.join(root, name);
  const stats = await lstat(file).catch(() => null);
  if (stats === null) return null;
  const hasLines = isCounted && stats.isFile() && stats.size > 0 && stats.size <= bigFileBytes;
  const lines = hasLines ? allLines(await readFile(file).catch(() => null)) : [];
  return { path: name, kind: 'added', from: null, lines, isSubmodule: false };
}

/** The range of all lines; none for what is binary, empty or gone. A last line without a newline counts. */
export function allLines(content: Buffer | null): LineRange[] {
  if (content === null || content.length === 0 || isBinary(content)) return [];
  let count = content.at(-1) === 0x0a ? 0 : 1;
  for (let at = content.indexOf(0x0a); at >= 0; at = content.indexOf(0x0a, at + 1)) count += 1;
  return [[1, count]];
}
