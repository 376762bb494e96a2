// Runs a script of this repository on the Node that the devDependency `node` installed, whatever the machine has.
// Plain JavaScript for Node 20.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Whether this process can run TypeScript files as they are. */
export const isNode24 = Number.parseInt(process.versions.node, 10) >= 24;

/** Runs `script` (absolute) with `args` as if it had been called directly; in this process where it is new enough. */
export async function runOnNode24(root, script, args) {
  process.env.NOODLE_ORIGINAL_PATH ??= originalPath(process.env, root);
  if (isNode24) {
    process.argv = [process.execPath, script, ...args];
    await import(pathToFileURL(script).href);
    return;
  }
  const executable = path.join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  process.exitCode = await runChild(executable, [script, ...args]);
}

/**
 * PATH without what npm put in front of it for a script: `node_modules/.bin` of this package and of the folders
 * around it, and npm's own `node-gyp-bin`. What the user runs must find the user's programs.
 */
export function originalPath(environment, root) {
  const entries = (environment.PATH ?? environment.Path ?? '').split(path.delimiter);
  if (environment.npm_lifecycle_event === undefined) return entries.join(path.delimiter);
  const isOfNpm = (entry) =>
    path.basename(entry) === 'node-gyp-bin' ||
    (entry.endsWith(path.join('node_modules', '.bin')) && isAround(entry, root));
  const firstOfUser = entries.findIndex((entry) => !isOfNpm(entry));
  return entries.slice(firstOfUser === -1 ? entries.length : firstOfUser).join(path.delimiter);
}

/** Whether the folder that holds `node_modules/.bin` is `root` or one of the folders above it. */
function isAround(entry, root) {
  const relative = path.relative(path.resolve(entry, '../..'), root);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** Signals are passed on; Ctrl+C reaches the child from the terminal too, which takes the two for one. Resolves with the exit code. */
function runChild(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
