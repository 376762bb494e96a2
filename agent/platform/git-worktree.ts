// A second work tree of the repository, in its state directory: the user's own is never touched.
import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

export interface Commit {
  readonly sha: string;
  readonly subject: string;
  readonly author: string;
}

export interface Worktree {
  readonly folder: string;
  /** False when the commit cannot be checked out. */
  checkOut(sha: string): Promise<boolean>;
  remove(): Promise<void>;
}

/** What tests need of the user's work tree and git does not keep: installed dependencies. */
const borrowed = new Set(['node_modules', '.venv', 'venv']);

/** The commits from HEAD back along first parents, the newest first. */
export async function commitsFrom(root: string, most: number): Promise<Commit[]> {
  const output = await git(root, ['log', '--first-parent', `--max-count=${most}`, '--format=%H%x00%s%x00%an', 'HEAD']);
  return output.split('\n').flatMap((line) => {
    const [sha = '', subject = '', author = ''] = line.split('\0');
    return sha === '' ? [] : [{ sha, subject, author }];
  });
}

/**
 * Makes the work tree; what was left behind under this name by a process that was killed is removed first. `parent`
 * (absolute): where it lies instead of in the state directory.
 */
export async function openWorktree(root: string, sha: string, name: string, parent?: string): Promise<Worktree> {
  const common = path.resolve(root, (await git(root, ['rev-parse', '--git-common-dir'])).trim());
  const folder = path.join(parent ?? path.join(common, 'noodle'), name);
  const remove = async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await git(root, ['worktree', 'prune']);
  };
  await remove();
  await mkdir(path.dirname(folder), { recursive: true });
  await git(root, ['worktree', 'add', '--detach', '--force', folder, sha]);
  const dependencies = await borrowedFolders(root);
  return {
    folder,
    remove,
    async checkOut(wanted) {
      const { exitCode } = await execa('git', ['-C', folder, 'checkout', '--detach', '--force', '--quiet', wanted], {
        reject: false,
      });
      if (exitCode !== 0) return false;
      await git(folder, ['clean', '-ffdq']);
      for (const name of dependencies) await borrow(root, folder, name);
      return true;
    },
  };
}

async function borrow(root: string, folder: string, name: string): Promise<void> {
  const target = path.join(folder, name);
  if (existsSync(target) || !existsSync(path.dirname(target))) return;
  await symlink(path.join(root, name), target, 'dir');
}

async function borrowedFolders(root: string): Promise<string[]> {
  const listed = await git(root, ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']);
  return listed
    .split('\0')
    .map((each) => each.replace(/\/$/, ''))
    .filter((each) => borrowed.has(path.posix.basename(each)));
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execa('git', ['-C', folder, ...args], { stripFinalNewline: false });
  return stdout;
}
