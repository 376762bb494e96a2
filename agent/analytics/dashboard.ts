// Everything that the dashboard shows at first, read from the store.
import type { AgentCost, DashboardSnapshot, FailingTest } from '../protocol/analytics.ts';
import type { Execution } from '../protocol/execution.ts';
import { workingMs } from '../protocol/execution-time.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import { listAlerts } from '../store/alerts.ts';
import { getPlan, savedTime } from '../store/plans.ts';
import type { Reader } from '../store/store.ts';
import { failingResults, slowestCases, testHistory } from '../store/tests.ts';

const dayMs = 86_400_000;
const shownFailing = 500;

export interface DashboardSources {
  readonly store: Reader;
  readonly repository: DashboardSnapshot['repository'];
  /** The latest first; those that still run included. */
  readonly executions: readonly Execution[];
  readonly cost: AgentCost;
  readonly now: number;
}

/** The figures as they are recorded now. */
export function dashboardSnapshot({ store, repository, executions, cost, now }: DashboardSources): DashboardSnapshot {
  const running = executions.find((execution) => execution.state === 'running');
  const ended = executions.filter((execution) => execution.startedAt !== null && execution.finishedAt !== null);
  return {
    repository,
    current: running ?? executions[0] ?? null,
    recent: executions.slice(0, 20),
    failing: failingTests(store),
    alerts: listAlerts(store, 20),
    durations: ended.slice(0, 50).toReversed().map(durationOf),
    saved: savedTime(store, now - 7 * dayMs),
    slowest: slowestCases(store, 10),
    cost,
  };
}

function failingTests(store: Reader): FailingTest[] {
  const plans = new Map<ExecutionId, ReadonlyMap<string, readonly string[]>>();
  /** From the plan of the run in which it failed: later plans may have left it out. */
  const why = (executionId: ExecutionId, file: string): readonly string[] => {
    const known =
      plans.get(executionId) ?? new Map(getPlan(store, executionId)?.tests.map((test) => [test.file, test.why]));
    plans.set(executionId, known);
    return known.get(file) ?? [];
  };
  return failingResults(store, shownFailing).map(({ result, executionId, failingSince }) => ({
    id: result.id,
    name: [result.file, ...result.titlePath].join(' › '),
    status: result.status,
    message: result.message ?? null,
    expected: result.expected ?? null,
    actual: result.actual ?? null,
    failureAt: result.failureAt ?? null,
    failingSince,
    executionId,
    why: [...why(executionId, result.file)],
    history: testHistory(store, result.id, 10),
  }));
}

function durationOf(execution: Execution): DashboardSnapshot['durations'][number] {
  const startedAt = execution.startedAt ?? execution.queuedAt;
  return {
    executionId: execution.id,
    at: execution.finishedAt ?? startedAt,
    durationMs: workingMs(execution, execution.finishedAt ?? startedAt) ?? 0,
    firstFailureAtMs: execution.firstFailureAtMs,
    state: execution.state,
  };
}
