// How a target's command is really started, and what is missing for it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findExecutable, withPathFirst } from '../platform/environment.ts';
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetModel } from './discovery.ts';
import { installCommand, lockFileOf, type PackageManager } from './package-manager.ts';
import { foldersUp, type FileTree } from './paths.ts';
import { scratchFolder } from './scratch.ts';

type Environment = Readonly<Record<string, string>>;

/** The programs of the packages at and above the folder come first; npm is kept from asking a server for its news. */
export function buildEnvironment(
  target: BuildTarget,
  root: string,
  more: { environment: Environment; scratch: string },
): Record<string, string> {
  const folders = foldersUp(target.folder).map((folder) => path.join(root, folder, 'node_modules', '.bin'));
  return {
    ...withPathFirst(more.environment, folders),
    npm_config_update_notifier: 'false',
    // A check writes nothing beside the sources.
    ...(target.kind === 'python compileall' ? { PYTHONPYCACHEPREFIX: more.scratch } : {}),
    ...target.environment,
  };
}

/** The target's command; where its package manager is not installed, npm or Node itself runs the same script. */
export function runnableCommand(target: BuildTarget, environment: Environment, scratch: string): string {
  const [, manager, script] = /^(npm|pnpm|yarn|bun) run (\S+)$/.exec(target.command) ?? [];
  if (manager === undefined || script === undefined || findExecutable(manager, environment) !== null)
    return target.command.replaceAll(scratchFolder, `"${scratch}"`);
  return findExecutable('npm', environment) === null ? `node --run ${script}` : `npm run ${script}`;
}

interface Project {
  readonly model: TargetModel;
  readonly tree: FileTree;
}

/** What to do before the target can be built, as a sentence; null when nothing is known to be missing. */
export function missingDependencies(target: BuildTarget, root: string, { model, tree }: Project): string | null {
  const own = model.packages.byFolder.get(target.folder);
  if (own === undefined || target.kind === 'configured') return null;
  const { dependencies, devDependencies } = own.manifest;
  const outside = [...dependencies, ...devDependencies].filter((name) => !model.packages.byName.has(name));
  if (outside.length === 0 || isInstalled(target.folder, root)) return null;
  return `its dependencies are not installed: run \`${howToInstall(own.workspaceRoot, own.manager, tree)}\``;
}

/** How to install what the target's package depends on; null where it belongs to none. */
export function installOf(target: BuildTarget, { model, tree }: Project): string | null {
  const own = model.packages.byFolder.get(target.folder);
  return own === undefined ? null : howToInstall(own.workspaceRoot, own.manager, tree);
}

function howToInstall(folder: string, manager: PackageManager, tree: FileTree): string {
  const command = installCommand(manager, lockFileOf(folder, tree) !== null);
  return folder === '' ? command : `cd ${folder} && ${command}`;
}

function isInstalled(folder: string, root: string): boolean {
  const signs = ['node_modules', '.pnp.cjs', '.pnp.js'];
  return foldersUp(folder).some((each) => signs.some((sign) => existsSync(path.join(root, each, sign))));
}
