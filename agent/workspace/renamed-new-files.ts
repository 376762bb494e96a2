// A file that was moved without git: one that git misses and one that it does not know. Git itself finds such renames
// when the new files stand in the index, so they are put into a copy of it.
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { DiffEntry } from './diff-parser.ts';
import { diffWorkTree, type GitSource } from './git-diff.ts';

/** With more new files than this, comparing each with each missing one would take longer than it is worth. */
const maximumNewFiles = 1000;

interface Question {
  readonly source: GitSource;
  readonly against: string;
  readonly tracked: readonly DiffEntry[];
  readonly added: readonly DiffEntry[];
}

/** Leftovers of an agent that was killed are older than any question takes. */
const leftoverMs = 60_000;

/** Removes copies of the index that were left behind. */
export async function removeLeftovers(stateDirectory: string, now: number): Promise<void> {
  const names = await readdir(stateDirectory).catch(() => []);
  for (const name of names.filter((each) => each.startsWith('index-'))) {
    const file = path.join(stateDirectory, name);
    // The time of modification is that of the index that was copied.
    const madeAt = (await stat(file).catch(() => null))?.ctimeMs ?? now;
    if (now - madeAt > leftoverMs) await rm(file, { force: true }).catch(() => {});
  }
}

/**
 * The difference with the new files in it, renames among them found. Null when there can be none, or git could not
 * tell: then the two lists are right as they are.
 */
export async function diffWithNewFiles({
  source,
  against,
  tracked,
  added,
}: Question): Promise<readonly DiffEntry[] | null> {
  const isMissing = tracked.some((entry) => entry.kind === 'deleted' && !entry.isSubmodule);
  if (!isMissing || added.length === 0 || added.length > maximumNewFiles) return null;
  const indexFile = path.join(source.stateDirectory, `index-${randomUUID()}`);
  try {
    await mkdir(source.stateDirectory, { recursive: true });
    await copyIndex(path.join(source.directories.directory, 'index'), indexFile);
    const put = await source.git.run(['update-index', '-z', '--index-info'], {
      indexFile,
      input: indexLines(added, against),
    });
    if (put.exitCode !== 0) return null;
    const difference = await diffWorkTree(source.git, against, { indexFile });
    return difference.ok ? difference.value.entries : null;
  } catch {
    // A full disk or a read-only one: the rename is then told as a removal and an addition.
    return null;
  } finally {
    await rm(indexFile, { force: true });
  }
}

/** Each new file as if it had been added empty: its content is then taken from the work tree. */
function indexLines(added: readonly DiffEntry[], commit: string): string {
  const emptyBlob =
    commit.length === 64
      ? '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813'
      : 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
  return added.map((entry) => `100644 ${emptyBlob}\t${entry.path}\0`).join('');
}

/** Git compares the times of files with that of the index, to look again at what changed right after it was written. */
async function copyIndex(from: string, to: string): Promise<void> {
  const { mtimeMs } = await stat(from);
  await copyFile(from, to);
  const seconds = Math.floor(mtimeMs) / 1000;
  await utimes(to, seconds, seconds);
}
