// Where a test runner is installed, as node would find it from a folder.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { RepositoryView } from '../adapter.ts';

export interface RunnerPackage {
  readonly name: string;
  readonly version: string;
  readonly major: number;
  /** Absolute. */
  readonly folder: string;
  /** Absolute path of the program that the package offers under its own name. */
  readonly program: string;
}

const InstalledManifest = z.object({
  version: z.string(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
});

/** Looks for the package in `node_modules` of the folder and of every folder above it. */
export function findRunner(folder: string, name: string, programName = name): RunnerPackage | null {
  for (let above = folder; ; above = path.dirname(above)) {
    const candidate = path.join(above, 'node_modules', name);
    const found = readInstalled(candidate, name, programName);
    if (found !== null) return found;
    if (above === path.dirname(above)) return null;
  }
}

function readInstalled(folder: string, name: string, programName: string): RunnerPackage | null {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return null;
  try {
    const { version, bin } = InstalledManifest.parse(JSON.parse(readFileSync(file, 'utf8')));
    const program = typeof bin === 'string' ? bin : bin?.[programName];
    if (program === undefined) return null;
    return { name, version, major: Number.parseInt(version, 10), folder, program: path.join(folder, program) };
  } catch {
    // Half an installation counts as none.
    return null;
  }
}

/** What the user does to install the packages of a repository, by its lock file. */
export function installCommand(view: Pick<RepositoryView, 'root'>, folder: string): string {
  const commands = [
    ['pnpm-lock.yaml', 'pnpm install'],
    ['yarn.lock', 'yarn install'],
    ['bun.lock', 'bun install'],
    ['bun.lockb', 'bun install'],
    ['package-lock.json', 'npm install'],
    ['npm-shrinkwrap.json', 'npm install'],
  ] as const;
  for (const place of [path.join(view.root, folder), view.root]) {
    const found = commands.find(([file]) => existsSync(path.join(place, file)));
    if (found !== undefined) return found[1];
  }
  return 'npm install';
}

/** The sentence for a runner that is not there. */
export function missingRunner(view: Pick<RepositoryView, 'root'>, folder: string, name: string): string {
  const manifest = folder === '' ? 'package.json' : `${folder}/package.json`;
  if (existsSync(path.join(view.root, '.pnp.cjs'))) {
    return `${name} is used in ${manifest}, but Yarn's Plug'n'Play hides it: set \`nodeLinker: node-modules\` in .yarnrc.yml and run \`yarn install\``;
  }
  return `${name} is used in ${manifest} but not installed: run \`${installCommand(view, folder)}\``;
}
