// Change sets of a folder without git: what differs in size or time from the state remembered after the last run.
import { lstatSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { ChangeSet, FileChange } from '../protocol/change-set.ts';
import { RepoPath } from '../protocol/ids.ts';
import { allLines } from './new-files.ts';

/** Size in bytes, time of the last change in milliseconds since 1970, and number of the inode. */
const FileState = z.tuple([z.number(), z.number(), z.number()]);
type FileState = z.infer<typeof FileState>;

/** The state of every file by its path. */
export type FolderState = ReadonlyMap<string, FileState>;

const StoredState = z.object({ version: z.literal(1), files: z.record(z.string(), FileState) });

const filesLookedAtAtOnce = 500;
/** Of more changed files than this nobody reads the lines. */
const maximumCounted = 2000;
const maximumCountedBytes = 4 * 1024 * 1024;

/** Looks at each file; what is gone by then is left out. */
export async function readFolderState(root: string, files: readonly string[]): Promise<FolderState> {
  const state = new Map<string, FileState>();
  for (const [index, name] of files.entries()) {
    if (index % filesLookedAtAtOnce === filesLookedAtAtOnce - 1) await setImmediate();
    const stats = lstatSync(path.join(root, name), { throwIfNoEntry: false });
    if (stats?.isFile() === true) state.set(name, [stats.size, stats.mtimeMs, stats.ino]);
  }
  return state;
}

/** The state that was remembered, or null before the first time and when it cannot be read. */
export async function loadFolderState(stateDirectory: string): Promise<FolderState | null> {
  try {
    const stored: unknown = JSON.parse(await readFile(stateFile(stateDirectory), 'utf8'));
    const parsed = StoredState.safeParse(stored);
    return parsed.success ? new Map(Object.entries(parsed.data.files)) : null;
  } catch {
    return null;
  }
}

/** Remembers a state; the file is replaced as a whole, so that a crash leaves the old one. */
export async function saveFolderState(stateDirectory: string, state: FolderState): Promise<void> {
  const file = stateFile(stateDirectory);
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify({ version: 1, files: Object.fromEntries(state) }));
  await rename(`${file}.new`, file);
}

export interface Comparison {
  readonly root: string;
  /** Null before the first time. */
  readonly before: FolderState | null;
  readonly after: FolderState;
  readonly whyNoGit: string;
}

/** What differs between two states. Of a modified file all lines count as changed: what stood there before is not kept. */
export function changesBetween({ root, before, after, whyNoGit }: Comparison): ChangeSet {
  const files = renamesJoined(before ?? new Map(), after).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const isCounted = files.length <= maximumCounted;
  const notes = [`${whyNoGit}: changes are told by the times and sizes of files`];
  if (before === null) notes.push('nothing is remembered from an earlier run, so every file counts as added');
  if (!isCounted) notes.push(`the lines of ${files.length} changed files are not counted`);
  const withLines = isCounted ? files.map((file) => ({ ...file, lines: linesOf(root, file, after) })) : files;
  return { base: 'file times', head: null, branch: null, files: withLines, notes };
}

/** A file that went where one of the same size, time and inode came was moved. */
function renamesJoined(before: FolderState, after: FolderState): FileChange[] {
  const gone = [...before].filter(([name]) => !after.has(name));
  const goneByState = new Map(gone.map(([name, state]) => [state.join(':'), name]));
  const moved = new Set<string>();
  const changes: FileChange[] = [];
  for (const [name, state] of after) {
    const earlier = before.get(name);
    if (earlier !== undefined && sameContent(earlier, state)) continue;
    const from = earlier === undefined ? goneByState.get(state.join(':')) : undefined;
    changes.push(changeOf(name, earlier === undefined ? 'added' : 'modified', from));
    if (from === undefined) continue;
    goneByState.delete(state.join(':'));
    moved.add(from);
  }
  const deleted = gone.filter(([name]) => !moved.has(name)).map(([name]) => changeOf(name, 'deleted', undefined));
  return [...changes, ...deleted];
}

/** Another inode alone does not count: a restored backup has the same times. */
function sameContent([size, time]: FileState, [otherSize, otherTime]: FileState): boolean {
  return size === otherSize && time === otherTime;
}

function changeOf(name: string, kind: FileChange['kind'], from: string | undefined): FileChange {
  const change = { path: RepoPath.parse(name), kind, lines: [] };
  return from === undefined ? change : { ...change, kind: 'renamed', from: RepoPath.parse(from) };
}

function linesOf(root: string, { path: name, kind }: FileChange, state: FolderState): FileChange['lines'] {
  const [size = 0] = state.get(name) ?? [];
  if (kind === 'deleted' || kind === 'renamed' || size > maximumCountedBytes) return [];
  try {
    return allLines(readFileSync(path.join(root, name)));
  } catch {
    return [];
  }
}

function stateFile(stateDirectory: string): string {
  return path.join(stateDirectory, 'file-times.json');
}
