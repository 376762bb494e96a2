// What the Cargo.toml files say: packages, the files where their crates begin, and which packages of the repository they need.
import { parse } from 'smol-toml';
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, isWithin, join } from './file-set.ts';
import type { FileSet } from './file-set.ts';
import { isObject } from './manifests.ts';

export type CrateKind = 'lib' | 'bin' | 'test' | 'example' | 'bench' | 'build';

export interface CrateRoot {
  readonly kind: CrateKind;
  readonly file: RepoPath;
}

export interface CargoPackage {
  readonly folder: string;
  readonly name: string;
  readonly roots: readonly CrateRoot[];
  /** Folders of packages of the repository that it needs; those for its tests alone are apart. */
  readonly needs: readonly string[];
  readonly testNeeds: readonly string[];
}

type Table = Readonly<Record<string, unknown>>;

interface Manifest {
  readonly folder: string;
  readonly table: Table;
  readonly text: string;
}

/** Deepest first. */
export function readCargoPackages(files: FileSet, read: (file: RepoPath) => string | null): CargoPackage[] {
  const manifests = [...files.all]
    .filter((file) => /(?:^|\/)Cargo\.toml$/.test(file))
    .map((file) => readManifest(folderOf(file), read(file) ?? ''));
  const named = new Map(
    manifests.flatMap((each) => (nameOf(each) === '' ? [] : [[nameOf(each), each.folder] as const])),
  );
  return manifests
    .map((manifest) => ({
      folder: manifest.folder,
      name: nameOf(manifest),
      roots: rootsOf(manifest, files),
      needs: needed(manifest, ['dependencies', 'build-dependencies'], { manifests, named }),
      testNeeds: needed(manifest, ['dev-dependencies'], { manifests, named }),
    }))
    .filter(({ name, roots }) => name !== '' || roots.length > 0)
    .toSorted((a, b) => b.folder.length - a.folder.length);
}

/** A file that is no TOML still names its package and its paths. */
function readManifest(folder: string, text: string): Manifest {
  try {
    return { folder, table: parse(text), text };
  } catch {
    const paths = [...text.matchAll(/\bpath\s*=\s*"([^"]+)"/g)].map((match, index) => [
      `d${index}`,
      { path: match[1] },
    ]);
    const name = /^[^\S\r\n]*name\s*=\s*"([^"]+)"/m.exec(text)?.[1];
    return { folder, table: { package: { name }, dependencies: Object.fromEntries(paths) }, text };
  }
}

function nameOf({ table }: Manifest): string {
  const name = tableIn(table, 'package')['name'];
  return typeof name === 'string' ? name : '';
}

function tableIn(table: Table, key: string): Table {
  const value = table[key];
  return isObject(value) ? value : {};
}

function textIn(table: Table, key: string): string | null {
  const value = table[key];
  return typeof value === 'string' ? value : null;
}

interface Others {
  readonly manifests: readonly Manifest[];
  readonly named: ReadonlyMap<string, string>;
}

function needed(manifest: Manifest, sections: readonly string[], others: Others): string[] {
  const targets = Object.values(tableIn(manifest.table, 'target')).filter(isObject);
  const entries = [manifest.table, ...targets].flatMap((holder) =>
    sections.flatMap((section) => Object.entries(tableIn(holder, section))),
  );
  const found = new Set(
    entries.flatMap(([key, value]) => foldersOf(manifest, key, isObject(value) ? value : {}, others)),
  );
  found.delete(manifest.folder);
  return [...found];
}

/** By path, and by name as well: `[patch]` puts a package of the repository in the place of a published one. */
function foldersOf(manifest: Manifest, key: string, options: Table, { manifests, named }: Others): string[] {
  const path = textIn(options, 'path');
  const shared = options['workspace'] === true ? sharedDependency(manifest, key, manifests) : null;
  const same = named.get(textIn(options, 'package') ?? shared?.name ?? key);
  return [path === null ? undefined : join(manifest.folder, path), shared?.folder, same].filter(
    (each) => each !== undefined,
  );
}

/** What `[workspace.dependencies]` of the workspace round a package says of a name. */
function sharedDependency(
  manifest: Manifest,
  key: string,
  manifests: readonly Manifest[],
): { readonly folder?: string; readonly name?: string } | null {
  for (const each of manifests) {
    if (!isWithin(each.folder, manifest.folder)) continue;
    const entry = tableIn(tableIn(each.table, 'workspace'), 'dependencies')[key];
    if (!isObject(entry)) continue;
    const [path, name] = [textIn(entry, 'path'), textIn(entry, 'package')];
    return { ...(path === null ? {} : { folder: join(each.folder, path) }), ...(name === null ? {} : { name }) };
  }
  return null;
}

function rootsOf({ folder, table }: Manifest, files: FileSet): CrateRoot[] {
  const found = new Map<string, CrateRoot>();
  const add = (kind: CrateKind, path: string) => {
    const file = files.find(join(folder, path));
    if (file !== null && !found.has(file)) found.set(file, { kind, file });
  };
  add('lib', textIn(tableIn(table, 'lib'), 'path') ?? 'src/lib.rs');
  add('bin', 'src/main.rs');
  add('build', textIn(tableIn(table, 'package'), 'build') ?? 'build.rs');
  const kinds = [
    ['bin', 'src/bin'],
    ['test', 'tests'],
    ['example', 'examples'],
    ['bench', 'benches'],
  ] as const;
  for (const [kind, place] of kinds) {
    const listed = table[kind];
    for (const each of Array.isArray(listed) ? listed.filter(isObject) : []) {
      const path = textIn(each, 'path');
      if (path !== null) add(kind, path);
    }
    for (const file of files.filesIn(join(folder, place)))
      if (file.endsWith('.rs')) add(kind, file.slice(folder === '' ? 0 : folder.length + 1));
    for (const file of files.below(join(folder, place), (each) => /\/[^/]+\/main\.rs$/.test(each)))
      add(kind, file.slice(folder === '' ? 0 : folder.length + 1));
  }
  return [...found.values()];
}
