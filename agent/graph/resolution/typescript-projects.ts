// What the tsconfig.json files say about resolution, read without the compiler.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseJsonWithComments } from '../../platform/json-with-comments.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, foldersUp, join } from './file-set.ts';
import { isObject } from './manifests.ts';

export interface TypeScriptProject {
  readonly folder: string;
  /** Keys of `paths` with their targets, relative to the repository. */
  readonly paths: readonly { readonly pattern: string; readonly targets: readonly string[] }[];
  /** Relative to the repository; null when it is not set. */
  readonly baseUrl: string | null;
  readonly outDirs: readonly string[];
  readonly rootDirs: readonly string[];
  readonly rootDir: string | null;
  /** An import that binds nothing but types is kept by the compiler. */
  readonly keepsTypeImports: boolean;
}

export interface TypeScriptProjects {
  /** The projects whose tsconfig lies at or above a folder and says something, nearest first. */
  above(folder: string): readonly TypeScriptProject[];
}

/** Every file named tsconfig*.json or jsconfig*.json counts: which one a runner uses cannot be seen. */
export function readTypeScriptProjects(
  files: Iterable<RepoPath>,
  root: string,
  read: (file: RepoPath) => string | null,
): TypeScriptProjects {
  const byFolder = new Map<string, TypeScriptProject[]>();
  for (const file of files) {
    if (!/(?:^|\/)[tj]sconfig[^/]*\.json$/.test(file)) continue;
    const project = readProject(file, (name) => read(name) ?? readOutside(root, name));
    byFolder.set(project.folder, [...(byFolder.get(project.folder) ?? []), project]);
  }
  const cache = new Map<string, readonly TypeScriptProject[]>();
  return {
    above(folder) {
      const known = cache.get(folder);
      if (known !== undefined) return known;
      const found = foldersUp(folder).flatMap((each) => byFolder.get(each) ?? []);
      cache.set(folder, found);
      return found;
    },
  };
}

type ReadText = (file: RepoPath) => string | null;

/** A configuration that a package brings along lies in an ignored folder. */
function readOutside(root: string, file: string): string | null {
  try {
    return readFileSync(path.join(root, file), 'utf8');
  } catch {
    return null;
  }
}

interface Options {
  readonly paths?: { readonly values: Readonly<Record<string, unknown>>; readonly folder: string };
  readonly baseUrl?: string;
  readonly outDir?: string;
  readonly rootDir?: string;
  readonly rootDirs?: readonly string[];
  readonly keepsTypeImports?: boolean;
}

function readProject(file: RepoPath, read: ReadText): TypeScriptProject {
  const options = readOptions(file, read, 0);
  const folder = folderOf(file);
  const pathsFolder = options.baseUrl ?? options.paths?.folder ?? folder;
  return {
    folder,
    paths: Object.entries(options.paths?.values ?? {}).map(([pattern, targets]) => ({
      pattern,
      targets: (Array.isArray(targets) ? targets : []).flatMap((target) =>
        typeof target === 'string' ? [join(pathsFolder, target)] : [],
      ),
    })),
    baseUrl: options.baseUrl ?? null,
    outDirs: options.outDir === undefined ? [] : [options.outDir],
    rootDir: options.rootDir ?? null,
    rootDirs: options.rootDirs ?? [],
    keepsTypeImports: options.keepsTypeImports ?? false,
  };
}

function readOptions(file: RepoPath, read: ReadText, depth: number): Options {
  const parsed = parseJsonWithComments(read(file) ?? '{}');
  const json = isObject(parsed) ? parsed : {};
  const bases = depth > 10 ? [] : asList(json['extends']).flatMap((base) => extendedFile(file, base, read));
  const inherited = bases.reduce<Options>((all, base) => ({ ...all, ...readOptions(base, read, depth + 1) }), {});
  return { ...inherited, ...ownOptions(folderOf(file), json['compilerOptions']) };
}

function ownOptions(folder: string, compilerOptions: unknown): Options {
  if (!isObject(compilerOptions)) return {};
  const at = (key: string) =>
    typeof compilerOptions[key] === 'string' ? { [key]: join(folder, expandConfigDir(compilerOptions[key])) } : {};
  const keeps =
    ['verbatimModuleSyntax', 'preserveValueImports'].some((key) => compilerOptions[key] === true) ||
    ['preserve', 'error'].includes(String(compilerOptions['importsNotUsedAsValues']));
  const mentions = ['verbatimModuleSyntax', 'preserveValueImports', 'importsNotUsedAsValues'].some(
    (key) => key in compilerOptions,
  );
  return {
    ...at('baseUrl'),
    ...at('outDir'),
    ...at('rootDir'),
    ...(isObject(compilerOptions['paths']) ? { paths: { values: compilerOptions['paths'], folder } } : {}),
    ...(Array.isArray(compilerOptions['rootDirs'])
      ? { rootDirs: asList(compilerOptions['rootDirs']).map((each) => join(folder, each)) }
      : {}),
    ...(keeps || mentions ? { keepsTypeImports: keeps } : {}),
  };
}

function expandConfigDir(value: string): string {
  return value.replace('${configDir}', '.');
}

/** The file that `extends` names: relative, or in a package of some node_modules folder above. */
function extendedFile(file: RepoPath, base: string, read: ReadText): RepoPath[] {
  const withExtension = (name: string) => [name, `${name}.json`, `${name}/tsconfig.json`];
  const candidates = /^\.{1,2}(?:\/|$)/.test(base)
    ? withExtension(join(folderOf(file), base))
    : foldersUp(folderOf(file)).flatMap((folder) => withExtension(join(folder, `node_modules/${base}`)));
  // Paths in the repository, or ones that reading will not find.
  const found = (candidates as RepoPath[]).find((candidate) => !candidate.startsWith('..') && read(candidate) !== null);
  return found === undefined ? [] : [found];
}

function asList(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
