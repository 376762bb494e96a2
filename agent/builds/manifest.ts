// package.json as far as builds care.
import { z } from 'zod';
import type { RepoPath } from '../protocol/ids.ts';
import { folderOf } from './paths.ts';

/** A package.json. What does not have the expected type in it counts as absent. */
export interface Manifest {
  readonly path: RepoPath;
  readonly folder: string;
  readonly name: string | null;
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of what the package cannot do without at build time, without those of `devDependencies`. */
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  /** Patterns of the workspaces below it; null when it has none. */
  readonly workspaces: readonly string[] | null;
  readonly packageManager: string | null;
  /** Paths of files that others import or run, relative to the folder: main, module, types, bin, exports, files. */
  readonly entryPoints: readonly string[];
  /** Those of them that an import reaches: `entryPoints` without `files` and `bin`. */
  readonly importable: readonly string[];
}

const Texts = z.record(z.string(), z.unknown()).transform((record) => onlyTexts(record));
const absent = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const ManifestFile = z.object({
  name: absent(z.string()),
  scripts: absent(Texts),
  dependencies: absent(Texts),
  devDependencies: absent(Texts),
  peerDependencies: absent(Texts),
  optionalDependencies: absent(Texts),
  workspaces: absent(
    z.union([z.array(z.string()), z.object({ packages: z.array(z.string()) }).transform(({ packages }) => packages)]),
  ),
  packageManager: absent(z.string()),
  main: absent(z.string()),
  module: absent(z.string()),
  types: absent(z.string()),
  typings: absent(z.string()),
  browser: absent(z.string()),
  bin: absent(z.union([z.string(), Texts])),
  files: absent(z.array(z.string())),
  exports: z.unknown().optional(),
});

/** Parses a package.json; null when it is not JSON or not an object. */
export function parseManifest(path: RepoPath, text: string): Manifest | null {
  const parsed = ManifestFile.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { name, scripts = {}, bin = [], files = [], ...file } = parsed.data;
  const namesOf = (record: Readonly<Record<string, string>> | undefined) => Object.keys(record ?? {});
  const importable = [file.main, file.module, file.types, file.typings, file.browser, ...textsIn(file.exports)].filter(
    (each) => each !== undefined,
  );
  const programs = typeof bin === 'string' ? [bin] : Object.values(bin);
  return {
    path,
    folder: folderOf(path),
    name: name === undefined || name === '' ? null : name,
    scripts,
    dependencies: new Set([file.dependencies, file.peerDependencies, file.optionalDependencies].flatMap(namesOf)),
    devDependencies: new Set(namesOf(file.devDependencies)),
    workspaces: file.workspaces ?? null,
    packageManager: file.packageManager ?? null,
    importable,
    entryPoints: [...importable, ...programs, ...files],
  };
}

/** Whether the package names `other` among its dependencies of any kind. */
export function dependsOn(manifest: Manifest, other: string): boolean {
  return manifest.dependencies.has(other) || manifest.devDependencies.has(other);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function onlyTexts(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

/** All texts in a nest of objects and lists: the paths in `exports`, whatever their conditions. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
