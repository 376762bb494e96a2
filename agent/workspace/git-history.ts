// The commits and tags of the main branch, as far back as is asked.
import type { Git } from './git.ts';

export interface Commit {
  readonly hash: string;
  readonly parents: readonly string[];
  /** When it was made on this branch, and when it was first written. */
  readonly committedAt: number;
  readonly authoredAt: number;
  readonly author: string;
  readonly subject: string;
  /** Commits that it says it takes back. */
  readonly reverts: readonly string[];
}

export interface Tag {
  readonly name: string;
  readonly commit: string;
  readonly at: number;
}

export interface History {
  /** The branch that was looked at: the remote's default one, else `main` or `master`, else what is checked out. */
  readonly branch: string | null;
  /** The latest first, merged ones included. */
  readonly commits: readonly Commit[];
  readonly tags: readonly Tag[];
}

export const noHistory: History = { branch: null, commits: [], tags: [] };

const mostCommits = 20_000;
const mostBytes = 32 * 1024 * 1024;

/** Everything since a time. Empty where there is nothing, or git does not answer. */
export async function gitHistory(git: Git, since: number): Promise<History> {
  const branch = await mainBranch(git);
  if (branch === null) return noHistory;
  const seconds = Math.floor(since / 1000);
  const [log, refs] = await Promise.all([
    git.run(
      [
        'log',
        `--max-count=${mostCommits}`,
        `--since=${seconds}`,
        '--no-notes',
        '--no-show-signature',
        `--format=${format}`,
        branch,
        '--',
      ],
      { maximumBytes: mostBytes },
    ),
    git.run(
      ['for-each-ref', '--format=%(refname:short)%1f%(objectname)%1f%(*objectname)%1f%(creatordate:unix)', 'refs/tags'],
      { maximumBytes: mostBytes },
    ),
  ]);
  const commits = log.exitCode === 0 && !log.isCut ? log.stdout.split('\u001e').flatMap(commitIn) : [];
  const tags = refs.exitCode === 0 && !refs.isCut ? refs.stdout.split('\n').flatMap(tagIn) : [];
  return { branch, commits, tags: tags.filter(({ at }) => at >= since) };
}

const format = '%H%x1f%P%x1f%ct%x1f%at%x1f%an%x1f%s%x1f%b%x1e';

async function mainBranch(git: Git): Promise<string | null> {
  const remote = await git.run(['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']);
  const candidates = [remote.exitCode === 0 ? remote.stdout.trim() : '', 'main', 'master', 'HEAD'].filter(
    (name) => name !== '',
  );
  for (const name of candidates) {
    const { exitCode } = await git.run(['rev-parse', '--quiet', '--verify', `${name}^{commit}`]);
    if (exitCode === 0) return name;
  }
  return null;
}

function commitIn(entry: string): Commit[] {
  const [hash = '', parents = '', committed = '', authored = '', author = '', subject = '', body = ''] = entry
    .trimStart()
    .split('\u001f');
  const [committedAt, authoredAt] = [Number(committed) * 1000, Number(authored) * 1000];
  if (!/^[0-9a-f]{40,64}$/.test(hash) || !Number.isFinite(committedAt) || !Number.isFinite(authoredAt)) return [];
  const reverts = [...body.matchAll(/This reverts commit ([0-9a-f]{7,64})/g)].map(([, reverted = '']) => reverted);
  return [
    {
      hash,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      committedAt,
      authoredAt,
      author,
      subject,
      reverts,
    },
  ];
}

function tagIn(line: string): Tag[] {
  const [name = '', object = '', target = '', seconds = ''] = line.split('\u001f');
  const at = Number(seconds) * 1000;
  return name === '' || seconds === '' || !Number.isFinite(at)
    ? []
    : [{ name, commit: target === '' ? object : target, at }];
}
