// The list of executions, kept up to date by events that may arrive late or twice.
import type { Execution, ExecutionState, Step } from '../../agent/protocol/execution.ts';
import type { ExecutionId } from '../../agent/protocol/ids.ts';

const maximumKept = 200;

/** Whether nothing more happens in this state. */
export function isOver(state: ExecutionState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** Whether the run did not end well. */
export function isBroken(state: ExecutionState): boolean {
  return state === 'failed' || state === 'timed_out' || state === 'interrupted';
}

/** The list with `execution` in place of what was known of it; what is over does not begin to run again. */
export function withExecution(executions: readonly Execution[], execution: Execution): readonly Execution[] {
  const index = executions.findIndex((each) => each.id === execution.id);
  if (index === -1) return latestFirst([execution, ...executions]).slice(0, maximumKept);
  const known = executions[index];
  if (known !== undefined && isOver(known.state) && !isOver(execution.state)) return executions;
  return executions.with(index, execution);
}

/** The list with one execution changed by `change`, where it is known. */
export function changeExecution(
  executions: readonly Execution[],
  id: ExecutionId,
  change: (execution: Execution) => Execution,
): readonly Execution[] {
  const index = executions.findIndex((each) => each.id === id);
  const known = executions[index];
  return known === undefined ? executions : executions.with(index, change(known));
}

/** The execution with one of its steps replaced or added. */
export function withStep(execution: Execution, step: Step): Execution {
  const index = execution.steps.findIndex((each) => each.id === step.id);
  if (index === -1) return { ...execution, steps: [...execution.steps, step] };
  const known = execution.steps[index];
  if (known !== undefined && isOver(known.state) && !isOver(step.state)) return execution;
  return { ...execution, steps: execution.steps.with(index, step) };
}

/** How long it ran, up to `now` while it runs; null before it began. */
export function durationOf(execution: Pick<Execution, 'startedAt' | 'finishedAt'>, now: number): number | null {
  if (execution.startedAt === null) return null;
  return Math.max(0, (execution.finishedAt ?? now) - execution.startedAt);
}

function latestFirst(executions: readonly Execution[]): Execution[] {
  return executions.toSorted((a, b) => b.queuedAt - a.queuedAt);
}
