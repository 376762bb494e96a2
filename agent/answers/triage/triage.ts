// What fails now and why, as far as records tell.
import type { Clock } from '../../platform/clock.ts';
import type { RepoPath, TestId } from '../../protocol/ids.ts';
import type { FailureCluster, FailureKind } from '../../protocol/triage.ts';
import { listFlakyTests } from '../../store/flakiness.ts';
import { getPlan } from '../../store/plans.ts';
import type { Reader } from '../../store/store.ts';
import { failingResults, testHistory } from '../../store/tests.ts';
import type { History } from '../../graph/graph.ts';
import type { Tests } from '../../tests/tests.ts';
import { ownersOf, readCodeOwners } from '../owners.ts';
import { clusterFailures, firstLine, isOfEnvironment } from './failure-clusters.ts';
import { reproductionOf } from './reproduction.ts';

export interface TriageOptions {
  readonly store: Reader;
  readonly tests: Tests;
  readonly clock: Clock;
  readonly read: (file: RepoPath) => string | null;
  readonly history: Pick<History, 'about'>;
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
  const clusters = clusterFailures(failures).flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { result, executionId } = first;
    return {
      kind: kindOf(members, flaky, store),
      message: firstLine(result.message ?? ''),
      at: result.failureAt ?? null,
      tests: members.map((each) => each.result.id),
      failingSince: Math.min(...members.map((each) => each.failingSince)),
      executionId,
      suspects: suspectsOf(first, store),
      owners: [...ownersOf([...new Set(members.map((each) => each.result.file))], questions).owners],
      reproduce: reproductionOf(result, projects.get(result.file) ?? { project: '' }),
    } satisfies FailureCluster;
  });
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
