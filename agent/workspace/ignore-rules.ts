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
  '.git', '.hg', '.svn', '.jj', 'node_modules', 'bower_components', '__pycache__', '.venv', 'venv', '.tox', '.nox', '.eggs',
  '.mypy_cache', '.pytest_cache', '.ruff_cache', '.cache', '.DS_Store',
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
      const asked = candidates.filter(({ path }) => !isGitEntry(path));
      if (asked.length === 0) return new Set(own);
      const input = asked.map(({ path, isFolder }) => `${path}${isFolder ? '/' : ''}\0`).join('');
      const { stdout } = await git.run(['check-ignore', '-z', '--stdin'], { input });
      const ignored = stdout.split('\0').filter((path) => path !== '');
      return new Set([...own, ...ignored.map((path) => path.replace(/\/$/, ''))]);
    },
    reset() {},
  };
}

/** Git answers for no path with such a name. */
function isGitEntry(path: string): boolean {
  return path === '.git' || path.endsWith('/.git');
}
