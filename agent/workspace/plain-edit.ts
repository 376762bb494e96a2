// What git would tell of an edited file, found without asking it for a difference: where that is sure, and null else.
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import type { LineRange } from '../protocol/change-set.ts';
import type { DiffEntry } from './diff-parser.ts';
import type { GitObjects } from './git-objects.ts';
import { isBinary, maximumTextBytes } from './text-file.ts';

export interface EditQuestion {
  readonly root: string;
  readonly commit: string;
  readonly file: string;
}

/** The entry of a file of a commit that was edited in one place; `same` when it was not. Null: only git can tell. */
export async function plainEdit(
  objects: GitObjects,
  { root, commit, file }: EditQuestion,
): Promise<DiffEntry | 'same' | null> {
  const absolute = path.join(root, file);
  const mode = modeOf(absolute);
  if (mode === null) return null;
  if (mode === link) return await sameLink(objects, { root, commit, file });
  const [committed, id] = await Promise.all([objects.committed(commit, file), objects.idOf(file)]);
  if (committed?.mode !== mode || id === null) return null;
  if (id === committed.id) return 'same';
  const content = contentOf(absolute);
  // Git converts line ends, or by a filter, what differs here; or the file is written at this moment.
  if (content === null || idOf(content, id.length) !== id) return null;
  if (isBinary(content) || isBinary(committed.content)) return null;
  const lines = linesOfOneEdit(committed.content.toString('latin1'), content.toString('latin1'));
  return lines === null ? null : { path: file, kind: 'modified', from: null, lines, isSubmodule: false };
}

/** A link is not followed: where it leads is its content. */
async function sameLink(objects: GitObjects, { root, commit, file }: EditQuestion): Promise<'same' | null> {
  const committed = await objects.committed(commit, file);
  const leads = linkOf(path.join(root, file));
  return committed?.mode === link && leads?.equals(committed.content) === true ? 'same' : null;
}

/**
 * The lines of `after` that replaced others, as `git diff -U0` tells them; null where its algorithm has a choice: where
 * what differs has lines in common, or could as well be said to lie elsewhere.
 */
export function linesOfOneEdit(before: string, after: string): LineRange[] | null {
  const old = linesOf(before);
  const now = linesOf(after);
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const end = now.length - tail;
  if (start === end) return [];
  const gone = new Set(old.slice(start, old.length - tail));
  const isMixed = now.slice(start, end).some((line) => gone.has(line));
  const isMovable = start > 0 && now[start - 1] === now[end - 1];
  return isMixed || isMovable ? null : [[start + 1, end]];
}

/** With their ends: a last line without one is another line. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

const link = '120000';

/** As trees hold it; null for what is no file or too large. */
function modeOf(absolute: string): string | null {
  const stats = lstatSync(absolute, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() === true) return link;
  if (stats === undefined || !stats.isFile() || stats.size > maximumTextBytes) return null;
  return (stats.mode & 0o100) === 0 ? '100644' : '100755';
}

function linkOf(absolute: string): Buffer | null {
  try {
    return readlinkSync(absolute, { encoding: 'buffer' });
  } catch {
    return null;
  }
}

function contentOf(absolute: string): Buffer | null {
  try {
    return readFileSync(absolute);
  } catch {
    return null;
  }
}

/** Of the content as it is, by the kind of hash that the repository uses. */
function idOf(content: Buffer, length: number): string {
  const hash = createHash(length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex');
}
