// How a target's command is really started, and what is missing for it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findExecutable, withPathFirst } from '../platform/environment.ts';
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetModel } from './discovery.ts';
import { installCommand, lockFileOf, type PackageManager } from './package-manager.ts';
import { foldersUp, type FileTree } from './paths.ts';

type Environment = Readonly<Record<string, string>>;

/** What a shell says when it does not find a command: POSIX, and cmd.exe. */
const notFoundCodes: ReadonlySet<number | null> = new Set([127, 9009]);

/** The programs of the packages at and above the folder come first; npm is kept from asking a server for its news. */
export function buildEnvironment(target: BuildTarget, root: string, environment: Environment): Record<string, string> {
  const folders = foldersUp(target.folder).map((folder) => path.join(root, folder, 'node_modules', '.bin'));
  return { ...withPathFirst(environment, folders), npm_config_update_notifier: 'false', ...target.environment };
}

/** The target's command; where its package manager is not installed, npm or Node itself runs the same script. */
export function runnableCommand(target: BuildTarget, environment: Environment): string {
  const [, manager, script] = /^(npm|pnpm|yarn|bun) run (\S+)$/.exec(target.command) ?? [];
  if (manager === undefined || script === undefined || findExecutable(manager, environment) !== null)
    return target.command;
  return findExecutable('npm', environment) === null ? `node --run ${script}` : `npm run ${script}`;
}

/** What to do before the target can be built, as a sentence; null when nothing is known to be missing. */
export function missingDependencies(
  target: BuildTarget,
  root: string,
  { model, tree }: { model: TargetModel; tree: FileTree },
): string | null {
  const own = model.packages.byFolder.get(target.folder);
  if (own === undefined || target.foundIn.startsWith('noodle.yaml')) return null;
  const { dependencies, devDependencies } = own.manifest;
  const outside = [...dependencies, ...devDependencies].filter((name) => !model.packages.byName.has(name));
  if (outside.length === 0 || isInstalled(target.folder, root)) return null;
  return `its dependencies are not installed: run \`${howToInstall(own.workspaceRoot, own.manager, tree)}\``;
}

/** What the exit code of a failed build says by itself. */
export function exitReason(
  exitCode: number | null,
  target: BuildTarget,
  { model, tree }: { model: TargetModel; tree: FileTree },
): string {
  if (!notFoundCodes.has(exitCode)) return exitCode === null ? 'ended by a signal' : `exit code ${exitCode}`;
  const own = model.packages.byFolder.get(target.folder);
  const hint =
    own === undefined ? 'install it' : `run \`${howToInstall(own.workspaceRoot, own.manager, tree)}\`, or install it`;
  return `exit code ${exitCode}: a command that it calls was not found; ${hint}`;
}

function howToInstall(folder: string, manager: PackageManager, tree: FileTree): string {
  const command = installCommand(manager, lockFileOf(folder, tree) !== null);
  return folder === '' ? command : `cd ${folder} && ${command}`;
}

function isInstalled(folder: string, root: string): boolean {
  const signs = ['node_modules', '.pnp.cjs', '.pnp.js'];
  return foldersUp(folder).some((each) => signs.some((sign) => existsSync(path.join(root, each, sign))));
}
