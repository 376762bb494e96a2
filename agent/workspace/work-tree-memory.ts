// The difference between HEAD and the work tree, remembered while a watcher tells what was touched: an edit of a file
// that git knows asks git about this file alone, without a process where the edit is plain, and a question without an
// edit asks nothing.
import { statSync } from 'node:fs';
import path from 'node:path';
import { success, type Result } from '../protocol/failure.ts';
import type { DiffEntry } from './diff-parser.ts';
import { diffWorkTree, type Difference, type GitSource } from './git-diff.ts';
import { plainEdit } from './plain-edit.ts';

interface Known {
  readonly commit: string;
  /** Index and configuration as they were: what git tracks, and how it looks at files. */
  readonly stamp: string;
  readonly entries: readonly DiffEntry[];
  /** Symbolic links and submodules, of which a watcher does not tell everything. */
  readonly unwatched: readonly string[];
  /** Files that git was told not to look at, whatever happens to them. */
  readonly overlooked: ReadonlySet<string>;
}

interface Reading {
  readonly commit: string;
  readonly stamp: string;
  readonly whole: Result<Difference>;
  readonly before: Known | null;
}

/** More files than this are not asked for one by one. */
const mostPaths = 50;
/** Of more than these, one process about all is quicker. */
const mostEdits = 10;

export class WorkTreeMemory {
  readonly #source: GitSource;
  readonly #readAll: (commit: string) => Promise<Result<Difference>>;
  #known: Known | null = null;
  /** Since `#known` was read; null: everything may have been. */
  #touched: Set<string> | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  /** `readAll`: the whole difference, new files and renames included. */
  constructor(source: GitSource, readAll: (commit: string) => Promise<Result<Difference>>) {
    this.#source = source;
    this.#readAll = readAll;
  }

  /** Something happened to these files; null: it is not known to which. */
  touch(paths: readonly string[] | null): void {
    if (paths === null) this.#touched = null;
    else if (this.#touched !== null) for (const each of paths) this.#touched.add(each);
  }

  /** The work tree against the commit that is checked out. */
  async difference(commit: string): Promise<Result<Difference>> {
    const answer = this.#queue.then(async () => await this.#difference(commit));
    this.#queue = answer.catch(() => {});
    return await answer;
  }

  async #difference(commit: string): Promise<Result<Difference>> {
    const known = this.#known;
    const touched = this.#touched;
    const stamp = stampOf(this.#source);
    // What is touched while git looks may be missed by it, and is asked for again.
    this.#touched = new Set();
    this.#known = null;
    const isSame = known !== null && known.commit === commit && known.stamp === stamp;
    const entries = isSame && touched !== null ? await this.#follow(known, touched) : null;
    if (isSame && entries !== null) {
      this.#known = { ...known, entries };
      return success({ entries, notes: [] });
    }
    this.#source.git.objects?.forget();
    const whole = await this.#readAll(commit);
    if (stamp !== null) await this.#remember({ commit, stamp, whole, before: known });
    return whole;
  }

  /** A difference that comes with a note is not all that could be known. */
  async #remember({ commit, stamp, whole, before }: Reading): Promise<void> {
    if (!whole.ok || whole.value.notes.length > 0) return;
    const peculiar = before?.stamp === stamp ? before : await listPeculiar(this.#source);
    if (peculiar === null) return;
    const { unwatched, overlooked } = peculiar;
    this.#known = { commit, stamp, entries: whole.value.entries, unwatched, overlooked };
  }

  /** Null where only the whole can tell: what is new, gone or moved, and what git may see with other eyes from now on. */
  async #follow(known: Known, touched: ReadonlySet<string>): Promise<readonly DiffEntry[] | null> {
    const { commit, entries, unwatched } = known;
    const paths = [...new Set([...touched, ...unwatched])];
    if (paths.length === 0) return entries;
    if (paths.length > mostPaths || paths.some((each) => path.posix.basename(each).startsWith('.git'))) return null;
    const asked = new Set(paths);
    const before = entries.filter((entry) => asked.has(entry.path));
    const isMoved = entries.some(({ from }) => from !== null && asked.has(from));
    if (isMoved || !before.every(isPlainEdit)) return null;
    const others = entries.filter((entry) => !asked.has(entry.path));
    const edits = await this.#edits(known, paths);
    if (edits !== null) return [...others, ...edits];
    const found = await diffWorkTree(this.#source.git, commit, { paths });
    if (!found.ok || found.value.notes.length > 0 || !found.value.entries.every(isPlainEdit)) return null;
    // What git does not tell of may be new to it, unless it was known to it before.
    const tracked = new Set([...before, ...found.value.entries].map((entry) => entry.path));
    if ([...touched].some((each) => !tracked.has(each))) return null;
    return [...others, ...found.value.entries];
  }

  /** Of plain edits of files of the commit, without a process of its own; null where only git can tell. */
  async #edits({ commit, overlooked }: Known, paths: readonly string[]): Promise<readonly DiffEntry[] | null> {
    const { root, git } = this.#source;
    const { objects } = git;
    if (objects === undefined || paths.length > mostEdits) return null;
    if (paths.some((file) => overlooked.has(file))) return null;
    const found = await Promise.all(paths.map(async (file) => await plainEdit(objects, { root, commit, file })));
    return found.includes(null) ? null : found.filter((each) => each !== null && each !== 'same');
  }
}

function isPlainEdit({ kind, isSubmodule }: DiffEntry): boolean {
  return kind === 'modified' && !isSubmodule;
}

/** Null without an index. */
function stampOf({ directories: { directory, commonDirectory } }: GitSource): string | null {
  const stamps = [
    path.join(directory, 'index'),
    path.join(commonDirectory, 'config'),
    path.join(commonDirectory, 'info', 'attributes'),
  ].map((file) => {
    const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
    return stats === undefined ? '' : `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
  });
  return stamps[0] === '' ? null : stamps.join(' ');
}

/** Null when git could not tell. */
async function listPeculiar({ git }: GitSource): Promise<Pick<Known, 'unwatched' | 'overlooked'> | null> {
  const { exitCode, stdout } = await git.run(['ls-files', '-z', '-v', '--stage']);
  if (exitCode !== 0) return null;
  const nameOf = (record: string) => record.slice(record.indexOf('\t') + 1);
  const records = stdout.split('\0').filter((record) => record !== '' && !record.startsWith('H 100'));
  return {
    unwatched: records.filter((record) => !record.startsWith('100', 2)).map(nameOf),
    overlooked: new Set(records.filter((record) => !record.startsWith('H ')).map(nameOf)),
  };
}
