// The package.json files of the repository, and what they say about entries.
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, foldersUp } from './file-set.ts';

/** What resolution needs of a package.json. */
export interface Manifest {
  readonly folder: string;
  readonly file: RepoPath;
  readonly name: string | null;
  /** `exports` and `imports` as written. */
  readonly exports: unknown;
  readonly imports: unknown;
  /** Paths of `source`, `main`, `module` and their like, as written. */
  readonly entries: readonly string[];
  /** Names of executables and their files, as written. */
  readonly bin: ReadonlyMap<string, string>;
  /** The `jest` section, `{}` without one. */
  readonly jest: unknown;
  /** The whole text, for questions that a search answers. */
  readonly text: string;
}

export interface Manifests {
  readonly all: readonly Manifest[];
  /** By package name; of two with one name the one higher up. */
  readonly byName: ReadonlyMap<string, Manifest>;
  /** The nearest package.json at or above a folder. */
  above(folder: string): Manifest | null;
  /** Executables of all packages. */
  readonly executables: ReadonlyMap<string, readonly { readonly manifest: Manifest; readonly path: string }[]>;
}

const entryFields = [
  'source',
  'module',
  'main',
  'browser',
  'jsnext:main',
  'types',
  'typings',
  'react-native',
  'svelte',
  'unpkg',
];

/** Reads every package.json; one that is no JSON is as if it said nothing. */
export function readManifests(files: Iterable<RepoPath>, read: (file: RepoPath) => string | null): Manifests {
  const all: Manifest[] = [];
  for (const file of files) {
    if (file !== 'package.json' && !file.endsWith('/package.json')) continue;
    all.push(parseManifest(file, read(file) ?? '{}'));
  }
  const byFolder = new Map(all.map((manifest) => [manifest.folder, manifest]));
  const byName = new Map<string, Manifest>();
  for (const manifest of all.toSorted((a, b) => depthOf(a) - depthOf(b))) {
    if (manifest.name !== null && !byName.has(manifest.name)) byName.set(manifest.name, manifest);
  }
  return {
    all,
    byName,
    above: (folder) => nearest(byFolder, folder),
    executables: executablesOf(all),
  };
}

function depthOf(manifest: Manifest): number {
  // A package in a fixture is rarely what a name means.
  const isFixture =
    /(?:^|\/)(?:__)?(?:fixtures?|testdata|tests?|examples?|templates?|playgrounds?)(?:__)?(?:\/|$)/.test(
      manifest.folder,
    );
  return manifest.folder.split('/').length + (isFixture ? 100 : 0);
}

function nearest(byFolder: ReadonlyMap<string, Manifest>, folder: string): Manifest | null {
  for (const each of foldersUp(folder)) {
    const manifest = byFolder.get(each);
    if (manifest !== undefined) return manifest;
  }
  return null;
}

function parseManifest(file: RepoPath, text: string): Manifest {
  const json = parseObject(text);
  const name = typeof json['name'] === 'string' ? json['name'] : null;
  return {
    folder: folderOf(file),
    file,
    name,
    exports: json['exports'],
    imports: json['imports'],
    entries: entryFields.flatMap((field) => (typeof json[field] === 'string' ? [json[field]] : [])),
    bin: executables(json['bin'], name),
    jest: json['jest'] ?? {},
    text,
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isObject(json) ? json : {};
  } catch {
    return {};
  }
}

/** A JSON object, not an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function executables(bin: unknown, name: string | null): Map<string, string> {
  if (typeof bin === 'string') return new Map(name === null ? [] : [[name.slice(name.indexOf('/') + 1), bin]]);
  if (!isObject(bin)) return new Map();
  return new Map(
    Object.entries(bin).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
  );
}

function executablesOf(all: readonly Manifest[]): Map<string, { manifest: Manifest; path: string }[]> {
  const found = new Map<string, { manifest: Manifest; path: string }[]>();
  for (const manifest of all) {
    for (const [name, path] of manifest.bin) found.set(name, [...(found.get(name) ?? []), { manifest, path }]);
  }
  return found;
}

/**
 * Everything that `subpath` (`.`, `./x`; `#x` for `imports`) may lead to under any condition, in the order written,
 * with `*` filled in. Which condition holds depends on the runner, so none is ruled out here.
 */
export function targetsOf(map: unknown, subpath: string): readonly string[] {
  if (
    typeof map === 'string' ||
    Array.isArray(map) ||
    (isObject(map) && !Object.keys(map).some((key) => /^[.#]/.test(key)))
  ) {
    return subpath === '.' ? leaves(map) : [];
  }
  if (!isObject(map)) return [];
  if (subpath in map) return leaves(map[subpath]);
  const patterns = Object.keys(map)
    .filter((key) => key.includes('*') || key.endsWith('/'))
    .toSorted((a, b) => b.indexOf('*') - a.indexOf('*'));
  for (const key of patterns) {
    const filled = fill(key, subpath);
    if (filled !== null)
      return leaves(map[key]).map((target) =>
        target.includes('*') ? target.replaceAll('*', filled) : target.endsWith('/') ? target + filled : target,
      );
  }
  return [];
}

function fill(pattern: string, subpath: string): string | null {
  const star = pattern.indexOf('*');
  const head = star === -1 ? pattern : pattern.slice(0, star);
  const tail = star === -1 ? '' : pattern.slice(star + 1);
  const fits = subpath.startsWith(head) && subpath.endsWith(tail) && subpath.length >= head.length + tail.length;
  return fits ? subpath.slice(head.length, subpath.length - tail.length) : null;
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return isObject(value) ? Object.values(value).flatMap(leaves) : [];
}
