// The tree of runs, the latest first, each with its steps: a pure mapping of the executions.
import type { Execution, ExecutionState, Step } from '../../agent/protocol/execution.ts';
import { workingMs } from '../../agent/protocol/execution-time.ts';
import { endedSteps, isRepeatable, ownSteps } from '../../agent/protocol/own-steps.ts';
import { counted, formatDuration } from '../../agent/protocol/quantities.ts';

export interface RunNode {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: string;
  /** Name of a theme colour for the icon. */
  readonly colour: string | null;
  readonly executionId: string;
  readonly stepId: string | null;
  /** What can be done with it: menus ask for it. */
  readonly kind:
    | 'run'
    | 'runUnfinished'
    | 'pipelineUnfinished'
    | 'pipelineEnded'
    | 'pipelineUnsuccessful'
    | 'step'
    | 'stepWaiting'
    | 'stepEnded';
  readonly children: readonly RunNode[];
}

const icons: { readonly [S in ExecutionState]: readonly [icon: string, colour: string | null] } = {
  queued: ['clock', null],
  running: ['sync~spin', null],
  succeeded: ['pass', 'testing.iconPassed'],
  failed: ['error', 'testing.iconFailed'],
  cancelled: ['circle-slash', null],
  timed_out: ['watch', 'testing.iconFailed'],
  skipped: ['debug-step-over', null],
  interrupted: ['debug-disconnect', 'testing.iconErrored'],
};

export function runNodes(executions: readonly Execution[]): RunNode[] {
  return executions.map(runNode);
}

function runNode(execution: Execution): RunNode {
  const [icon, colour] = icons[execution.state];
  const time = new Date(execution.queuedAt).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  return {
    id: execution.id,
    label: labelOf(execution),
    description: [execution.name, workOf(execution), counted(execution.changedFiles, 'file'), time]
      .filter((part) => part !== '')
      .join(' · '),
    tooltip: [
      `${execution.name}: ${execution.state}`,
      execution.reason ?? '',
      new Date(execution.queuedAt).toLocaleString(),
    ]
      .filter((line) => line !== '')
      .join('\n'),
    icon,
    colour,
    executionId: execution.id,
    stepId: null,
    kind: kindOf(execution),
    children: execution.steps.map((step) => stepNode(execution, step)),
  };
}

function kindOf(execution: Execution): RunNode['kind'] {
  const { kind, state } = execution;
  if (state === 'queued' || state === 'running') return kind === 'pipeline' ? 'pipelineUnfinished' : 'runUnfinished';
  if (!isRepeatable(execution)) return 'run';
  return state === 'succeeded' ? 'pipelineEnded' : 'pipelineUnsuccessful';
}

function stepKindOf(execution: Execution, { kind, state }: Step): RunNode['kind'] {
  if (kind === 'approval' && state === 'running') return 'stepWaiting';
  const isPart = kind !== 'plan' && kind !== 'service';
  return isPart && /^pipeline(Ended|Unsuccessful)$/.test(kindOf(execution)) ? 'stepEnded' : 'step';
}

function labelOf(execution: Execution): string {
  const { state, counts, finishedTests, plannedTests } = execution;
  const steps = ownSteps(execution);
  if (steps.length > 0) return stepsLabel(execution, steps);
  if (state === 'running') return plannedTests === 0 ? 'planning' : `${finishedTests}/${plannedTests}`;
  if (counts.failed > 0) return `${counted(counts.failed, 'test')} failed`;
  if (state === 'succeeded') return counts.total === 0 ? 'nothing to test' : `${counted(counts.passed, 'test')} passed`;
  return state.replace('_', ' ');
}

function stepsLabel({ state, paused }: Execution, steps: readonly Step[]): string {
  const ended = endedSteps(steps);
  const failed = steps.filter((step) => step.state === 'failed' || step.state === 'timed_out').length;
  if (paused === true) return `paused at ${ended}/${steps.length}`;
  if (steps.some((step) => step.kind === 'approval' && step.state === 'running')) return 'waits for an approval';
  if (state === 'running' || state === 'queued') return `${ended}/${counted(steps.length, 'step')}`;
  if (failed > 0) return `${counted(failed, 'step')} failed`;
  return state === 'succeeded' ? counted(steps.length, 'step') : state.replace('_', ' ');
}

function stepNode(execution: Execution, step: Step): RunNode {
  const [icon, colour] = icons[step.state];
  const description = [durationOf(step), step.reason ?? ''].filter((part) => part !== '').join(' · ');
  return {
    id: `${execution.id}/${step.id}`,
    label: step.name,
    description,
    tooltip: `${step.name}: ${step.state}${step.reason === null ? '' : `\n${step.reason}`}`,
    icon,
    colour,
    executionId: execution.id,
    stepId: step.id,
    kind: stepKindOf(execution, step),
    children: [],
  };
}

/** Waiting for an answer is no work. */
function workOf(execution: Execution): string {
  const { finishedAt } = execution;
  const duration = finishedAt === null ? null : workingMs(execution, finishedAt);
  return duration === null ? '' : formatDuration(duration);
}

function durationOf({ startedAt, finishedAt }: { startedAt: number | null; finishedAt: number | null }): string {
  return startedAt === null || finishedAt === null ? '' : formatDuration(finishedAt - startedAt);
}
