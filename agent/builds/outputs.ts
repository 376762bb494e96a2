// Where a package's build writes: found by what the package says of itself, by its TypeScript options and by custom.
import { dependsOn } from './manifest.ts';
import { everythingIn, escapePattern } from './patterns.ts';
import type { Package } from './workspaces.ts';
import { inRepository, isWithin, under, type FileTree } from './paths.ts';
import type { TypeScriptProject } from './tsconfig.ts';

/** Folders that tools write to by custom; they count where git ignores what is in them and nothing else is known. */
const customary = ['dist', 'build', 'lib', 'out'];

/** Where a framework writes, by the package that shows that it is used. */
const frameworks: Readonly<Record<string, string>> = { next: '.next', nuxt: '.output', '@sveltejs/kit': '.svelte-kit' };

/** Folders that hold nothing written by hand even where they are committed, if the package points there. */
const neverByHand: ReadonlySet<string> = new Set(['dist', 'build', 'out', 'umd', 'esm', 'cjs']);

/** Patterns, relative to the repository, of what a build of the package writes. */
export function outputPatterns(
  { manifest }: Package,
  projects: readonly TypeScriptProject[],
  tree: FileTree,
): string[] {
  const { folder } = manifest;
  const isWritten = (path: string) => !hasWrittenByHand(path, tree);
  const pointed = manifest.entryPoints.flatMap((entry) => outputOfEntry(folder, entry, tree));
  const compiled = projects
    .flatMap((project) => project.outputFolders)
    .filter((path) => path !== folder && isWithin(folder, path) && isWritten(path));
  const known = [...pointed, ...compiled.map(everythingIn)];
  const ofFramework = Object.keys(frameworks).flatMap((name) =>
    dependsOn(manifest, name) ? (frameworks[name] ?? []) : [],
  );
  const guessed = [...ofFramework, ...(known.length === 0 ? customary : [])]
    .map((name) => under(folder, name))
    .filter(isWritten);
  return [...new Set([...known, ...guessed.map(everythingIn)])].toSorted();
}

/** The folder right below the package's that an entry point lies in, or the entry point itself, unless it was written by hand. */
function outputOfEntry(folder: string, entry: string, tree: FileTree): string[] {
  const plain = entry.split(/[*{?[]/)[0] ?? '';
  const [first, ...rest] = partsInside(folder, plain);
  if (first === undefined || first === 'node_modules' || first.startsWith('!')) return [];
  const top = under(folder, first);
  if (tree.has(top)) return [];
  if (rest.length === 0 && isFileName(plain)) return [escapePattern(top)];
  return hasWrittenByHand(top, tree) && !neverByHand.has(first) ? [] : [everythingIn(top)];
}

/** The parts of a path relative to `folder`; none when it leads out of the folder or is the folder itself. */
function partsInside(folder: string, relative: string): string[] {
  const path = inRepository(folder, relative);
  if (path === null || path === folder || !isWithin(folder, path)) return [];
  return path.slice(folder === '' ? 0 : folder.length + 1).split('/');
}

function isFileName(path: string): boolean {
  return !path.endsWith('/') && /[^/.][^/]*\.[^/]+$/.test(path);
}

/** Whether git knows files in the folder. */
function hasWrittenByHand(folder: string, tree: FileTree): boolean {
  return tree.below(folder).length > 0;
}
