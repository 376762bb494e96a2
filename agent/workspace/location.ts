// Where a repository begins and where its state lives, found by looking at files alone: no process is started.
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { failure, success, type Result } from '../protocol/failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Location {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  /** `<common git directory>/noodle`, below it `worktrees/<name>` for a linked worktree; without git a folder of the user's. */
  readonly stateDirectory: string;
  /** The git directory of this work tree and the one that all its work trees share; null without git. */
  readonly git: { readonly directory: string; readonly commonDirectory: string } | null;
}

/**
 * Finds the repository that `folder` lies in; a folder outside of any repository is a root by itself.
 * GIT_DIR and its like are not looked at: inside a hook they name the repository of the hook, not this one.
 */
export function locate(folder: string, environment: Environment): Result<Location> {
  const start = realFolder(folder);
  if (!start.ok) return start;
  for (const candidate of withParents(start.value)) {
    if (isGitDirectory(candidate)) return insideGitDirectory(folder, candidate);
    const git = gitEntryIn(candidate);
    if (git === null) continue;
    return git.ok ? success(gitLocation(candidate, git.value)) : git;
  }
  return success({ root: start.value, stateDirectory: userStateDirectory(start.value, environment), git: null });
}

function realFolder(folder: string): Result<string> {
  try {
    const real = realpathSync.native(folder);
    if (statSync(real).isDirectory()) return success(real);
    return failure('not_a_repository', `${folder} is a file, expected a folder`);
  } catch (error) {
    return failure('not_a_repository', `${folder} cannot be opened (${codeOf(error)}), expected a folder`);
  }
}

function* withParents(folder: string): Generator<string> {
  let current = folder;
  for (;;) {
    yield current;
    const parent = path.dirname(current);
    if (parent === current) return;
    current = parent;
  }
}

function insideGitDirectory(folder: string, directory: string): Result<never> {
  return failure(
    'not_a_repository',
    `${folder} belongs to the git directory ${directory}, which has no files to work on`,
    {
      hint: 'Open a folder with files: a clone, or a work tree made by `git worktree add`.',
    },
  );
}

/** The git directory that `<folder>/.git` is or names; null when there is none, so that the search goes on above. */
function gitEntryIn(folder: string): Result<string> | null {
  const entry = path.join(folder, '.git');
  if (isGitDirectory(entry)) return success(realpathSync.native(entry));
  const named = readText(entry)?.match(/^gitdir: (.*?)\r?\n?$/s)?.[1];
  if (named === undefined) return null;
  const directory = path.resolve(folder, named);
  if (isGitDirectory(directory)) return success(realpathSync.native(directory));
  return failure('not_a_repository', `${entry} names ${directory}, which is no git directory`, {
    hint: 'Repair it with `git worktree repair`, or clone the repository again.',
  });
}

function gitLocation(root: string, directory: string): Location {
  const named = readText(path.join(directory, 'commondir'))?.replace(/\r?\n$/, '');
  const commonDirectory = named === undefined ? directory : realpathSync.native(path.resolve(directory, named));
  const state = path.join(commonDirectory, 'noodle');
  const stateDirectory =
    directory === commonDirectory ? state : path.join(state, 'worktrees', path.basename(directory));
  return { root, stateDirectory, git: { directory, commonDirectory } };
}

/** As git itself tells: a HEAD, and refs and objects, here or in the common directory. */
function isGitDirectory(folder: string): boolean {
  if (!exists(path.join(folder, 'HEAD'))) return false;
  if (exists(path.join(folder, 'commondir'))) return true;
  return exists(path.join(folder, 'objects')) && exists(path.join(folder, 'refs'));
}

function userStateDirectory(root: string, environment: Environment): string {
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 16);
  return path.join(userStateFolder(environment), 'noodle', hash);
}

function userStateFolder(environment: Environment): string {
  if (process.platform === 'win32') return environment['LOCALAPPDATA'] ?? path.join(os.homedir(), 'AppData', 'Local');
  const home = environment['HOME'] ?? os.homedir();
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Application Support');
  const configured = environment['XDG_STATE_HOME'];
  // The specification says that a relative path there is invalid and to be ignored.
  return configured !== undefined && path.isAbsolute(configured) ? configured : path.join(home, '.local', 'state');
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
