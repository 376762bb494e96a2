// Puts a kept result into the work tree: everything is made and verified aside first, then moved into place.
import { chmod, copyFile, lstat, mkdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../platform/files.ts';
import type { ActionResult } from './action-result.ts';
import type { LocalCache } from './local-cache.ts';

export interface RestoreTarget {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Whether the target may write this path. A cache that others can write to is not believed. */
  isOutput(path: string): boolean;
  /** Files that it wrote earlier and that may go: those that the result does not have are removed. */
  readonly present: readonly string[];
}

/** Resolves with null when all is in place, else with why not. Nothing is touched before everything is known to be there. */
export async function restore(result: ActionResult, cache: LocalCache, target: RestoreTarget): Promise<string | null> {
  const foreign = [...result.files, ...result.links].find(
    (each) => !isSafePath(each.path) || !target.isOutput(each.path),
  );
  if (foreign !== undefined) return `it holds ${foreign.path}, which is no output of the target`;
  const leading = result.links.find((link) => !staysInside(link.path, link.target));
  if (leading !== undefined) return `its link ${leading.path} leads out of the repository`;
  const staging = await cache.stagingFolder();
  try {
    for (const [index, file] of result.files.entries()) {
      const staged = path.join(staging, String(index));
      if ((await cache.blobs.place(file.digest, staged)) === null)
        return `the content of ${file.path} is missing or damaged`;
      await chmod(staged, file.isExecutable ? 0o755 : 0o644);
    }
    return await moveIntoPlace(result, staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function moveIntoPlace(
  result: ActionResult,
  staging: string,
  { root, present }: RestoreTarget,
): Promise<string | null> {
  const folders = new Set([...result.files, ...result.links].map((each) => path.posix.dirname(each.path)));
  for (const folder of folders) {
    const problem = await makeFolder(root, folder);
    if (problem !== null) return problem;
  }
  const wanted = new Set([...result.files, ...result.links].map((each) => each.path));
  for (const file of present) if (!wanted.has(file)) await rm(path.join(root, file), { force: true });
  for (const [index, file] of result.files.entries())
    await move(path.join(staging, String(index)), path.join(root, file.path));
  for (const link of result.links) {
    const at = path.join(root, link.path);
    if ((await readlink(at).catch(() => null)) === link.target) continue;
    await rm(at, { force: true });
    await symlink(link.target, at);
  }
  return null;
}

/** Forward slashes, relative, without `..`: nothing that a file system could take for something else. */
function isSafePath(file: string): boolean {
  return file.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !/[\\:\0]/.test(file);
}

function staysInside(link: string, target: string): boolean {
  if (target === '' || path.posix.isAbsolute(target) || target.includes('\\')) return false;
  const joined = path.posix.normalize(path.posix.join(path.posix.dirname(link), target));
  return joined !== '..' && !joined.startsWith('../');
}

/** A folder on the way that is a link could lead anywhere. */
async function makeFolder(root: string, folder: string): Promise<string | null> {
  const absolute = path.join(root, folder);
  await mkdir(absolute, { recursive: true });
  const real = await realpath(absolute);
  return real === path.join(await realpath(root), folder) ? null : `the folder ${folder} is a link to somewhere else`;
}

async function move(from: string, to: string): Promise<void> {
  const there = await lstat(to).catch(() => null);
  if (there?.isDirectory() === true) await rm(to, { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    await rm(to, { force: true });
    await copyFile(from, to);
  }
}
