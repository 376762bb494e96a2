// What becomes of an execution of a pipeline that a crash left unfinished, and what a repeated one need not do again.
import type { Fate } from '../engine/engine.ts';
import type { Execution, Step } from '../protocol/execution.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { StepId } from '../protocol/ids.ts';
import { nearest } from '../protocol/nearest.ts';
import { getPipelineRun, type RecordedRun } from '../store/pipelines.ts';
import type { Reader } from '../store/store.ts';
import { expandPipeline, type ExpandedStep } from './expansion.ts';

/**
 * Whether it is gone on with: unless a step was running that must not be run twice. Without `canResume` it is left to an
 * agent that stays.
 */
export function fateOf(execution: Execution, store: Reader, canResume: boolean): Fate {
  const recorded = getPipelineRun(store, execution.id);
  if (recorded === null) return { kind: 'interrupted' };
  const repeat = `\`noodle pipeline rerun ${execution.id} --failed\` goes on`;
  const steps = new Map(stepsOf(recorded).map((step) => [step.id, step]));
  const unsafe = execution.steps.find((step) => step.state === 'running' && !isRepeatable(step, steps.get(step.id)));
  if (unsafe !== undefined)
    return { kind: 'interrupted', advice: `${unsafe.name} was running and is not marked as idempotent; ${repeat}` };
  if (canResume) return { kind: 'resumed' };
  return { kind: 'left', advice: `\`noodle serve\` or an editor goes on with it; ${repeat} at once` };
}

function isRepeatable(step: Step, expanded: ExpandedStep | undefined): boolean {
  return step.kind !== 'command' || expanded?.definition.idempotent === true;
}

function stepsOf({ pipeline, definitions }: RecordedRun): readonly ExpandedStep[] {
  const expanded = expandPipeline(pipeline, { definitions, approvalRequired: false, autoDeployment: true });
  return expanded.ok ? expanded.value.steps : [];
}

export interface RepeatRequest {
  readonly from?: StepId | undefined;
  /** Only what did not succeed. */
  readonly failed?: boolean | undefined;
}

/** The steps of an ended execution that a repetition takes over, by their ids; final ones only where nothing is run again. */
export function stepsTakenOver(
  execution: Execution,
  recorded: RecordedRun,
  repeat: RepeatRequest,
): Result<Map<StepId, Step>> {
  const taken = successesKept(execution, repeat);
  if (!taken.ok) return taken;
  const runsAgain = execution.steps.some(({ id, kind }) => isStep(kind) && !taken.value.has(id));
  if (runsAgain) for (const { id, isFinal } of stepsOf(recorded)) if (isFinal) taken.value.delete(id);
  return taken;
}

function isStep(kind: Step['kind']): boolean {
  return kind !== 'plan' && kind !== 'service';
}

function successesKept(execution: Execution, { from, failed }: RepeatRequest): Result<Map<StepId, Step>> {
  const succeeded = execution.steps.filter(({ state, kind }) => state === 'succeeded' && isStep(kind));
  if (from === undefined) return success(failed === true ? takenOver(execution, succeeded) : new Map());
  const ids = execution.steps.map(({ id }) => id);
  if (!ids.includes(from)) {
    const near = nearest(from, ids);
    return failure(
      'not_found',
      `${execution.id} has no step ${JSON.stringify(from)}${near === null ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
      { place: 'from' },
    );
  }
  const again = followersOf(execution, from);
  return success(
    takenOver(
      execution,
      succeeded.filter(({ id }) => !again.has(id)),
    ),
  );
}

/** What was taken over already keeps saying from where: it began before the execution was asked for. */
function takenOver({ id, queuedAt }: Execution, steps: readonly Step[]): Map<StepId, Step> {
  const isOfEarlier = ({ startedAt }: Step) => startedAt !== null && startedAt < queuedAt;
  const reason = (step: Step) => (isOfEarlier(step) ? step.reason : `taken over from ${id}`);
  return new Map(steps.map((step) => [step.id, { ...step, reason: reason(step) }]));
}

/** A step, and all that needs it. */
function followersOf({ steps }: Execution, first: StepId): Set<StepId> {
  const again = new Set([first]);
  // Steps stand after what they need, but for services, which are never taken over.
  for (const { id, needs } of steps) if (needs.some((need) => again.has(need))) again.add(id);
  return again;
}
