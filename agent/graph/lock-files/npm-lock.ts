// package-lock.json and npm-shrinkwrap.json, versions 1 to 3.
import { PackageCollector } from './locked-packages.ts';
import type { LockedPackages } from './locked-packages.ts';

/** Null when it is no JSON or has no packages. */
export function readNpmLock(text: string): LockedPackages | null {
  const lock = parseObject(text);
  if (lock === null) return null;
  const found = new PackageCollector();
  if (isObject(lock['packages'])) addPackages(lock['packages'], found);
  else if (isObject(lock['dependencies'])) addTree(lock['dependencies'], found);
  else return null;
  return found;
}

/** By where they are installed: `node_modules/a/node_modules/b`. What is below no node_modules is the repository's own. */
function addPackages(packages: Readonly<Record<string, unknown>>, found: PackageCollector): void {
  for (const [place, entry] of Object.entries(packages)) {
    const at = place.lastIndexOf('node_modules/');
    if (at === -1 || !isObject(entry) || entry['link'] === true) continue;
    const needed = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((key) => keysOf(entry[key]));
    found.add(place.slice(at + 'node_modules/'.length), `${place} ${identity(entry)}`, needed);
  }
}

function addTree(dependencies: Readonly<Record<string, unknown>>, found: PackageCollector): void {
  for (const [name, entry] of Object.entries(dependencies)) {
    if (!isObject(entry)) continue;
    found.add(name, identity(entry), keysOf(entry['requires']));
    if (isObject(entry['dependencies'])) addTree(entry['dependencies'], found);
  }
}

/** Flags such as `dev` or a licence say nothing about what runs. */
function identity(entry: Readonly<Record<string, unknown>>): string {
  return ['version', 'resolved', 'integrity', 'dependencies', 'optionalDependencies', 'requires']
    .map((key) => JSON.stringify(entry[key]) ?? '')
    .join(' ');
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function keysOf(value: unknown): string[] {
  return isObject(value) ? Object.keys(value) : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
