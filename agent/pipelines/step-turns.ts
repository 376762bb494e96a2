// When the turn of a pipeline's step comes: what has to succeed before it, and what only has to be over.
import type { StepContext } from '../engine/engine.ts';
import type { Step } from '../protocol/execution.ts';
import type { StepId } from '../protocol/ids.ts';
import { asksForOutcome } from '../workspace/condition.ts';
import type { ExpandedStep } from './expansion.ts';
import { stepsBefore, type FactsInput } from './step-facts.ts';

/**
 * What the steps of a job come after beside their needs: jobs share the work tree, where each would have one of its own on
 * GitHub, so one is over before the next begins, each combination of a matrix by itself.
 */
export function turnsOf(steps: readonly ExpandedStep[]): ReadonlyMap<StepId, readonly StepId[]> {
  const jobs = new Map<string, StepId[]>();
  for (const { id, job, combination } of steps) {
    if (job === null) continue;
    const key = JSON.stringify([job, combination]);
    const known = jobs.get(key);
    if (known === undefined) jobs.set(key, [id]);
    else known.push(id);
  }
  const inTurn = [...jobs.values()];
  return new Map(inTurn.flatMap((ids, index) => ids.map((id) => [id, inTurn[index - 1] ?? []] as const)));
}

/** Of a step in a job that does not ask for failures: whichever came before it, although what came between succeeded. */
export function failedBefore(
  step: ExpandedStep,
  context: Pick<StepContext, 'steps'>,
  input: Pick<FactsInput, 'regular' | 'byId'>,
): Step | undefined {
  if (step.job === null) return undefined;
  const before = stepsBefore(step, input);
  const { needs } = orderOf({ ...step, needs: [...before] }, input);
  return context.steps().find(({ id, state }) => (state === 'failed' || state === 'timed_out') && needs.includes(id));
}

/** A condition of a step in a job decides about what failed in that job, the condition of the job about what failed before it. */
export function orderOf(
  step: ExpandedStep,
  { byId }: Pick<FactsInput, 'byId'>,
): { readonly needs: StepId[]; readonly after: StepId[] } {
  const isOfJob = (id: StepId) => step.job !== null && byId.get(id)?.job === step.job;
  const asksOfJob = step.conditions.some(({ condition, isOfJob: isOwn }) => isOwn && asksForOutcome(condition));
  const isAsked = (id: StepId) => (isOfJob(id) ? asksOfJob : step.asksForOutcome);
  return { needs: step.needs.filter((id) => !isAsked(id)), after: step.needs.filter(isAsked) };
}
