// pnpm-lock.yaml, from lock file version 5 on.
import { parse } from 'yaml';
import { PackageCollector } from './locked-packages.ts';
import type { LockedPackages } from './locked-packages.ts';

/** Null when it is no YAML or names no packages. */
export function readPnpmLock(text: string): LockedPackages | null {
  const lock = parseYaml(text);
  if (!isObject(lock) || (lock['importers'] === undefined && lock['packages'] === undefined)) return null;
  const found = new PackageCollector();
  // What a package is stands in `packages`, what it needs since version 9 in `snapshots`.
  for (const section of ['packages', 'snapshots']) {
    for (const [key, entry] of entriesOf(lock[section])) {
      const needed = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((each) =>
        entriesOf(entry[each]).map(([name]) => name),
      );
      found.add(nameIn(key), `${section} ${key} ${JSON.stringify(entry)}`, needed);
    }
  }
  addImporters(lock, found);
  return found;
}

/** Which version a folder of the repository gets; a folder alone stands at the top of the file. */
function addImporters(lock: Readonly<Record<string, unknown>>, found: PackageCollector): void {
  const importers = lock['importers'] === undefined ? [['.', lock] as const] : entriesOf(lock['importers']);
  for (const [folder, entry] of importers) {
    for (const section of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      for (const [name, version] of Object.entries(isObject(entry[section]) ? entry[section] : {}))
        found.add(name, `${folder} ${JSON.stringify(isObject(version) ? version['version'] : version)}`, []);
    }
  }
}

/** `/name/1.0.0`, `/name@1.0.0(peer@2.0.0)`, `@scope/name@1.0.0`. */
function nameIn(key: string): string {
  const plain = key.replace(/^\//, '').replace(/\(.*$/, '');
  const at = plain.indexOf('@', 1);
  return at === -1 ? plain.slice(0, plain.lastIndexOf('/')) : plain.slice(0, at);
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return null;
  }
}

function entriesOf(value: unknown): (readonly [string, Readonly<Record<string, unknown>>])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).map(([key, entry]) => [key, isObject(entry) ? entry : {}]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
