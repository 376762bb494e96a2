// Watches the git directory: where HEAD points, and whether git is in the middle of something.
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Git } from '../git.ts';
import { readHead, referenceFile } from '../head.ts';
import type { Location } from '../location.ts';

export interface GitActivity {
  /**
   * Git is at work, or waits until conflicts are resolved: what is in the work tree now is nobody's intention.
   * `lock`: a process of git is writing, or one was killed. `operation`: a rebase goes on, or there are conflicts.
   */
  busyWith(): Promise<'lock' | 'operation' | null>;
  /** True once after HEAD came to another commit or branch. */
  takeHeadMove(): boolean;
  /** What was written since the last call: the index, the rules in `info/exclude`. */
  takeWrites(): { readonly index: boolean; readonly rules: boolean };
  dispose(): void;
}

export interface GitActivityOptions {
  readonly git: Git;
  readonly directories: NonNullable<Location['git']>;
  readonly clock: Clock;
  readonly onActivity: () => void;
}

/** A lock older than this was left by a process that was killed. */
const staleLockMs = 60_000;

/** Files and folders that exist while an operation waits for the user. */
const waitingOperations = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-apply'];

/** Starts watching at once. */
export function watchGit({ git, directories, clock, onActivity }: GitActivityOptions): GitActivity {
  const watchers = new Map<string, FSWatcher>();
  const exclude = path.join(directories.commonDirectory, 'info');
  let head = fingerprint(directories);
  let written = { index: false, rules: false };
  const onEvent = (folder: string, name: string | null) => {
    if (name === 'index' && folder === directories.directory) written = { ...written, index: true };
    if (name === 'exclude' && folder === exclude) written = { ...written, rules: true };
    onActivity();
  };
  followFolders(watchers, directories, onEvent);
  return {
    busyWith: async () => await busyWith(git, directories.directory, clock.now()),
    takeHeadMove() {
      const present = fingerprint(directories);
      if (present === head) return false;
      head = present;
      followFolders(watchers, directories, onEvent);
      return true;
    },
    takeWrites() {
      const taken = written;
      written = { index: false, rules: false };
      return taken;
    },
    dispose() {
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

async function busyWith(git: Git, directory: string, now: number): Promise<'lock' | 'operation' | null> {
  const age = (name: string) =>
    now - (statSync(path.join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY);
  if (age('index.lock') < staleLockMs || age('HEAD.lock') < staleLockMs) return 'lock';
  const entries = new Set(namesIn(directory));
  const isRebasing = entries.has('rebase-merge');
  // The file is there while a rebase has stopped for the user, at a conflict or at an `edit`.
  if (isRebasing && !namesIn(path.join(directory, 'rebase-merge')).includes('stopped-sha')) return 'operation';
  if (!isRebasing && !waitingOperations.some((name) => entries.has(name))) return null;
  const unmerged = await git.run(['ls-files', '-z', '--unmerged'], { maximumBytes: 4096 });
  return unmerged.isCut || unmerged.stdout !== '' ? 'operation' : null;
}

function fingerprint(directories: NonNullable<Location['git']>): string {
  const head = readHead(directories);
  if (head !== null) return `${head.branch} ${head.commit}`;
  // References in another format: their table is rewritten when one moves.
  const table = statSync(path.join(directories.commonDirectory, 'reftable', 'tables.list'), { throwIfNoEntry: false });
  return `reftable ${table?.mtimeMs} ${table?.ino}`;
}

/** Watches the folders that matter now: the file of the branch's commit can lie in another one after a switch. */
function followFolders(
  watchers: Map<string, FSWatcher>,
  directories: NonNullable<Location['git']>,
  onEvent: (folder: string, name: string | null) => void,
): void {
  const { directory, commonDirectory } = directories;
  const branch = readHead(directories)?.branch ?? null;
  const branchFolder = branch === null ? [] : [path.dirname(referenceFile(commonDirectory, branch))];
  const wanted = new Set([
    directory,
    commonDirectory,
    path.join(commonDirectory, 'info'),
    path.join(commonDirectory, 'reftable'),
    ...branchFolder,
  ]);
  for (const [folder, watcher] of watchers) {
    if (wanted.has(folder)) continue;
    watcher.close();
    watchers.delete(folder);
  }
  for (const folder of wanted) {
    const watcher = watchers.has(folder) ? null : watchFolder(folder, (name) => onEvent(folder, name));
    if (watcher !== null) watchers.set(folder, watcher);
  }
}

/** Null where there is no such folder, or the system gives no watch; the others of the folders tell nearly as much. */
function watchFolder(folder: string, onName: (name: string | null) => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, (_type, name) => onName(name));
    watcher.on('error', () => onName(null));
    return watcher;
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
