// Paths inside the repository: forward slashes, no leading `./`, '' for the root.
import { posix } from 'node:path';
import type { RepoPath } from '../protocol/ids.ts';

/** The folder that a path lies in. */
export function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}

/** `folder` itself and those above it, up to the root. */
export function foldersUp(folder: string): string[] {
  const folders = [folder];
  for (let at = folder; at !== '';) {
    at = folderOf(at);
    folders.push(at);
  }
  return folders;
}

/** A path relative to `folder`, as one of the repository; null when it leads out of it. */
export function inRepository(folder: string, relative: string): string | null {
  const joined = posix.normalize(posix.join(folder === '' ? '.' : folder, relative)).replace(/\/$/, '');
  if (joined === '..' || joined.startsWith('../') || joined.startsWith('/')) return null;
  return joined === '.' ? '' : joined;
}

/** Whether `path` is `folder` or lies below it. */
export function isWithin(folder: string, path: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** `file` in `folder`. */
export function under(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`;
}

/** Files of the repository, asked by folder. */
export class FileTree {
  readonly all: readonly RepoPath[];
  readonly #set: ReadonlySet<string>;

  constructor(files: readonly RepoPath[]) {
    // In the order of code units, so that everything below a folder stands together.
    this.all = [...files].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    this.#set = new Set(files);
  }

  has(path: string): boolean {
    return this.#set.has(path);
  }

  /** The files below a folder. */
  below(folder: string): readonly RepoPath[] {
    if (folder === '') return this.all;
    // '0' follows '/' directly.
    return this.all.slice(this.#firstAtLeast(`${folder}/`), this.#firstAtLeast(`${folder}0`));
  }

  #firstAtLeast(path: string): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle] ?? '') < path) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
