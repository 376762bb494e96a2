// Paths of the repository taken apart: always with forward slashes, '' for the root.
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';

/** The folder of a file: `a/b.go` → `a`, `b.go` → ''. */
export function folderOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash === -1 ? '' : file.slice(0, slash);
}

export function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Whether a file or folder lies in `folder` or below it. */
export function isBelow(file: string, folder: string): boolean {
  return folder === '' || file === folder || file.startsWith(`${folder}/`);
}

export function joinPath(folder: string, name: string): RepoPath {
  // Both halves are paths of the repository already.
  return path.posix.join(folder, name) as RepoPath;
}

/** The part of a path below a folder that it lies in. */
export function below(file: string, folder: string): string {
  return folder === '' ? file : file.slice(folder.length + 1);
}

/** Of these folders the nearest one that holds the file; null when none does. */
export function nearestFolder(file: string, folders: ReadonlySet<string>): string | null {
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    if (folders.has(folder)) return folder;
    if (folder === '') return null;
  }
}
