// What an execution of a pipeline does besides planning, and how far it is.
import type { Execution, Step } from './execution.ts';

/** The steps of a pipeline that does more than run tests and build; empty for every other execution. */
export function ownSteps({ steps }: Execution): readonly Step[] {
  const own = steps.filter(({ kind }) => kind !== 'plan' && kind !== 'service');
  return own.some(({ kind }) => kind === 'command' || kind === 'approval' || kind === 'wait') ? own : [];
}

/**
 * Whether an execution was made from the definition of a pipeline, so that it can be run again from any of its steps. The
 * ids of steps of other executions say what is built or tested: `tests:vitest`, which no declared step can be called.
 */
export function isRepeatable({ kind, steps }: Execution): boolean {
  const own = steps.filter((step) => step.kind !== 'plan' && step.kind !== 'service');
  return kind === 'pipeline' && own.length > 0 && !own.some(({ id }) => /^\w+:/.test(id));
}

/** How many of these steps have ended, however they did. */
export function endedSteps(steps: readonly Step[]): number {
  return steps.filter(({ state }) => state !== 'queued' && state !== 'running').length;
}
