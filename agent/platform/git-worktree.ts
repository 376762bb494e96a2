// A second work tree of the repository, in its state directory: the user's own is never touched.
import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
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
  const source = path.join(root, name);
  const own =
    path.posix.basename(name) === 'node_modules' ? await workspaceLinks(root, source) : new Map<string, string>();
  if (own.size === 0) await symlink(source, target, 'dir');
  else await linkEach(source, target, (entry) => replaced(own, { root, folder, entry }));
}

/** Entries of a `node_modules` that are packages of the repository itself, with where those lie; all absolute. */
async function workspaceLinks(root: string, modules: string): Promise<Map<string, string>> {
  const top = await readdir(modules, { withFileTypes: true }).catch(() => []);
  const scopes = top.filter((entry) => entry.isDirectory() && entry.name.startsWith('@'));
  const scoped = await Promise.all(
    scopes.map(({ name }) => readdir(path.join(modules, name), { withFileTypes: true })),
  );
  const links = new Map<string, string>();
  const realRoot = await realpath(root);
  for (const entry of [...top, ...scoped.flat()]) {
    if (!entry.isSymbolicLink()) continue;
    const link = path.join(entry.parentPath, entry.name);
    const inRoot = path.relative(realRoot, await realpath(link).catch(() => link));
    if (inRoot.startsWith('..') || path.isAbsolute(inRoot) || inRoot.split(path.sep).includes('node_modules')) continue;
    links.set(link, path.join(root, inRoot));
  }
  return links;
}

/** What stands for an entry: of a package of the repository that which is checked out; null for a folder that holds one. */
function replaced(
  own: ReadonlyMap<string, string>,
  { root, folder, entry }: { root: string; folder: string; entry: string },
): string | null {
  const place = own.get(entry);
  if (place !== undefined) return path.join(folder, path.relative(root, place));
  return [...own.keys()].some((link) => link.startsWith(entry + path.sep)) ? null : entry;
}

async function linkEach(source: string, target: string, to: (entry: string) => string | null): Promise<void> {
  await mkdir(target);
  for (const name of await readdir(source)) {
    const place = to(path.join(source, name));
    if (place === null) await linkEach(path.join(source, name), path.join(target, name), to);
    else await symlink(place, path.join(target, name));
  }
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
