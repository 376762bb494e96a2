// Which commit broke a test, as far as recorded runs and the graph tell: between the last run in which it passed and the
// first in which it failed, the commit from whose files the graph leads to the test.
import type { RepoPath } from '../../protocol/ids.ts';
import type { PlanRevision } from '../../protocol/plan.ts';
import type { SuspectedCommit } from '../../protocol/triage.ts';
import { counted } from '../../protocol/quantities.ts';

export interface CommitInRange {
  readonly sha: string;
  readonly subject: string;
  readonly author: string;
  readonly files: readonly RepoPath[];
}

export interface CommitSearch {
  /** What was checked out when the test passed for the last time before it failed, and when it failed first. */
  readonly passed: PlanRevision;
  readonly failed: PlanRevision;
  /** Changes that were not committed lead to the test. */
  readonly isChangeSuspected: boolean;
  /** The commits that the second has and the first has not, the newest first. */
  readonly commitsBetween: (from: string, to: string) => Promise<readonly CommitInRange[]>;
  /** Whether the graph leads from one of these files to the test. */
  readonly reaches: (files: readonly RepoPath[]) => Promise<boolean>;
}

/** More are a matter of trying them: `noodle bisect`. */
const mostCommits = 20;

/** Null where the records do not say, and where it was no commit. */
export async function suspectedCommit(search: CommitSearch): Promise<SuspectedCommit | null> {
  const { passed, failed, isChangeSuspected } = search;
  if (passed.head === failed.head || (!failed.isClean && isChangeSuspected)) return null;
  const commits = await search.commitsBetween(passed.head, failed.head);
  const leading: CommitInRange[] = [];
  for (const commit of commits.slice(0, mostCommits)) if (await search.reaches(commit.files)) leading.push(commit);
  const [suspect] = leading.length > 0 ? leading : commits.length === 1 ? commits : [];
  if (suspect === undefined) return null;
  const { sha, subject, author } = suspect;
  return { sha, subject, author, among: commits.length, because: reasonFor(commits.length, leading.length) };
}

function reasonFor(among: number, leading: number): string {
  if (among === 1) return 'the only commit since it passed';
  const since = `of ${counted(among, 'commit')} since it passed`;
  if (leading === 1) return `${since}, the only one from which the graph leads to it`;
  return `${since}, the newest of ${leading} from which the graph leads to it`;
}

/** Reads what `git log --format=%x01%H%x00%s%x00%an --name-only` prints. */
export function parseCommits(output: string): { sha: string; subject: string; author: string; files: string[] }[] {
  return output.split('\u0001').flatMap((part) => {
    const [head = '', ...files] = part.split('\n');
    const [sha = '', subject = '', author = ''] = head.split('\0');
    return sha === '' ? [] : [{ sha, subject, author, files: files.filter((file) => file !== '') }];
  });
}
