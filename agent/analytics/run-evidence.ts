// What only the records tell at the end of a run: queue time, flaky tests, and failures that the selection before it missed.
import type { ExecutionId, TestId } from '../protocol/ids.ts';
import { isAudited } from '../protocol/plan.ts';
import type { TestHistoryEntry, TestResult } from '../protocol/test.ts';
import { getExecution, listExecutions } from '../store/executions.ts';
import { getPlan } from '../store/plans.ts';
import type { Reader } from '../store/store.ts';
import { testHistory, testResultsOf } from '../store/tests.ts';

export interface RunEvidence {
  readonly queueMs: number | null;
  readonly flaky: number;
  /** Null where not everything was run, so that nothing can be said. */
  readonly regret: number | null;
}

const mostFailures = 200;
const lookedAt = 10;
const leastTurns = 3;

/** Read from the store; a run with thousands of failures is looked at in part. */
export function runEvidence(db: Reader, executionId: ExecutionId): RunEvidence {
  const execution = getExecution(db, executionId);
  const failed = testResultsOf(db, executionId)
    .filter(({ status }) => status === 'failed')
    .slice(0, mostFailures);
  const histories = new Map(failed.map(({ id }) => [id, testHistory(db, id, lookedAt)]));
  return {
    queueMs:
      execution === null || execution.startedAt === null ? null : Math.max(0, execution.startedAt - execution.queuedAt),
    flaky: failed.filter(({ id }) => isFlaky(histories.get(id) ?? [])).length,
    regret: regretOf(db, executionId, { failed, histories }),
  };
}

/** Results that went from passed to failed or back at least three times. Newest first. */
export function isFlaky(history: readonly TestHistoryEntry[]): boolean {
  const judged = history.filter(({ status }) => status === 'passed' || status === 'failed');
  const turns = judged.filter(({ status }, index) => index > 0 && status !== judged[index - 1]?.status).length;
  return turns >= leastTurns;
}

interface Failures {
  readonly failed: readonly TestResult[];
  readonly histories: ReadonlyMap<TestId, readonly TestHistoryEntry[]>;
}

function regretOf(db: Reader, executionId: ExecutionId, { failed, histories }: Failures): number | null {
  const plan = getPlan(db, executionId);
  if (plan === null || plan.skipped.count > 0) return null;
  const audited = new Set<string>(plan.tests.filter(isAudited).map(({ file }) => file));
  if (audited.size > 0)
    return failed.filter(({ id, file }) => audited.has(file) && histories.get(id)?.[1]?.status === 'passed').length;
  const before = listExecutions(db, lookedAt).find(({ id }) => id !== executionId);
  const leftOut = new Set<string>(before === undefined ? [] : getPlan(db, before.id)?.skipped.files);
  return failed.filter(({ id, file }) => leftOut.has(file) && histories.get(id)?.[1]?.status === 'passed').length;
}
