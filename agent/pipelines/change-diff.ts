// The change that somebody is asked to approve, as text.
import { maskedText } from '../engine/engine.ts';
import type { Processes } from '../platform/processes.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import { RepoPath } from '../protocol/ids.ts';

export interface DiffOptions {
  readonly processes: Processes;
  readonly root: string;
  readonly hasGit: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The text of a file; null when it is gone or no text. */
  readonly read: (file: RepoPath) => string | null;
  /** What a step may have written into a file and nobody is to read. */
  readonly secrets: readonly string[];
}

/** More than this nobody reads before an answer. */
const mostCharacters = 200_000;

/**
 * The changed files, and with git what differs in them; files that git does not know yet with their whole text. Secrets
 * are masked as in logs.
 */
export async function changeDiff(changes: ChangeSet, options: DiffOptions): Promise<string> {
  const list = changes.files.map(({ path, kind }) => `${kind.padEnd(8)} ${path}`).join('\n');
  const patch = options.hasGit ? await gitDiff(changes.base, options) : '';
  const added = changes.files.filter(({ kind }) => kind === 'added').map(({ path }) => path);
  const untracked = options.hasGit && added.length > 0 ? await untrackedFiles(options) : null;
  let text = patch;
  for (const file of added) {
    if (text.length > mostCharacters) break;
    if (untracked === null || untracked.has(file)) text += newFile(file, options.read(file));
  }
  const isCut = text.length > mostCharacters;
  const shown = maskedText(text, options.secrets, isCut);
  const whole = isCut ? `${shown.slice(0, mostCharacters)}\n… the diff goes on` : shown.trimEnd();
  return [maskedText(list, options.secrets), whole].filter((part) => part !== '').join('\n\n');
}

/** As git would print it, were it added. */
function newFile(file: RepoPath, text: string | null): string {
  const head = `diff --git a/${file} b/${file}\nnew file\n`;
  if (text === null || text.includes('\0')) return `${head}Binary files /dev/null and b/${file} differ\n`;
  if (text === '') return head;
  const hasEnd = text.endsWith('\n');
  const lines = (hasEnd ? text.slice(0, -1) : text).split('\n');
  const body = lines.map((line) => `+${line}\n`).join('');
  return `${head}--- /dev/null\n+++ b/${file}\n@@ -0,0 +1,${lines.length} @@\n${body}${hasEnd ? '' : '\\ No newline at end of file\n'}`;
}

async function untrackedFiles(options: DiffOptions): Promise<Set<RepoPath>> {
  const text = await git(['ls-files', '--others', '--exclude-standard', '-z'], Number.POSITIVE_INFINITY, options);
  return new Set(text.split('\0').flatMap((file) => (file === '' ? [] : [RepoPath.parse(file)])));
}

async function gitDiff(base: string, options: DiffOptions): Promise<string> {
  const args = ['-c', 'core.quotepath=off', 'diff', '--no-color', '--no-ext-diff', '--no-textconv', base, '--'];
  return await git(args, mostCharacters, options);
}

/** What git prints, cut a little above so many characters; empty when it fails. */
async function git(args: readonly string[], most: number, options: DiffOptions): Promise<string> {
  const { processes, root, environment, signal } = options;
  let text = '';
  const { exited } = processes.start({
    command: 'git',
    args: ['--no-optional-locks', ...args],
    cwd: root,
    environment,
    signal,
    onStdout: (piece) => {
      if (text.length <= most) text += piece;
    },
  });
  const { exitCode } = await exited;
  return exitCode === 0 ? text : '';
}
