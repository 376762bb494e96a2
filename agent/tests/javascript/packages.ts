// The packages of a repository whose tests are the repository's own: the root and its workspaces.
import picomatch from 'picomatch';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { RepositoryView } from '../adapter.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import { parseManifest, type Manifest } from '../scripts/manifest.ts';

export interface JavaScriptPackage {
  /** '' for the root. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Folders whose packages are examples, fixtures or sites rather than parts of the product. */
const besideTheProduct =
  /(?:^|\/)(?:node_modules|tests?|__tests__|specs?|fixtures?|__fixtures__|examples?|templates?|demos?|sandbox(?:es)?|playgrounds?|benchmarks?|e2e|docs?|website|www|site|vendor)(?:\/|$)/;

/** The root first, then the others by folder. */
export function packagesIn(view: RepositoryView): JavaScriptPackage[] {
  const manifests = view.files.filter((file) => file === 'package.json' || file.endsWith('/package.json'));
  const read = manifests.flatMap((file) => {
    const manifest = parseManifest(view.read(file) ?? '');
    const folder = file.slice(0, -'/package.json'.length);
    return manifest === null ? [] : [{ folder: file === 'package.json' ? '' : folder, manifest }];
  });
  const root = read.find((each) => each.folder === '');
  const patterns = workspacePatterns(view, root?.manifest ?? null);
  const isWorkspace = workspaceMatcher(patterns);
  return read
    .filter(({ folder }) => folder === '' || isWorkspace(folder) || isOnItsOwn(view, folder, read))
    .toSorted((one, other) => (one.folder < other.folder ? -1 : 1));
}

/** The nearest package of the list that holds a file; null when none does. */
export function packageOf(packages: readonly JavaScriptPackage[], file: string): JavaScriptPackage | null {
  let nearest: JavaScriptPackage | null = null;
  for (const each of packages) {
    const holds = each.folder === '' || file.startsWith(`${each.folder}/`);
    if (holds && each.folder.length >= (nearest?.folder.length ?? 0)) nearest = each;
  }
  return nearest;
}

const PnpmWorkspace = z.object({ packages: z.array(z.string()) });

function workspacePatterns(view: RepositoryView, root: Manifest | null): string[] {
  const patterns = [...(root?.workspaces ?? [])];
  // Checked paths of the root's own files.
  const pnpm = view.read('pnpm-workspace.yaml' as RepoPath);
  const lerna = view.read('lerna.json' as RepoPath);
  for (const text of [pnpm, lerna]) {
    if (text === null) continue;
    try {
      patterns.push(...PnpmWorkspace.parse(parseYaml(text)).packages);
    } catch {
      // Without packages it says nothing about workspaces.
    }
  }
  return patterns;
}

function workspaceMatcher(patterns: readonly string[]): (folder: string) => boolean {
  const clean = (pattern: string) => pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  const wanted = patterns.filter((each) => !each.startsWith('!')).map(clean);
  const unwanted = patterns.filter((each) => each.startsWith('!')).map((each) => clean(each.slice(1)));
  const matches = picomatch(wanted);
  const excludes = picomatch(unwanted);
  return (folder) => wanted.length > 0 && matches(folder) && !(unwanted.length > 0 && excludes(folder));
}

/** A package beside the workspaces counts when it is installed by itself or nothing above it is a package. */
function isOnItsOwn(view: RepositoryView, folder: string, packages: readonly JavaScriptPackage[]): boolean {
  if (besideTheProduct.test(folder)) return false;
  const hasLock = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'].some((name) =>
    // A path made of a checked folder and a plain name.
    view.files.includes(`${folder}/${name}` as RepoPath),
  );
  const isBelowAnother = packages.some(
    (each) => each.folder !== folder && (each.folder === '' || folder.startsWith(`${each.folder}/`)),
  );
  return hasLock || !isBelowAnother;
}
