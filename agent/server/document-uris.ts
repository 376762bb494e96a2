// Paths of the repository as the editor's document addresses, and back.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RepoPath } from '../protocol/ids.ts';

export interface DocumentUris {
  uriOf(file: RepoPath): string;
  /** Null for what is not a file of the repository. */
  fileOf(uri: string): RepoPath | null;
}

interface Folder {
  /** As the editor calls it. */
  readonly alias: string;
  /** Where it really is. */
  readonly real: string;
}

/**
 * Addresses below `root`, in the editor's own words: when it opened the repository through a symbolic link, documents
 * are known to it by the link.
 */
export async function createDocumentUris(root: string, folderUris: readonly string[]): Promise<DocumentUris> {
  const folders = (await Promise.all(folderUris.map(folderOf))).filter((folder) => folder !== null);
  return {
    uriOf(file) {
      const absolute = path.join(root, ...file.split('/'));
      const folder = folders.find(({ real }) => relativeTo(real, absolute) !== null);
      return pathToFileURL(
        folder === undefined ? absolute : path.join(folder.alias, path.relative(folder.real, absolute)),
      ).href;
    },
    fileOf(uri) {
      const absolute = pathOf(uri);
      if (absolute === null) return null;
      const folder = folders.find(({ alias }) => relativeTo(alias, absolute) !== null);
      const real = folder === undefined ? absolute : path.join(folder.real, path.relative(folder.alias, absolute));
      const relative = relativeTo(root, real);
      const parsed = RepoPath.safeParse(relative?.split(path.sep).join('/'));
      return parsed.success ? parsed.data : null;
    },
  };
}

async function folderOf(uri: string): Promise<Folder | null> {
  const alias = pathOf(uri);
  if (alias === null) return null;
  try {
    return { alias, real: await realpath(alias) };
  } catch {
    // A folder of the editor that is not on this disk holds no document of the repository.
    return null;
  }
}

function pathOf(uri: string): string | null {
  try {
    return fileURLToPath(uri);
  } catch {
    // Another scheme (`untitled:`, `git:`), or not an address at all.
    return null;
  }
}

/** Null when `inner` is not in `outer`. */
function relativeTo(outer: string, inner: string): string | null {
  const relative = path.relative(outer, inner);
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative) ? null : relative;
}
