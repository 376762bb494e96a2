// How an execution went in numbers, from its record and those of others of its name.
import type { Execution, Step } from '../protocol/execution.ts';
import { answerMs, workingMs } from '../protocol/execution-time.ts';
import type { ExecutionMetrics } from '../protocol/pipeline.ts';
import { executionHistory, getPipelineRun, stepHistory } from '../store/pipelines.ts';
import type { Reader } from '../store/store.ts';
import { estimates, median } from './estimates.ts';
import { measuredGain } from './measured-gain.ts';

/** The metrics of an execution of any kind, also while it runs. */
export function executionMetrics(
  execution: Execution,
  store: Reader,
  { now, slots }: { readonly now: number; readonly slots: number },
): ExecutionMetrics {
  const history = executionHistory(store, execution);
  const expected = estimates(stepHistory(store, execution.name));
  const finished = new Map(execution.steps.map(({ id, finishedAt }) => [id, finishedAt]));
  const planEnd = execution.steps.find(({ kind }) => kind === 'plan')?.finishedAt ?? execution.startedAt;
  const steps = execution.steps.map((step) => ({
    id: step.id,
    state: step.state,
    waitedMs: waitedMs(step.kind === 'approval' ? answered(step, now) : step, finished, planEnd),
    durationMs: step.kind === 'approval' && step.startedAt !== null ? 0 : durationOf(step, now),
    expectedMs: expected.get(step.id)?.expectedMs ?? null,
  }));
  const durations = history.flatMap(({ state, durationMs }) =>
    state === 'succeeded' && durationMs !== null ? [durationMs] : [],
  );
  return {
    executionId: execution.id,
    state: execution.state,
    queuedMs: execution.startedAt === null ? null : Math.max(0, execution.startedAt - execution.queuedAt),
    durationMs: workingMs(execution, now),
    answerMs: answerMs(execution, now),
    workMs: steps.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0),
    gain: measuredGain(execution, getPipelineRun(store, execution.id)?.plan ?? null, slots),
    steps,
    history: {
      executions: history.length,
      succeeded: history.filter(({ state }) => state === 'succeeded').length,
      failed: history.filter(({ state }) => state === 'failed' || state === 'timed_out').length,
      medianMs: durations.length === 0 ? null : median(durations),
    },
  };
}

function durationOf({ startedAt, finishedAt }: Pick<Step, 'startedAt' | 'finishedAt'>, now: number): number | null {
  return startedAt === null ? null : Math.max(0, (finishedAt ?? now) - startedAt);
}

/** As if an approval had begun with its answer. */
function answered(step: Step, now: number): Step {
  return step.startedAt === null ? step : { ...step, startedAt: step.finishedAt ?? now };
}

/** Since all that it needs had ended. */
function waitedMs(
  { startedAt, needs }: Step,
  finished: ReadonlyMap<string, number | null>,
  planEnd: number | null,
): number | null {
  if (startedAt === null || planEnd === null) return null;
  const ready = needs.reduce((latest, need) => Math.max(latest, finished.get(need) ?? latest), planEnd);
  return Math.max(0, startedAt - ready);
}
