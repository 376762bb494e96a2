// Which packages a change of a lock file concerns: those whose entries differ, and those that depend on them in its own tree.
import { readNpmLock } from './npm-lock.ts';
import { readPnpmLock } from './pnpm-lock.ts';
import type { LockedPackages } from './locked-packages.ts';
import { readYarnLock } from './yarn-lock.ts';

/** Null: the text is not what such a file holds. */
type LockReader = (text: string) => LockedPackages | null;

const readers: Readonly<Record<string, LockReader>> = {
  'package-lock.json': readNpmLock,
  'npm-shrinkwrap.json': readNpmLock,
  'pnpm-lock.yaml': readPnpmLock,
  'yarn.lock': readYarnLock,
};

/** Whether a file of this name is a lock file that can be told apart. */
export function isLockFile(path: string): boolean {
  return Object.hasOwn(readers, nameOf(path));
}

/** The names of the packages that two versions of a lock file treat differently, with all that need them; null when unknown. */
export function changedPackages(path: string, base: string, current: string): ReadonlySet<string> | null {
  const reader = readers[nameOf(path)];
  const before = reader?.(base) ?? null;
  const after = reader?.(current) ?? null;
  if (before === null || after === null) return null;
  const changed = new Set<string>();
  for (const name of [...before.contents.keys(), ...after.contents.keys()])
    if (before.contents.get(name) !== after.contents.get(name)) changed.add(name);
  return withDependents(changed, [before, after]);
}

function withDependents(changed: Set<string>, versions: readonly LockedPackages[]): ReadonlySet<string> {
  const neededBy = new Map<string, string[]>();
  for (const { needs } of versions)
    for (const [name, needed] of needs)
      for (const each of needed) neededBy.set(each, [...(neededBy.get(each) ?? []), name]);
  for (const name of changed) for (const dependent of neededBy.get(name) ?? []) changed.add(dependent);
  return changed;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
