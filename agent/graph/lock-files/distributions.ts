// What lock files of Python say: uv.lock, poetry.lock, Pipfile.lock, and requirements that pin versions.
import { parse } from 'smol-toml';
import { PackageCollector, normalizedName } from './locked-packages.ts';
import { readRequirements } from './requirements.ts';

/** What two versions of such a file treat differently. */
export interface DistributionChange {
  /** Normalized names of the distributions whose entries differ. */
  readonly changed: ReadonlySet<string>;
  /** Of those in the file, what each needs, as far as the file says it. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of requirements, the names that have one version; what a changed one needs besides may be another version too. Null: all is pinned. */
  readonly pinned: ReadonlySet<string> | null;
}

type Reader = (text: string) => PackageCollector | null;
type Table = Readonly<Record<string, unknown>>;

/** Whether a file of this name is a lock file of Python that can be told apart. */
export function isPythonLock(path: string): boolean {
  return readerFor(path) !== null;
}

/** Null when either version cannot be told, or differs in more than versions. */
export function changedDistributions(path: string, base: string, current: string): DistributionChange | null {
  const reader = readerFor(path);
  const before = reader?.(base) ?? null;
  const after = reader?.(current) ?? null;
  if (before === null || after === null) return null;
  const named = new Set([...before.contents.keys(), ...after.contents.keys()]);
  const changed = new Set([...named].filter((name) => before.contents.get(name) !== after.contents.get(name)));
  if (isRequirements(path) && [...changed].some((name) => isLoose(before, name) || isLoose(after, name))) return null;
  const needs = new Map([...named].map((name) => [name, union(before.needs.get(name), after.needs.get(name))]));
  const pinned = isRequirements(path) ? new Set([...named].filter((name) => !isLoose(after, name))) : null;
  return { changed, needs, pinned };
}

function readerFor(path: string): Reader | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'uv.lock') return readUvLock;
  if (name === 'poetry.lock') return readPoetryLock;
  if (name === 'Pipfile.lock') return readPipfileLock;
  return isRequirements(path) ? readRequirements : null;
}

function isRequirements(path: string): boolean {
  return /(?:^|\/)[^/]*requirements[^/]*\.txt$|(?:^|\/)requirements\/[^/]+\.txt$/.test(path);
}

/** Asked for without one version, so which one is installed is not in the file. */
function isLoose({ contents }: PackageCollector, name: string): boolean {
  const lines = contents.get(name)?.split('\n') ?? [];
  return lines.some((line) => !/===?\s*[^\s*,;]+(?:\s|;|$)/.test(line) || /,|\*/.test(line.split(';')[0] ?? ''));
}

function readUvLock(text: string): PackageCollector | null {
  const packages = packagesIn(text);
  if (packages === null) return null;
  const found = new PackageCollector();
  for (const entry of packages) {
    const { name, source } = entry;
    if (typeof name !== 'string') return null;
    if (isTable(source) && isOwn(source['editable'] ?? source['virtual'] ?? source['directory'])) continue;
    const optional = entry['optional-dependencies'];
    const needed = [entry['dependencies'], ...(isTable(optional) ? Object.values(optional) : [])];
    const content = JSON.stringify({ ...entry, metadata: null, 'dev-dependencies': null }, withoutTimes);
    found.add(normalizedName(name), content, needed.flatMap(namesInList));
  }
  return found;
}

function readPoetryLock(text: string): PackageCollector | null {
  const packages = packagesIn(text);
  if (packages === null) return null;
  const metadata = tableOf(text)?.['metadata'];
  const files = isTable(metadata) ? metadata['files'] : undefined;
  const found = new PackageCollector();
  for (const entry of packages) {
    const { name, source, dependencies } = entry;
    if (typeof name !== 'string') return null;
    if (isTable(source) && source['type'] === 'directory' && isOwn(source['url'])) continue;
    const inert = { description: null, category: null, optional: null, groups: null };
    const listed = isTable(files) ? files[name] : null;
    const needed = isTable(dependencies) ? Object.keys(dependencies).map(normalizedName) : [];
    found.add(normalizedName(name), JSON.stringify([{ ...entry, ...inert }, listed]), needed);
  }
  return found;
}

/** It says nothing of what needs what. */
function readPipfileLock(text: string): PackageCollector | null {
  const lock = parsedJson(text);
  if (!isTable(lock) || !isTable(lock['_meta'])) return null;
  const found = new PackageCollector();
  for (const [section, entries] of Object.entries(lock)) {
    if (section === '_meta' || !isTable(entries)) continue;
    for (const [name, entry] of Object.entries(entries)) {
      if (isTable(entry) && isOwn(entry['path'])) continue;
      found.add(normalizedName(name), JSON.stringify(entry), []);
    }
  }
  return found;
}

/** A folder of the repository: its files are in the graph. */
function isOwn(folder: unknown): boolean {
  return typeof folder === 'string' && !/^(?:\.\.(?:[\\/]|$)|[\\/]|\w:)/.test(folder);
}

function withoutTimes(key: string, value: unknown): unknown {
  return key === 'upload-time' || key === 'size' ? undefined : value;
}

function namesInList(list: unknown): string[] {
  return Array.isArray(list)
    ? list.flatMap((each: unknown) =>
        isTable(each) && typeof each['name'] === 'string' ? normalizedName(each['name']) : [],
      )
    : [];
}

function packagesIn(text: string): Table[] | null {
  const packages = tableOf(text)?.['package'];
  return Array.isArray(packages) ? packages.filter(isTable) : null;
}

function tableOf(text: string): Table | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function union(one: Iterable<string> = [], other: Iterable<string> = []): Set<string> {
  return new Set([...one, ...other]);
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
