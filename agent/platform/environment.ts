// The environment of what we start: the user's own, without anything that npm, the editor or our bootstrap added.
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that a parent of ours set for itself: they would change what a child does. */
const inherited: ReadonlySet<string> = new Set([
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ATTACH_CONSOLE',
  'ELECTRON_NO_ASAR',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'NODE_TEST_CONTEXT',
  'APPLICATION_INSIGHTS_NO_DIAGNOSTIC_CHANNEL',
]);

/** What `git rev-parse --local-env-vars` lists and a hook leaves behind: git in a test must see its own repository. */
const ofGitHook: ReadonlySet<string> = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_REFLOG_ACTION',
]);

/** What `npm run` sets beside `npm_*`. */
const ofNpm: ReadonlySet<string> = new Set(['INIT_CWD', 'NODE', 'COLOR']);

/**
 * The user's environment out of the agent's: PATH and NODE_OPTIONS as they were before our bootstrap (which keeps them in
 * NOODLE_ORIGINAL_PATH and NOODLE_ORIGINAL_NODE_OPTIONS), without NOODLE_*, the editor's internals, what a git hook
 * exports, and what npm added when it started us. Outside of npm, the user's own npm_config_* stay.
 */
export function userEnvironment(env: Environment): Record<string, string> {
  const isUnderNpm = env['npm_lifecycle_event'] !== undefined || env['npm_execpath'] !== undefined;
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !isForeign(name, isUnderNpm)) kept[name] = value;
  }
  restore(kept, 'NODE_OPTIONS', env['NOODLE_ORIGINAL_NODE_OPTIONS']);
  const original = env['NOODLE_ORIGINAL_PATH'];
  const pathName = nameOfPath(kept);
  if (original !== undefined) kept[pathName] = original;
  else if (isUnderNpm && kept[pathName] !== undefined) kept[pathName] = withoutNpmFolders(kept[pathName]);
  return kept;
}

/**
 * Absolute path of an executable as a shell would find it, or null. Relative entries of PATH are passed over, so that
 * no file of the repository is taken for a tool.
 */
export function findExecutable(name: string, env: Environment): string | null {
  const endings = executableEndings(name, env);
  const firstMatch = (base: string) => endings.map((ending) => base + ending).find(isExecutable) ?? null;
  if (path.isAbsolute(name)) return firstMatch(name);
  if (name === '' || name.includes('/') || name.includes(path.sep)) return null;
  for (const folder of (env[nameOfPath(env)] ?? '').split(path.delimiter)) {
    const found = path.isAbsolute(folder) ? firstMatch(path.join(folder, name)) : null;
    if (found !== null) return found;
  }
  return null;
}

/** The environment with `folders` before everything else in its PATH. */
export function withPathFirst(
  env: Readonly<Record<string, string>>,
  folders: readonly string[],
): Record<string, string> {
  const pathName = nameOfPath(env);
  const entries = [...folders, ...(env[pathName] === undefined ? [] : [env[pathName]])];
  return { ...env, [pathName]: entries.join(path.delimiter) };
}

function isForeign(name: string, isUnderNpm: boolean): boolean {
  if (name.startsWith('NOODLE_') || name.startsWith('VSCODE_')) return true;
  if (inherited.has(name) || ofGitHook.has(name)) return true;
  if (/^npm_config_/i.test(name)) return isUnderNpm && name.startsWith('npm_');
  return name.startsWith('npm_') || (isUnderNpm && ofNpm.has(name));
}

function restore(env: Record<string, string>, name: string, original: string | undefined): void {
  if (original === undefined) return;
  if (original === '') delete env[name];
  else env[name] = original;
}

/** npm puts the `.bin` folders of every level and its node-gyp before the user's PATH. */
function withoutNpmFolders(value: string): string {
  const entries = value.split(path.delimiter);
  const isNpmFolder = (entry: string) => /[\\/]node_modules[\\/]\.bin$|[\\/]node-gyp-bin$/.test(entry);
  const first = entries.findIndex((entry) => !isNpmFolder(entry));
  return entries.slice(first === -1 ? entries.length : first).join(path.delimiter);
}

/** `PATH`, but as the environment spells it: Windows calls it `Path`. */
function nameOfPath(env: Environment): string {
  if (process.platform !== 'win32') return 'PATH';
  return Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
}

function executableEndings(name: string, env: Environment): readonly string[] {
  if (process.platform !== 'win32') return [''];
  const endings = (env['PATHEXT'] ?? '.EXE;.CMD;.BAT;.COM').split(';').filter((ending) => ending !== '');
  return endings.some((ending) => name.toUpperCase().endsWith(ending.toUpperCase())) ? [''] : endings;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
