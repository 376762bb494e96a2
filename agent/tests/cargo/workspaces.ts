// The workspaces of a repository, from their manifests alone.
import picomatch from 'picomatch';
import type { RepositoryView } from '../adapter.ts';
import { tomlTable, words } from '../adapters/python-configuration.ts';
import { below, folderOf, isBelow, joinPath, nameOf } from '../native/repository-paths.ts';

/** Folders in which cargo is started: each is the root of a workspace, or a package that belongs to none. */
export function cargoRoots(view: RepositoryView): string[] {
  const folders = view.files.filter((file) => nameOf(file) === 'Cargo.toml').map(folderOf);
  const workspaces = folders.flatMap((folder) => {
    const table = tomlTable(view.read(joinPath(folder, 'Cargo.toml')) ?? '', ['workspace']);
    return table === null ? [] : [{ folder, members: words(table['members']), exclude: words(table['exclude']) }];
  });
  const isMember = (folder: string) =>
    workspaces.some(
      (each) =>
        each.folder !== folder &&
        isBelow(folder, each.folder) &&
        !each.exclude.some((excluded) => isBelow(below(folder, each.folder), excluded.replace(/\/$/, ''))) &&
        picomatch.isMatch(
          below(folder, each.folder),
          each.members.map((member) => member.replace(/^\.\/|\/$/g, '')),
        ),
    );
  const roots = new Set(workspaces.map((each) => each.folder));
  return folders.filter((folder) => roots.has(folder) || (isPackage(view, folder) && !isMember(folder)));
}

/** A package below a workspace that only its dependencies name is part of it too; cargo refuses to run it by itself. */
export function rootOf(folder: string, roots: readonly string[]): string | null {
  const above = roots.filter((root) => isBelow(folder, root));
  return above.toSorted((one, other) => other.length - one.length)[0] ?? null;
}

function isPackage(view: RepositoryView, folder: string): boolean {
  return tomlTable(view.read(joinPath(folder, 'Cargo.toml')) ?? '', ['package']) !== null;
}
