// What is on record of a file or of a folder beside the tests that use it: who owns it, its commits, what changes with it,
// which builds read it, which tests failed when it changed, and what the graph could not know of it.
import type { Builds } from '../builds/builds.ts';
import type { FileHistory, Graph, History } from '../graph/graph.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { counted } from '../protocol/quantities.ts';
import { latestPlans } from '../store/plans.ts';
import type { Reader } from '../store/store.ts';
import { fileOutcomes } from '../store/tests.ts';
import { ownersOf, readCodeOwners } from './owners.ts';

export interface FileFactsInput {
  readonly graph: Pick<Graph, 'notesOn'>;
  readonly history: Pick<History, 'about'>;
  readonly builds: Pick<Builds, 'makers'>;
  readonly store: Reader;
  readonly read: (file: RepoPath) => string | null;
}

/** Runs that are looked at, the latest. */
const mostRuns = 50;
const mostShown = 5;
/** What changed together once may have done so by chance. */
const leastTogether = 2;

/** Sentences on `files`: one file, or all below a folder. */
export function fileFacts(input: FileFactsInput, files: readonly RepoPath[]): string[] {
  const about = input.history.about(files);
  return [
    ...ownerFacts(input, files),
    ...(about === null ? [] : commitFacts(about)),
    ...buildFacts(input, files),
    ...failureFacts(input.store, files),
    ...[...new Set(files.flatMap((file) => input.graph.notesOn(file)))]
      .slice(0, mostShown)
      .map((note) => `not known: ${note}`),
  ];
}

/** By CODEOWNERS, else by commits; nothing where neither tells. */
export function ownerFacts(
  { read, history }: Pick<FileFactsInput, 'read' | 'history'>,
  files: readonly RepoPath[],
): string[] {
  const { owners, by } = ownersOf(files, { declared: readCodeOwners(read), about: (asked) => history.about(asked) });
  if (owners.length === 0) return [];
  return [`owner: ${owners.join(', ')} (${by === 'CODEOWNERS' ? by : 'who made most of the latest commits'})`];
}

function commitFacts({ commits, last, authors, recent, together }: FileHistory): string[] {
  const people = authors.slice(0, 3).map(({ name, commits: made }) => `${name} ${made}`);
  const others = together.filter((each) => each.together >= leastTogether);
  return [
    `commits: ${commits}, the last ${last.hash.slice(0, 10)} by ${last.author} on ${new Date(last.at).toLocaleDateString()}`,
    `authors of the latest ${counted(recent, 'commit')}: ${people.join(', ')}`,
    ...others.map(
      ({ file, together: count, of, confidence }) =>
        `co-change: ${count} of ${counted(of, 'commit')} changed ${file} too (${Math.round(confidence * 100)} %)`,
    ),
  ];
}

function buildFacts({ builds }: FileFactsInput, files: readonly RepoPath[]): string[] {
  const readers = builds.makers().filter(({ reads }) => files.some((file) => reads(file)));
  if (readers.length === 0) return [];
  const names = readers.slice(0, mostShown).map(({ name }) => name);
  const more = readers.length > names.length ? ` and ${readers.length - names.length} more` : '';
  return [`builds: it is read by ${names.join(', ')}${more}`];
}

/** Which tests failed in the runs before which one of the files had changed. */
function failureFacts(store: Reader, files: readonly RepoPath[]): string[] {
  const own = new Set(files);
  const failed = new Map<string, { times: number; last: string }>();
  let runs = 0;
  for (const { executionId, plan } of latestPlans(store, mostRuns)) {
    if (!plan.changes.some(({ path, from }) => own.has(path) || (from !== undefined && own.has(from)))) continue;
    runs++;
    for (const [test, { hasFailed }] of fileOutcomes(store, executionId)) {
      if (!hasFailed) continue;
      const before = failed.get(test);
      failed.set(test, { times: (before?.times ?? 0) + 1, last: before?.last ?? executionId });
    }
  }
  const most = [...failed].toSorted(([, one], [, other]) => other.times - one.times).slice(0, mostShown);
  return most.map(
    ([test, { times, last }]) =>
      `failed with it: ${test} in ${times} of ${counted(runs, 'run')} in which it had changed, the latest ${last}`,
  );
}

type ReadGit = (args: readonly string[]) => Promise<string | null>;

/** Who wrote a line last, in a sentence; nothing where git does not know. Commits of before three years count as one. */
export async function lineFacts(readGit: ReadGit, file: string, line: number): Promise<string[]> {
  const place = `${line},${line}`;
  const answer = await readGit(['blame', '--porcelain', '--since=3.years', '-L', place, '--', file]);
  if (answer === null) return [];
  const hash = /^[0-9a-f]+/.exec(answer)?.[0] ?? '';
  const wordsOf = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(answer)?.[1] ?? '';
  if (/^0*$/.test(hash)) return ['line: changed since the last commit'];
  const on = new Date(Number(wordsOf('author-time')) * 1000).toLocaleDateString();
  return [`line: last changed by ${wordsOf('author')} on ${on} in ${hash.slice(0, 10)} (${wordsOf('summary')})`];
}
