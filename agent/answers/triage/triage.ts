// What fails now and why, as far as records tell.
import type { Clock } from '../../platform/clock.ts';
import { RepoPath, type TestId } from '../../protocol/ids.ts';
import type { FailureCluster, FailureKind, SuspectedCommit } from '../../protocol/triage.ts';
import { listFlakyTests } from '../../store/flakiness.ts';
import { getPlan } from '../../store/plans.ts';
import type { Reader } from '../../store/store.ts';
import { failingResults, testHistory, turnToFailing } from '../../store/tests.ts';
import type { History } from '../../graph/graph.ts';
import type { Planner } from '../../pipelines/planner.ts';
import type { Tests } from '../../tests/tests.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { ownersOf, readCodeOwners } from '../owners.ts';
import { clusterFailures, firstLine, isOfEnvironment } from './failure-clusters.ts';
import { reproductionOf } from './reproduction.ts';
import { parseCommits, suspectedCommit } from './suspected-commit.ts';

export interface TriageOptions {
  readonly store: Reader;
  readonly tests: Tests;
  readonly clock: Clock;
  readonly read: (file: RepoPath) => string | null;
  readonly history: Pick<History, 'about'>;
  readonly workspace: Pick<Workspace, 'readGit'>;
  readonly planner: Pick<Planner, 'testsReachedBy'>;
}

const mostFailures = 500;
type Failure = ReturnType<typeof failingResults>[number];

/** The failures of now, gathered; new ones first, the largest group first among equals. */
export async function triage(options: TriageOptions): Promise<FailureCluster[]> {
  const { store, tests, clock } = options;
  const failures = failingResults(store, mostFailures).toSorted((one, other) => one.result.atMs - other.result.atMs);
  const flaky = new Set(
    listFlakyTests(store, clock.now())
      .filter((each) => each.trials > 0)
      .map((each) => each.test),
  );
  const { files } = await tests.discover([]);
  const projects = new Map(files.map((file) => [file.file, file]));
  const questions = {
    declared: readCodeOwners(options.read),
    about: (files: readonly RepoPath[]) => options.history.about(files),
  };
  const found = clusterFailures(failures).map(async (members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { result, executionId } = first;
    const commit = await commitOf(first, files, options);
    const cluster: FailureCluster = {
      kind: kindOf(members, flaky, store),
      message: firstLine(result.message ?? ''),
      at: result.failureAt ?? null,
      tests: members.map((each) => each.result.id),
      failingSince: Math.min(...members.map((each) => each.failingSince)),
      executionId,
      suspects: suspectsOf(first, store),
      ...(commit === null ? {} : { suspectedCommit: commit }),
      owners: [...ownersOf([...new Set(members.map((each) => each.result.file))], questions).owners],
      reproduce: reproductionOf(result, projects.get(result.file) ?? { project: '' }),
    };
    return [cluster];
  });
  const clusters = (await Promise.all(found)).flat();
  return clusters.toSorted(
    (one, other) => order.indexOf(one.kind) - order.indexOf(other.kind) || other.tests.length - one.tests.length,
  );
}

const order: readonly FailureKind[] = ['new', 'environment', 'known', 'flaky'];

function kindOf(members: readonly Failure[], flaky: ReadonlySet<TestId>, store: Reader): FailureKind {
  if (members.every(({ result }) => flaky.has(result.id))) return 'flaky';
  if (members.every(({ result }) => isOfEnvironment(result))) return 'environment';
  return members.some(({ result }) => failedBefore(result.id, store)) ? 'known' : 'new';
}

/** Its result before the last one was a failure too. */
function failedBefore(test: TestId, store: Reader): boolean {
  const before = testHistory(store, test, 2)[1]?.status;
  return before === 'failed' || before === 'errored' || before === 'timed_out';
}

const mostSuspects = 3;

/** The change from which the graph led to the test, and what changed besides in the files that it is about. */
function suspectsOf({ result, executionId }: Failure, store: Reader): RepoPath[] {
  const plan = getPlan(store, executionId);
  if (plan === null) return [];
  const changed = plan.changes.map((change) => change.path);
  const planned = plan.tests.find((test) => test.file === result.file);
  const nearest = changed.filter((path) => path === result.failureAt?.file || planned?.why.includes(path) === true);
  return nearest.slice(0, mostSuspects);
}

/** The commit that broke it, where the runs before it are on record. */
async function commitOf(
  { result }: Failure,
  files: readonly { readonly id: TestId; readonly file: RepoPath }[],
  { store, workspace, planner }: TriageOptions,
): Promise<SuspectedCommit | null> {
  const turn = turnToFailing(store, result.id);
  if (turn === null) return null;
  const failed = getPlan(store, turn.failed);
  const passed = getPlan(store, turn.passed)?.revision;
  if (failed?.revision === undefined || passed === undefined) return null;
  const own = new Set(files.filter(({ file }) => file === result.file).map(({ id }) => id));
  const planned = failed.tests.find((test) => test.file === result.file);
  return suspectedCommit({
    passed,
    failed: failed.revision,
    isChangeSuspected: failed.changes.some(({ path }) => planned?.why.includes(path) === true),
    commitsBetween: async (from, to) => {
      const format = '--format=%x01%H%x00%s%x00%an';
      const output = await workspace.readGit(['log', '--name-only', '--max-count=200', format, `${from}..${to}`]);
      return parseCommits(output ?? '').map((commit) => ({ ...commit, files: pathsIn(commit.files) }));
    },
    reaches: async (paths) => (await planner.testsReachedBy(paths)).some((id) => own.has(id)),
  });
}

/** Git quotes names that it thinks unusual; such a file is left out. */
function pathsIn(names: readonly string[]): RepoPath[] {
  return names.flatMap((name) => RepoPath.safeParse(name).data ?? []);
}
