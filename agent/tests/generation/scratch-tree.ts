// A second work tree with the files as they are now, in which sources are changed while tests are tried.
import { createHash } from 'node:crypto';
import { cp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openWorktree } from '../../platform/git-worktree.ts';
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { RepoPath } from '../../protocol/ids.ts';

export interface ScratchTree {
  /** Absolute. */
  readonly root: string;
  write(file: RepoPath, text: string): Promise<void>;
  remove(file: RepoPath): Promise<void>;
  dispose(): Promise<void>;
}

interface Repository {
  readonly root: string;
  /** `workspace.readGit`. */
  readGit(args: readonly string[]): Promise<string | null>;
}

/** `conflict` where there is no commit to check out. */
export async function openScratchTree({ root, readGit }: Repository): Promise<Result<ScratchTree>> {
  const head = (await readGit(['rev-parse', '--verify', 'HEAD']))?.trim() ?? '';
  const hint = 'Tests are tried in a second work tree of git, so one commit is needed.';
  if (head === '') return failure('conflict', 'there is no commit yet', { hint });
  // Not in the state directory: jest passes over everything below a folder `.git`.
  const name = `noodle-tests-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
  const worktree = await openWorktree(root, head, name, await realpath(tmpdir()));
  if (!(await worktree.checkOut(head))) {
    await worktree.remove();
    return failure('conflict', 'HEAD cannot be checked out a second time', { hint });
  }
  await takeOver(await changedPaths(readGit), root, worktree.folder);
  return success({
    root: worktree.folder,
    async write(file, text) {
      const target = path.join(worktree.folder, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    },
    remove: (file) => rm(path.join(worktree.folder, file), { force: true }),
    dispose: () => worktree.remove(),
  });
}

/** What differs from HEAD, new files included. */
async function changedPaths(readGit: Repository['readGit']): Promise<string[]> {
  const changed = await readGit(['diff', '--name-only', '--no-renames', '-z', 'HEAD']);
  const added = await readGit(['ls-files', '--others', '--exclude-standard', '-z']);
  return `${changed ?? ''}${added ?? ''}`.split('\0').filter((file) => file !== '');
}

async function takeOver(files: readonly string[], root: string, folder: string): Promise<void> {
  for (const file of files) {
    const target = path.join(folder, file);
    await rm(target, { recursive: true, force: true });
    // A file that is gone stays so.
    await cp(path.join(root, file), target, { recursive: true }).catch(() => {});
  }
}
