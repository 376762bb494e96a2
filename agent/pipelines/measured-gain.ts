// What ordering and leaving out have saved an execution: its steps once more in the plain order, by the durations measured.
import type { Execution } from '../protocol/execution.ts';
import type { ExecutionMetrics, PipelinePlan, PlannedStep } from '../protocol/pipeline.ts';
import { expectedDuration, prioritize, type ScheduledStep } from './schedule.ts';

/**
 * Null of what did not succeed, and where nothing is known of a step that was left out. Both orders are worked out with
 * the same durations and slots, so that what else the machine did counts in neither.
 */
export function measuredGain(execution: Execution, plan: PipelinePlan | null, slots: number): ExecutionMetrics['gain'] {
  if (execution.state !== 'succeeded' || plan === null) return null;
  const planned = new Map<string, PlannedStep>(plan.steps.map((step) => [step.id, step]));
  // The execution has its steps in the order of their declaration.
  const all = execution.steps.flatMap(({ id }) => planned.get(id) ?? []);
  const durations = new Map(execution.steps.map((step) => [step.id, durationOf(step, planned.get(step.id))]));
  const schedule = (steps: readonly PlannedStep[]) =>
    steps.flatMap(({ id, needs, failureProbability }): ScheduledStep[] => {
      const durationMs = durations.get(id) ?? null;
      return durationMs === null ? [] : [{ id, needs, durationMs, failureProbability }];
    });
  const counted = all.filter(({ decision }) => decision !== 'reused');
  if (schedule(counted).length < counted.length) return null;
  const ran = counted.filter(({ decision }) => decision !== 'pruned');
  const chosen = plan.isOptimized === false ? null : prioritize(expectedSteps(ran));
  const plainMs = expectedDuration(schedule(counted), slots, () => 0);
  const unorderedMs = expectedDuration(schedule(ran), slots, () => 0);
  const orderedMs = expectedDuration(schedule(ran), slots, (id) => chosen?.of.get(id) ?? 0);
  return { plainMs, orderingMs: unorderedMs - orderedMs, leavingOutMs: plainMs - unorderedMs };
}

/** As measured; of what was left out, as expected. Null when that is not known. */
function durationOf(step: Execution['steps'][number], planned: PlannedStep | undefined): number | null {
  if (step.kind === 'approval') return 0;
  if (planned?.decision === 'pruned') return planned.expectedMs;
  return step.startedAt === null || step.finishedAt === null ? 0 : step.finishedAt - step.startedAt;
}

/** By what was known before: that decided the order. */
function expectedSteps(steps: readonly PlannedStep[]): ScheduledStep[] {
  const known = steps.flatMap(({ expectedMs }) => (expectedMs === null ? [] : [expectedMs]));
  const typical = known.length === 0 ? 1000 : known.reduce((sum, each) => sum + each, 0) / known.length;
  return steps.map(({ id, needs, kind, expectedMs, failureProbability }) => ({
    id,
    needs,
    durationMs: kind === 'approval' ? 0 : (expectedMs ?? typical),
    failureProbability,
  }));
}
