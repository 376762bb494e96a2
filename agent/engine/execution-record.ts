// Pure changes of an execution: every one makes a new value, so that whoever holds the old one is not surprised.
import type { Execution, Step } from '../protocol/execution.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { ExecutionSpec, ProgressUpdate, StepDefinition } from './definitions.ts';
import { advance, hasEnded } from './state.ts';

export type ExecutionChange = (execution: Execution) => Execution;

/** An execution that has just been queued. */
export function emptyExecution(id: ExecutionId, spec: ExecutionSpec, queuedAt: number): Execution {
  return {
    id,
    kind: spec.kind,
    name: spec.name,
    state: 'queued',
    reason: null,
    trigger: spec.trigger,
    queuedAt,
    startedAt: null,
    finishedAt: null,
    changedFiles: spec.changedFiles,
    plannedTests: 0,
    finishedTests: 0,
    counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
    firstFailureAtMs: null,
    steps: [],
  };
}

/** With more steps at the end of its list, all of them queued. Steps that stand in the list already stay as they are. */
export function withSteps(execution: Execution, definitions: readonly StepDefinition[]): Execution {
  const known = new Set(execution.steps.map(({ id }) => id));
  const added = definitions.filter(({ id }) => !known.has(id)).map(queuedStep);
  return { ...execution, steps: [...execution.steps, ...added] };
}

/** An unfinished execution of an agent that is gone, queued again: what had succeeded stays, all else is still to be done. */
export function queuedAgain(execution: Execution): Execution {
  const steps = execution.steps.map((step): Step => {
    if (step.state === 'succeeded' && step.kind !== 'plan' && step.kind !== 'service') return step;
    return { ...step, state: 'queued', startedAt: null, finishedAt: null, exitCode: null, reason: null };
  });
  return { ...execution, state: 'queued', reason: null, steps };
}

/** With the step at `position` changed. */
export function withStep(execution: Execution, position: number, change: (step: Step) => Step): Execution {
  const step = execution.steps[position];
  return step === undefined ? execution : { ...execution, steps: execution.steps.with(position, change(step)) };
}

/** Marked as paused, or not. */
export function withPause(execution: Execution, isPaused: boolean): Execution {
  const changed = { ...execution };
  if (isPaused) changed.paused = true;
  else delete changed.paused;
  return changed;
}

/** Adds to the counts; planned tests and changed files are replaced. */
export function withProgress(execution: Execution, update: ProgressUpdate): Execution {
  const { passed = 0, failed = 0, skipped = 0 } = update;
  const { counts } = execution;
  return {
    ...execution,
    plannedTests: update.plannedTests ?? execution.plannedTests,
    changedFiles: update.changedFiles ?? execution.changedFiles,
    finishedTests: execution.finishedTests + (update.finishedTests ?? 0),
    counts: {
      total: counts.total + passed + failed + skipped,
      passed: counts.passed + passed,
      failed: counts.failed + failed,
      skipped: counts.skipped + skipped,
    },
  };
}

/** As the next agent records an execution that a crash left unfinished. */
export function interrupted(execution: Execution, at: number, advice?: string): Execution {
  const reasonFor = (state: Execution['state']) =>
    state === 'running' ? 'the agent was stopped while it ran' : 'the agent was stopped before it was started';
  const steps = execution.steps.map((step) =>
    hasEnded(step.state) ? step : advance(step, 'interrupted', { at, reason: reasonFor(step.state) }),
  );
  const reason = advice === undefined ? reasonFor(execution.state) : `${reasonFor(execution.state)}: ${advice}`;
  return { ...advance(execution, 'interrupted', { at, reason }), steps };
}

function queuedStep({ id, name, kind, needs, expectedMs, isCritical }: StepDefinition): Step {
  return {
    id,
    name,
    kind,
    state: 'queued',
    needs: [...needs],
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    reason: null,
    ...(expectedMs === undefined ? {} : { expectedMs }),
    ...(isCritical === true ? { isCritical } : {}),
  };
}
