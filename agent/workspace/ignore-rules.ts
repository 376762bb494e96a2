// Which paths git would ignore.
import type { Git } from './git.ts';

export interface Candidate {
  readonly path: string;
  readonly isFolder: boolean;
}

export interface IgnoreRules {
  /** The ignored ones among paths whose parents are not ignored. */
  ignoredAmong(candidates: readonly Candidate[]): Promise<ReadonlySet<string>>;
  /** Forgets what was read: a file with rules changed. */
  reset(): void;
}

/** What no version control wants, and no search should look into, in a folder where nobody wrote it down. */
const neverLookedAt = new Set([
  '.git',
  '.hg',
  '.svn',
  '.jj',
  'node_modules',
  'bower_components',
  '__pycache__',
  '.venv',
  'venv',
  '.tox',
  '.nox',
  '.eggs',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.cache',
  '.DS_Store',
]);

/** True for files whose content decides what is ignored. */
export function isIgnoreFile(path: string): boolean {
  return path === '.gitignore' || path.endsWith('/.gitignore');
}

/** True for names that are ignored without any rule where git does not rule. */
export function isNeverLookedAt(name: string): boolean {
  return neverLookedAt.has(name);
}

/** Git's own judgement: all its files of rules, and that what is tracked is never ignored. */
export function createGitIgnoreRules(git: Git): IgnoreRules {
  return {
    async ignoredAmong(candidates) {
      const own = candidates.map(({ path }) => path).filter(isGitEntry);
      const ignored = await askGit(
        git,
        candidates.filter(({ path }) => !isGitEntry(path)),
      );
      return new Set([...own, ...ignored]);
    },
    reset() {},
  };
}

/**
 * One path that git refuses to judge fails all: one behind a symbolic link or in a submodule. It is found by halving,
 * and counts as ignored, as what lies there is not the repository's.
 */
async function askGit(git: Git, candidates: readonly Candidate[]): Promise<string[]> {
  if (candidates.length === 0) return [];
  // A path that begins with a dot cannot be taken for a pattern with magic, which begins with a colon.
  const input = candidates.map(({ path, isFolder }) => `./${path}${isFolder ? '/' : ''}\0`).join('');
  const { exitCode, stdout, stderr } = await git.run(['check-ignore', '-z', '--stdin'], { input });
  // 1 means that none is ignored.
  if (exitCode === 0 || exitCode === 1)
    return stdout
      .split('\0')
      .filter((path) => path !== '')
      .map((path) => path.slice(2).replace(/\/$/, ''));
  if (exitCode < 0) throw new Error(`git did not tell what is ignored: ${stderr}`);
  if (candidates.length === 1) return candidates.map(({ path }) => path);
  const middle = Math.ceil(candidates.length / 2);
  return [...(await askGit(git, candidates.slice(0, middle))), ...(await askGit(git, candidates.slice(middle)))];
}

/** Git answers for no path with such a name. */
function isGitEntry(path: string): boolean {
  return path === '.git' || path.endsWith('/.git');
}
