// What an execution of a pipeline does besides planning, and how far it is.
import type { Execution, Step } from './execution.ts';

/** The steps of a pipeline that does more than run tests and build; empty for every other execution. */
export function ownSteps({ steps }: Execution): readonly Step[] {
  const own = steps.filter(({ kind }) => kind !== 'plan' && kind !== 'service');
  return own.some(({ kind }) => kind === 'command' || kind === 'approval' || kind === 'wait') ? own : [];
}

/** How many of these steps have ended, however they did. */
export function endedSteps(steps: readonly Step[]): number {
  return steps.filter(({ state }) => state !== 'queued' && state !== 'running').length;
}
