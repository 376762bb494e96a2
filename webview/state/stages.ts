// The steps of a run as the stages that a reader thinks in: change, builds, tests, gate.
import type { Execution, ExecutionState, Step } from '../../agent/protocol/execution.ts';
import type { TargetId } from '../../agent/protocol/ids.ts';
import { counted, formatCount, formatDuration } from '../../agent/protocol/quantities.ts';
import { durationOf, isOver } from './executions.ts';
import type { CurrentRun } from './state.ts';

/** What a node looks like and is called: the states of an execution, and a build that had nothing to do. */
export type NodeState = ExecutionState | 'unchanged';

export interface StageNode {
  readonly key: string;
  readonly name: string;
  readonly state: NodeState;
  /** Duration, count or reason, whichever says most. */
  readonly detail: string;
  /** On the chain of steps that is expected to take longest, while the run goes on. */
  readonly isCritical: boolean;
}

export interface Stage {
  readonly key: 'change' | 'builds' | 'commands' | 'tests' | 'gate';
  readonly title: string;
  readonly state: NodeState;
  readonly nodes: readonly StageNode[];
}

/** The stages of `execution` at `now`. Stages without steps are left out. */
export function stagesOf(execution: Execution, current: CurrentRun | null, now: number): readonly Stage[] {
  const stages = allStages(execution, current, now);
  return isOver(execution.state) ? stages.map(withoutMarks) : stages;
}

function allStages(execution: Execution, current: CurrentRun | null, now: number): readonly Stage[] {
  const run = current?.executionId === execution.id ? current : null;
  const stages: Stage[] = [changeStage(execution, run?.plan?.changedFiles.length ?? execution.changedFiles)];
  const builds = stepsOfKind(execution, 'build').map((step) => buildNode(step, run, now));
  if (builds.length > 0) stages.push({ key: 'builds', title: 'Builds', state: stateOfAll(builds), nodes: builds });
  const commands = execution.steps.filter(({ kind }) => isCommand(kind)).map((step) => plainNode(step, now));
  if (commands.length > 0)
    stages.push({ key: 'commands', title: 'Commands', state: stateOfAll(commands), nodes: commands });
  const tests = testsStage(execution, now);
  if (tests !== null) stages.push(tests);
  stages.push(gateStage(execution, run?.plan?.leftOutTests ?? 0));
  return stages;
}

/** What was expected to decide is of no interest when it is known how long everything took. */
function withoutMarks(stage: Stage): Stage {
  return { ...stage, nodes: stage.nodes.map((node) => ({ ...node, isCritical: false })) };
}

/** What a state is called. */
export function stateWord(state: NodeState): string {
  return state === 'timed_out' ? 'timed out' : state;
}

/** Steps of a pipeline that neither build nor test. */
function isCommand(kind: Step['kind']): boolean {
  return kind === 'command' || kind === 'approval' || kind === 'gate' || kind === 'wait' || kind === 'service';
}

function stepsOfKind(execution: Execution, kind: Step['kind']): Step[] {
  return execution.steps.filter((step) => step.kind === kind);
}

function changeStage(execution: Execution, changedFiles: number): Stage {
  const [plan] = stepsOfKind(execution, 'plan');
  const state = plan?.state ?? (execution.state === 'queued' ? 'queued' : 'succeeded');
  const detail = changedFiles === 0 ? 'no file' : counted(changedFiles, 'file');
  return {
    key: 'change',
    title: 'Change',
    state,
    nodes: [{ key: 'change', name: detail, state, detail: plan?.reason ?? '', isCritical: false }],
  };
}

function buildNode(step: Step, run: CurrentRun | null, now: number): StageNode {
  const node = plainNode(step, now);
  // A build step is named after its target.
  const status = run?.builds.get(step.name as TargetId) ?? run?.builds.get(step.id.replace(/^build:/, '') as TargetId);
  if (status === 'unchanged') return { ...node, state: 'unchanged', detail: 'unchanged' };
  return node;
}

function plainNode(step: Step, now: number): StageNode {
  const { id, name, state, isCritical = false } = step;
  return { key: id, name, state, detail: detailOf(step, now), isCritical };
}

function detailOf(step: Step, now: number): string {
  if (step.state === 'skipped' || step.state === 'timed_out' || step.state === 'interrupted') {
    return step.reason ?? stateWord(step.state);
  }
  // What it waits for says more than for how long.
  if (step.state === 'running' && step.reason !== null) return step.reason;
  const duration = durationOf(step, now);
  if (duration === null || step.state === 'queued') return expectedOf(step);
  return isOver(step.state) ? formatDuration(duration) : passedOf(duration, expectedOf(step));
}

/** In whole seconds, as it grows. */
function passedOf(duration: number, expected: string): string {
  const passed = duration < 1000 ? '' : formatDuration(Math.floor(duration / 1000) * 1000);
  return expected === '' || passed === '' ? passed : `${passed} of ${expected}`;
}

/** Nothing for what is over in a moment. */
function expectedOf({ expectedMs = 0 }: Step): string {
  return expectedMs < 1000 ? '' : `about ${formatDuration(expectedMs)}`;
}

function testsStage(execution: Execution, now: number): Stage | null {
  const nodes = stepsOfKind(execution, 'tests').map((step) => plainNode(step, now));
  if (nodes.length === 0 && execution.plannedTests === 0) return null;
  const state = nodes.length === 0 ? (isOver(execution.state) ? execution.state : 'queued') : stateOfAll(nodes);
  const count = `${formatCount(execution.finishedTests)}/${formatCount(execution.plannedTests)} files`;
  return { key: 'tests', title: `Tests ${count}`, state, nodes };
}

/** Whether the change may go on: decided when everything before has ended. What a budget left out keeps it undecided. */
function gateStage(execution: Execution, leftOut: number): Stage {
  if (execution.state === 'succeeded' && leftOut > 0) {
    const detail = `${counted(leftOut, 'test file')} left out by the budget`;
    return {
      key: 'gate',
      title: 'Gate',
      state: 'skipped',
      nodes: [{ key: 'gate', name: 'not decided', state: 'skipped', detail, isCritical: false }],
    };
  }
  const word = { succeeded: 'open', failed: 'closed', timed_out: 'closed' }[execution.state as string];
  const state = isOver(execution.state) ? execution.state : 'queued';
  const detail = word ?? (isOver(execution.state) ? stateWord(execution.state) : 'waiting');
  return {
    key: 'gate',
    title: 'Gate',
    state,
    nodes: [{ key: 'gate', name: detail, state, detail: '', isCritical: false }],
  };
}

/** The state of a stage is that of its worst node, as long as none is still to come. */
function stateOfAll(nodes: readonly StageNode[]): NodeState {
  const order: readonly NodeState[] = [
    'failed',
    'timed_out',
    'interrupted',
    'cancelled',
    'running',
    'queued',
    'succeeded',
    'unchanged',
    'skipped',
  ];
  return order.find((state) => nodes.some((node) => node.state === state)) ?? 'queued';
}
