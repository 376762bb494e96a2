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
}

/** Entries of a difference and sentences about it. */
export interface Difference {
  readonly entries: readonly DiffEntry[];
  readonly notes: readonly string[];
}

/** Above this the lines of a difference are not worth their memory. */
export const maximumDiffBytes = 64 * 1024 * 1024;

/** Options of every diff; they override what the user's configuration could change in the output. */
export const diffOptions = [
  '--raw',
  '-z',
  '--abbrev=40',
  '-M',
  '-l1000',
  '-U0',
  '--inter-hunk-context=0',
  '--irreversible-delete',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--submodule=short',
  '--ignore-submodules=dirty',
] as const;

/** Runs a diff with the patches, or without when there is too much of them. */
export async function runDiff(git: Git, args: readonly string[], indexFile?: string): Promise<Result<Difference>> {
  const index = indexFile === undefined ? {} : { indexFile };
  const [command = '', ...rest] = args;
  const full = await git.run([command, '-p', ...rest], { maximumBytes: maximumDiffBytes, ...index });
  if (full.exitCode === 0 && !full.isCut) return success({ entries: parseDiff(full.stdout), notes: [] });
  if (!full.isCut) return unreadable(full);
  const short = await git.run(args, index);
  if (short.exitCode !== 0) return unreadable(short);
  return success({
    entries: parseDiff(short.stdout),
    notes: ['the difference is over 64 MB, so the changed lines are not worked out'],
  });
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
