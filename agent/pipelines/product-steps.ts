// Steps that the product itself knows: builds of targets and tests, each inside one step of a pipeline.
import type { StepContext, StepDefinition, StepOutcome } from '../engine/engine.ts';
import type { PipelineRequest } from '../protocol/pipeline.ts';
import type { PlanRequest } from '../protocol/plan.ts';
import { TargetId } from '../protocol/ids.ts';
import { counted } from '../protocol/quantities.ts';
import { savePlan } from '../store/plans.ts';
import type { PipelineParts } from './pipeline-parts.ts';

type Parts = Pick<PipelineParts, 'planner' | 'builds' | 'tests' | 'store' | 'clock' | 'events'>;

/** Builds what `wanted` names, one target after the other, up to the first that fails. */
export async function runBuilds(
  wanted: string,
  request: PipelineRequest,
  context: StepContext,
  parts: Parts,
): Promise<StepOutcome> {
  const isAll = wanted === 'all' || request.all === true;
  const target = wanted === 'all' || wanted === 'impacted' ? {} : { targets: [TargetId.parse(wanted)] };
  if ('targets' in target) {
    const { targets } = await parts.builds.targets();
    if (!targets.some(({ id }) => id === wanted))
      return { state: 'failed', reason: `there is no build target ${JSON.stringify(wanted)}` };
  }
  const planned = await parts.planner.plan({
    ...baseOf(request),
    ...(isAll && !('targets' in target) ? { all: true } : target),
    buildsOnly: true,
  });
  if (!planned.ok) return { state: 'failed', reason: planned.failure.message };
  const { builds } = planned.value.plan;
  if (builds.length === 0) return { state: 'skipped', reason: 'the change affects no build target' };
  return await runInOrder(parts.builds.steps(builds), context, { stopsAtFailure: true });
}

/** Runs the tests, one project after the other. */
export async function runTests(
  wanted: 'impacted' | 'all' | 'failed',
  request: PipelineRequest,
  context: StepContext,
  parts: Parts,
): Promise<StepOutcome> {
  const { planner, tests, store, clock, events } = parts;
  const asked = askedFor(wanted, request);
  const isAll = asked.all === true;
  const planned = await planner.plan(asked);
  if (!planned.ok) return { state: 'failed', reason: planned.failure.message };
  const { plan, impact } = planned.value;
  const reused = plan.reused?.length ?? 0;
  if (plan.tests.length + reused === 0 && !isAll) return { state: 'skipped', reason: 'no test can be affected' };
  context.progress({ plannedTests: plan.tests.length, changedFiles: plan.changes.length });
  await store.transact((tx) => savePlan(tx, context.executionId, plan, clock.now()));
  events.emit({ type: 'plan.made', executionId: context.executionId, plan });
  const steps = tests.steps({ planned: plan.tests, impact, request: asked, after: () => [] });
  if (steps.length === 0) return withoutSteps(reused);
  return await runInOrder(steps, context, { stopsAtFailure: false });
}

function askedFor(wanted: 'impacted' | 'all' | 'failed', request: PipelineRequest): PlanRequest {
  const isAll = wanted === 'all' || (wanted === 'impacted' && request.all === true);
  return { ...baseOf(request), ...(isAll ? { all: true } : wanted === 'failed' ? { failed: true } : {}) };
}

function withoutSteps(reused: number): StepOutcome {
  return reused === 0
    ? { state: 'skipped', reason: 'no tests were found' }
    : { state: 'succeeded', reason: `reused: ${counted(reused, 'test file')} unchanged since the last run` };
}

async function runInOrder(
  steps: readonly StepDefinition[],
  context: StepContext,
  { stopsAtFailure }: { readonly stopsAtFailure: boolean },
): Promise<StepOutcome> {
  const failed: string[] = [];
  let hasRun = false;
  for (const step of steps) {
    if (context.signal.aborted) break;
    context.say(step.name);
    // They run one after the other: nobody's turn comes between.
    const outcome = await step.run({ ...context, takeTurn: () => Promise.resolve(!context.signal.aborted) });
    if (outcome.state === 'failed')
      failed.push(outcome.reason === undefined ? step.name : `${step.name}: ${outcome.reason}`);
    hasRun ||= outcome.state !== 'skipped';
    if (failed.length > 0 && stopsAtFailure) break;
  }
  context.say(null);
  if (failed.length > 0) return { state: 'failed', reason: failed.slice(0, 3).join('; ') };
  return hasRun
    ? { state: 'succeeded' }
    : { state: 'succeeded', reason: `${counted(steps.length, 'target')} unchanged` };
}

function baseOf({ base }: PipelineRequest): Pick<PlanRequest, 'base'> {
  return base === undefined ? {} : { base };
}
