// TypeScript projects that `tsc -b` builds: composite ones, with what they reference and where they write.
import { posix } from 'node:path';
import { z } from 'zod';
import { parseJsonWithComments } from '../platform/json-with-comments.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { folderOf, inRepository, type FileTree } from './paths.ts';

export interface TypeScriptProject {
  /** The configuration file. */
  readonly path: RepoPath;
  readonly folder: string;
  /** Configuration files of the projects that it references. */
  readonly references: readonly RepoPath[];
  /** Configuration files that it extends, in the repository. */
  readonly extended: readonly RepoPath[];
  readonly isComposite: boolean;
  readonly emits: boolean;
  /** It has no files of its own: it only names others. */
  readonly isSolution: boolean;
  /** Folders that it writes to, relative to the repository. */
  readonly outputFolders: readonly string[];
}

const Options = z.object({
  composite: z.boolean().optional().catch(undefined),
  noEmit: z.boolean().optional().catch(undefined),
  outDir: z.string().optional().catch(undefined),
  declarationDir: z.string().optional().catch(undefined),
});

const ConfigFile = z.object({
  extends: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  compilerOptions: Options.optional().catch(undefined),
  files: z.array(z.unknown()).optional().catch(undefined),
  include: z.array(z.unknown()).optional().catch(undefined),
  references: z
    .array(z.object({ path: z.string() }))
    .optional()
    .catch(undefined),
});
type ConfigFile = z.infer<typeof ConfigFile>;

type Read = (path: RepoPath) => string | null;

const deepestExtends = 10;

/** Every `tsconfig.json`, and every configuration that one of them references. */
export function findProjects(tree: FileTree, read: Read): Map<RepoPath, TypeScriptProject> {
  const projects = new Map<RepoPath, TypeScriptProject>();
  const waiting = tree.all.filter((path) => path === 'tsconfig.json' || path.endsWith('/tsconfig.json'));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (projects.has(path)) continue;
    const project = readProject(path, tree, read);
    if (project === null) continue;
    projects.set(path, project);
    waiting.push(...project.references);
  }
  return projects;
}

/** The project of one configuration file; null when it cannot be read. */
export function readProject(path: RepoPath, tree: FileTree, read: Read): TypeScriptProject | null {
  const file = readConfig(path, read);
  if (file === null) return null;
  const chain = extendsChain(path, file, { tree, read });
  const folder = folderOf(path);
  const option = <K extends keyof z.infer<typeof Options>>(name: K) => {
    const holder = chain.find(({ config }) => config.compilerOptions?.[name] !== undefined);
    return holder === undefined
      ? null
      : { value: holder.config.compilerOptions?.[name], folder: folderOf(holder.path) };
  };
  const outputFolders = [option('outDir'), option('declarationDir')].flatMap((found) => {
    const output =
      typeof found?.value === 'string'
        ? inRepository(found.folder, found.value.replace('${configDir}', relativeTo(found.folder, folder)))
        : null;
    return output === null || output === '' ? [] : [output];
  });
  return {
    path,
    folder,
    references: (file.references ?? []).flatMap((reference) => configFileAt(folder, reference.path, tree)),
    extended: chain.slice(1).map((each) => each.path),
    isComposite: option('composite')?.value === true,
    emits: option('noEmit')?.value !== true,
    isSolution: file.files?.length === 0 && (file.include?.length ?? 0) === 0,
    outputFolders,
  };
}

interface Link {
  readonly path: RepoPath;
  readonly config: ConfigFile;
}

/** The file and what it extends, the most particular first. What lies in packages is not followed. */
function extendsChain(
  path: RepoPath,
  config: ConfigFile,
  { tree, read }: { tree: FileTree; read: Read },
  depth = deepestExtends,
): Link[] {
  const bases = config.extends === undefined ? [] : [config.extends].flat().toReversed();
  const above = bases.flatMap((base) => {
    const found = base.startsWith('.') && depth > 0 ? extendedFile(folderOf(path), base, tree) : null;
    const next = found === null ? null : readConfig(found, read);
    return found === null || next === null ? [] : extendsChain(found, next, { tree, read }, depth - 1);
  });
  return [{ path, config }, ...above];
}

function readConfig(path: RepoPath, read: Read): ConfigFile | null {
  const text = read(path);
  return text === null ? null : (ConfigFile.safeParse(parseJsonWithComments(text)).data ?? null);
}

function extendedFile(folder: string, base: string, tree: FileTree): RepoPath | null {
  const path = inRepository(folder, base);
  const found =
    path === null ? undefined : [path, `${path}.json`, `${path}/tsconfig.json`].find((each) => tree.has(each));
  // `has` proves that it is a path of the repository.
  return found === undefined ? null : (found as RepoPath);
}

/** A reference names a configuration file, or a folder with a tsconfig.json. */
function configFileAt(folder: string, reference: string, tree: FileTree): RepoPath[] {
  const path = inRepository(folder, reference);
  const found =
    path === null
      ? undefined
      : [path, path === '' ? 'tsconfig.json' : `${path}/tsconfig.json`].find((each) => tree.has(each));
  return found === undefined ? [] : [found as RepoPath];
}

function relativeTo(from: string, to: string): string {
  const relative = posix.relative(`/${from}`, `/${to}`);
  return relative === '' ? '.' : relative;
}
