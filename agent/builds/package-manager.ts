// Which package manager a repository uses, and how it is called.
import type { Manifest } from './manifest.ts';
import { foldersUp, under, type FileTree } from './paths.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** Lock files in the order in which they are believed. */
const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** By the nearest `packageManager` field or lock file at `folder` or above it; npm without any. */
export function packageManagerOf(
  folder: string,
  manifests: ReadonlyMap<string, Manifest>,
  tree: FileTree,
): PackageManager {
  for (const at of foldersUp(folder)) {
    const declared = manifests.get(at)?.packageManager?.split('@')[0];
    if (declared === 'npm' || declared === 'pnpm' || declared === 'yarn' || declared === 'bun') return declared;
    const lock = lockFiles.find(([file]) => tree.has(under(at, file)));
    if (lock !== undefined) return lock[1];
  }
  return 'npm';
}

/** The nearest lock file at `folder` or above it: a change to it can change what a build uses. */
export function lockFileOf(folder: string, tree: FileTree): string | null {
  for (const at of foldersUp(folder)) {
    const lock = lockFiles.map(([file]) => under(at, file)).find((file) => tree.has(file));
    if (lock !== undefined) return lock;
  }
  return null;
}

/** The shell command that runs a script of the package in whose folder it is started. */
export function runScript(manager: PackageManager, script: string): string {
  return `${manager} run ${script}`;
}

/** What a person types to install what the repository asks for, exactly as its lock file has it. */
export function installCommand(manager: PackageManager, hasLockFile: boolean): string {
  if (!hasLockFile) return `${manager} install`;
  return { npm: 'npm ci', pnpm: 'pnpm install', yarn: 'yarn install', bun: 'bun install' }[manager];
}
