// What a way of finding targets looks like: it reads files of the repository, and starts nothing.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FoundTarget } from '../found-target.ts';
import type { FileTree } from '../paths.ts';

export interface ProjectFiles {
  readonly tree: FileTree;
  /** The text of a file, null when it cannot be read. */
  readonly read: (path: RepoPath) => string | null;
}

/** A build tool, by the files that its projects have. */
export interface TargetKind {
  readonly name: string;
  find(files: ProjectFiles): FoundTarget[];
}

/** Folders whose projects are material for tests or for reading, and no part of the product. */
const besideTheProduct =
  /(^|\/)(__fixtures__|__tests__|fixtures?|testdata|tests?|examples?|samples?|templates?|playgrounds?|benchmarks?|node_modules|vendor|third_party|src\/(test|it))(\/|$)/;

/** The files of the product with one of these names, the outermost first. */
export function filesNamed(tree: FileTree, isNamed: (name: string) => boolean): RepoPath[] {
  const found = tree.all.filter(
    (path) => isNamed(path.slice(path.lastIndexOf('/') + 1)) && !besideTheProduct.test(path),
  );
  return found.toSorted((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
}

/** Whether any file of the product below the folder has one of these endings. */
export function hasSources(tree: FileTree, folder: string, ending: RegExp): boolean {
  return tree.below(folder).some((path) => ending.test(path));
}

/** `../..` for `a/b` seen from the root, `.` for the same folder. Both are folders of the repository. */
export function wayUp(from: string, to: string): string {
  const parts = from === to ? [] : from.slice(to === '' ? 0 : to.length + 1).split('/');
  return parts.length === 0 ? '.' : parts.map(() => '..').join('/');
}
