// The packages of the repository that count: the root and the members of workspaces.
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { RepoPath } from '../protocol/ids.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { packageManagerOf, type PackageManager } from './package-manager.ts';
import { folderOf, inRepository, type FileTree } from './paths.ts';
import { matcherOf } from './patterns.ts';

export interface Package {
  readonly manifest: Manifest;
  readonly manager: PackageManager;
  /** The folder whose workspaces list it; its own folder when it is a root itself. */
  readonly workspaceRoot: string;
}

export interface Packages {
  /** By folder. */
  readonly byFolder: ReadonlyMap<string, Package>;
  readonly byName: ReadonlyMap<string, Package>;
  readonly problems: readonly string[];
}

const PnpmWorkspace = z.object({ packages: z.array(z.string()).default([]) });
const LernaFile = z.object({ packages: z.array(z.string()).default(['packages/*']) });

/** Folders whose packages are material for tests or for reading, and no part of the product, unless a workspace lists them. */
const besideTheProduct =
  /(^|\/)(__fixtures__|__tests__|fixtures?|tests?|examples?|samples?|templates?|playgrounds?|benchmarks?)(\/|$)/;

/** Finds them by looking at files only. */
export function findPackages(tree: FileTree, read: (path: RepoPath) => string | null): Packages {
  const problems: string[] = [];
  const manifests = readManifests(tree, read, problems);
  const rootOf = new Map<string, string>();
  for (const root of manifests.values()) {
    const patterns = workspacePatterns(root, tree, read);
    if (patterns === null) continue;
    rootOf.set(root.folder, rootOf.get(root.folder) ?? root.folder);
    const isMember = matcherOf(patterns.flatMap((pattern) => inRoot(root.folder, pattern)));
    for (const { folder } of manifests.values())
      if (folder !== root.folder && isMember(folder)) rootOf.set(folder, root.folder);
  }
  for (const folder of standing(manifests)) if (!rootOf.has(folder)) rootOf.set(folder, folder);
  const packages = [...manifests.values()].flatMap((manifest): Package[] => {
    const workspaceRoot = rootOf.get(manifest.folder);
    return workspaceRoot === undefined
      ? []
      : [{ manifest, workspaceRoot, manager: packageManagerOf(manifest.folder, manifests, tree) }];
  });
  return {
    byFolder: new Map(packages.map((each) => [each.manifest.folder, each])),
    byName: byName(packages),
    problems,
  };
}

function readManifests(
  tree: FileTree,
  read: (path: RepoPath) => string | null,
  problems: string[],
): Map<string, Manifest> {
  const manifests = new Map<string, Manifest>();
  for (const path of tree.all) {
    if (path !== 'package.json' && !path.endsWith('/package.json')) continue;
    const text = read(path);
    const manifest = text === null ? null : parseManifest(path, text);
    if (manifest !== null) manifests.set(manifest.folder, manifest);
    else if (text !== null && !besideTheProduct.test(path))
      problems.push(`${path} is not valid JSON, so its build script is not seen`);
  }
  return manifests;
}

/** The root; where that is no package, the folders right below it. What lies elsewhere is declared in noodle.yaml. */
function standing(manifests: ReadonlyMap<string, Manifest>): string[] {
  if (manifests.has('')) return [''];
  return [...manifests.keys()].filter((folder) => folderOf(folder) === '' && !besideTheProduct.test(folder));
}

function workspacePatterns(
  root: Manifest,
  tree: FileTree,
  read: (path: RepoPath) => string | null,
): readonly string[] | null {
  const textOf = (file: string) => {
    const path = inRepository(root.folder, file);
    // `has` proves that it is a path of the repository.
    return path !== null && tree.has(path) ? read(path as RepoPath) : null;
  };
  const pnpm = textOf('pnpm-workspace.yaml');
  if (pnpm !== null) return parsed(PnpmWorkspace, () => parseYaml(pnpm))?.packages ?? [];
  if (root.workspaces !== null) return root.workspaces;
  const lerna = textOf('lerna.json');
  return lerna === null ? null : (parsed(LernaFile, () => JSON.parse(lerna))?.packages ?? null);
}

function parsed<T>(schema: z.ZodType<T>, read: () => unknown): T | null {
  try {
    return schema.safeParse(read()).data ?? null;
  } catch {
    return null;
  }
}

/** A pattern of folders relative to `root`, as one relative to the repository. */
function inRoot(root: string, pattern: string): string[] {
  const isExcluding = pattern.startsWith('!');
  const path = inRepository(root, pattern.replace(/^!/, '').replace(/\/+$/, ''));
  return path === null || path === '' ? [] : [isExcluding ? `!${path}` : path];
}

/** Of two packages with one name the first counts; the other is known by its folder alone. */
function byName(packages: readonly Package[]): Map<string, Package> {
  const named = new Map<string, Package>();
  for (const each of packages) {
    const { name } = each.manifest;
    if (name !== null && !named.has(name)) named.set(name, each);
  }
  return named;
}
