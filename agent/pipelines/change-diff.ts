// The change that somebody is asked to approve, as text.
import type { Processes } from '../platform/processes.ts';
import type { ChangeSet } from '../protocol/change-set.ts';

export interface DiffOptions {
  readonly processes: Processes;
  readonly root: string;
  readonly hasGit: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** More than this nobody reads before an answer. */
const mostCharacters = 200_000;

/** The changed files, and with git what differs in them. */
export async function changeDiff(changes: ChangeSet, options: DiffOptions): Promise<string> {
  const list = changes.files.map(({ path, kind }) => `${kind.padEnd(8)} ${path}`).join('\n');
  const patch = options.hasGit ? await gitDiff(changes.base, options) : '';
  return [list, patch].filter((part) => part !== '').join('\n\n');
}

async function gitDiff(base: string, { processes, root, environment, signal }: DiffOptions): Promise<string> {
  let text = '';
  const { exited } = processes.start({
    command: 'git',
    args: [
      '--no-optional-locks',
      '-c',
      'core.quotepath=off',
      'diff',
      '--no-color',
      '--no-ext-diff',
      '--no-textconv',
      base,
      '--',
    ],
    cwd: root,
    environment,
    signal,
    onStdout: (piece) => {
      if (text.length <= mostCharacters) text += piece;
    },
  });
  const { exitCode } = await exited;
  if (exitCode !== 0) return '';
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}\n… the diff goes on`;
}
