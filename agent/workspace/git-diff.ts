// One difference between two states, as git tells it.
import { failure, success, type Result } from '../protocol/failure.ts';
import { parseDiff, type DiffEntry } from './diff-parser.ts';
import type { Git, GitOutput } from './git.ts';
import type { Location } from './location.ts';

/** What the functions about changes work on. */
export interface GitSource {
  readonly git: Git;
  readonly root: string;
  readonly stateDirectory: string;
  readonly directories: NonNullable<Location['git']>;
  /** What the last commit that was looked at has changed: a commit never changes. */
  lastCommit?: { readonly commit: string; readonly entries: readonly DiffEntry[] };
}

/** Entries of a difference and sentences about it. */
export interface Difference {
  readonly entries: readonly DiffEntry[];
  readonly notes: readonly string[];
}

/** What is to be compared, by which command. */
export interface DiffQuestion {
  /** `diff` or `log`, with its own options. */
  readonly command: readonly string[];
  readonly revision: string;
  /** Works on this index in place of the repository's own. */
  readonly indexFile?: string;
  /** Only these files; all without. */
  readonly paths?: readonly string[];
}

/** Above this the lines of a difference are not worth their memory. */
const maximumDiffBytes = 64 * 1024 * 1024;

/** They override what the user's configuration could change in the output. */
const diffOptions = [
  '--raw',
  '-z',
  '--abbrev=40',
  '-l1000',
  '--irreversible-delete',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--submodule=short',
  '--ignore-submodules=dirty',
] as const;

const patchOptions = ['-p', '-U0', '--inter-hunk-context=0', '--src-prefix=a/', '--dst-prefix=b/'] as const;

/**
 * What git prints for a difference: with the changed lines, or without when there is too much of them or when git
 * lacks old versions, as in a partial clone; then a note says so.
 */
export async function askForDiff(
  git: Git,
  question: DiffQuestion,
): Promise<Result<{ stdout: string; note: string | null }>> {
  const { command, revision, indexFile, paths = [] } = question;
  const chosen = paths.map((path) => `:(top,literal)${path}`);
  const call = indexFile === undefined ? {} : { indexFile };
  const run = async (options: readonly string[], maximumBytes = Number.POSITIVE_INFINITY) =>
    await git.run([...command, ...diffOptions, ...options, revision, '--', ...chosen], { ...call, maximumBytes });
  const full = await run(['-M', ...patchOptions], maximumDiffBytes);
  if (full.exitCode === 0 && !full.isCut) return success({ stdout: full.stdout, note: null });
  // Only renames of unchanged files can be told without the content of the old ones.
  const short = await run([full.isCut ? '-M' : '-M100%']);
  if (short.exitCode !== 0) return unreadable(full);
  const why = full.isCut ? 'the difference is over 64 MB' : 'git lacks old versions of files (a partial clone)';
  return success({ stdout: short.stdout, note: `${why}, so the changed lines are not worked out` });
}

/** The work tree, with what `indexFile` holds, against a commit. */
export async function diffWorkTree(
  git: Git,
  revision: string,
  among: Pick<DiffQuestion, 'indexFile' | 'paths'> = {},
): Promise<Result<Difference>> {
  const asked = await askForDiff(git, { command: ['diff'], revision, ...among });
  if (!asked.ok) return asked;
  const { stdout, note } = asked.value;
  return success({ entries: parseDiff(stdout, note === null), notes: note === null ? [] : [note] });
}

/** The failure for a git that ended with an error. */
export function unreadable({ stderr }: GitOutput): Result<never> {
  const said = stderr.trim().split('\n', 1)[0] ?? '';
  return failure(
    'not_a_repository',
    `git cannot read the repository: ${said === '' ? 'it ended without a word' : said}`,
    {
      hint: 'Run `git status` in the repository and mend what it says.',
    },
  );
}
