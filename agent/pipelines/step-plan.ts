// The plan of a pipeline: which steps run and why, in which order, for how long and how likely they fail. A pure function.
import type { StepKind } from '../protocol/execution.ts';
import type { StepId } from '../protocol/ids.ts';
import type { PipelinePlan, PlannedStep } from '../protocol/pipeline.ts';
import { formatDuration } from '../protocol/quantities.ts';
import type { StepEstimate } from './estimates.ts';
import type { ExpandedStep } from './expansion.ts';
import type { Decision } from './pruning.ts';
import { expectedDuration, prioritize, type Priorities, type ScheduledStep } from './schedule.ts';

export interface StepPlanInput {
  readonly pipeline: string;
  readonly steps: readonly ExpandedStep[];
  readonly decisions: ReadonlyMap<StepId, Decision>;
  readonly estimates: ReadonlyMap<StepId, StepEstimate>;
  /** Taken over from another execution. */
  readonly reused: ReadonlySet<StepId>;
  readonly isOptimized: boolean;
  /** How many steps can run at once. */
  readonly slots: number;
  readonly changedFiles: number;
  readonly notes: readonly string[];
}

export interface MadePlan {
  readonly plan: Omit<PipelinePlan, 'planMs'>;
  readonly priorities: ReadonlyMap<StepId, number>;
}

/** More steps than this are not simulated: the answer would come late. */
const mostSimulated = 2000;

/** Decides order and expectations; runs nothing. */
export function planSteps(input: StepPlanInput): MadePlan {
  const { steps, decisions, isOptimized } = input;
  const running = steps.filter(({ id }) => decisions.get(id)?.runs !== false && !input.reused.has(id));
  const scheduled = scheduledSteps(running, input.estimates);
  const chosen = prioritize(scheduled);
  const priorities = isOptimized ? chosen.of : new Map<StepId, number>();
  const planned = steps.map((step) => plannedStep(step, input, chosen));
  const ordered = isOptimized ? inStartingOrder(planned, priorities) : planned;
  const durations = expectedDurations(input, scheduled, priorities);
  return {
    priorities,
    plan: {
      pipeline: input.pipeline,
      changedFiles: input.changedFiles,
      steps: ordered,
      ...durations,
      failureProbability: probabilityOfAny(
        running.map(({ id }) => input.estimates.get(id)?.failureProbability ?? null),
      ),
      notes: [...input.notes, ...gain(durations)],
      isOptimized,
    },
  };
}

/** What kind of step it is to everybody else. */
export function stepKind({ definition }: Pick<ExpandedStep, 'definition'>): StepKind {
  if (definition.approval !== undefined) return 'approval';
  if (definition.gate !== undefined) return 'gate';
  if (definition.wait !== undefined) return 'wait';
  if (definition.tests !== undefined) return 'tests';
  return definition.build === undefined ? 'command' : 'build';
}

/** What never ran takes as long as the others on the average; an answer is no work, however long it is waited for. */
function scheduledSteps(steps: readonly ExpandedStep[], estimates: StepPlanInput['estimates']): ScheduledStep[] {
  const known = [...estimates.values()].flatMap(({ expectedMs }) => (expectedMs === null ? [] : [expectedMs]));
  const typical = known.length === 0 ? 1000 : known.reduce((sum, each) => sum + each, 0) / known.length;
  return steps.map(({ id, needs, definition }) => {
    const own = estimates.get(id);
    const durationMs = definition.approval === undefined ? (own?.expectedMs ?? typical) : 0;
    return { id, needs, durationMs, failureProbability: own?.failureProbability ?? null };
  });
}

function plannedStep(step: ExpandedStep, input: StepPlanInput, priorities: Priorities): PlannedStep {
  const decision = input.decisions.get(step.id) ?? { runs: true, why: 'it is declared' };
  const known = input.estimates.get(step.id);
  const isReused = input.reused.has(step.id);
  return {
    id: step.id,
    name: step.name,
    kind: stepKind(step),
    needs: [...step.needs],
    decision: isReused ? 'reused' : decisionOf(step, decision),
    why: isReused ? 'it succeeded in the execution that is repeated' : reasonFor(step, decision, { input, priorities }),
    expectedMs: known?.expectedMs ?? null,
    ...(known === undefined || known.p90Ms === null ? {} : { p90Ms: known.p90Ms }),
    failureProbability: known?.failureProbability ?? null,
    isCritical: priorities.critical.has(step.id),
  };
}

function decisionOf({ conditions }: ExpandedStep, { runs }: Decision): PlannedStep['decision'] {
  if (!runs) return 'pruned';
  return conditions.length === 0 ? 'run' : 'conditional';
}

interface Reasons {
  readonly input: StepPlanInput;
  readonly priorities: Priorities;
}

function reasonFor({ id, conditions }: ExpandedStep, { runs, why }: Decision, { input, priorities }: Reasons): string {
  if (!runs) return why;
  const known = input.estimates.get(id);
  const parts = [why, ...conditions.map(({ text }) => `when ${text}`)];
  if (input.isOptimized && known !== undefined) {
    if (priorities.early.has(id))
      parts.push(`first, as it failed ${known.failures} of the last ${known.runs} times and is quick`);
    if (priorities.critical.has(id)) parts.push('on the longest way');
  }
  return parts.join('; ');
}

/** As the engine would start them: a step after all that it needs, among those that could start the highest priority. */
function inStartingOrder(steps: readonly PlannedStep[], priorities: ReadonlyMap<StepId, number>): PlannedStep[] {
  const depth = new Map<StepId, number>();
  for (const { id, needs } of steps)
    depth.set(
      id,
      needs.reduce((most, need) => Math.max(most, (depth.get(need) ?? -1) + 1), 0),
    );
  const rank = ({ id }: PlannedStep) => depth.get(id) ?? 0;
  return steps.toSorted((a, b) => rank(a) - rank(b) || (priorities.get(b.id) ?? 0) - (priorities.get(a.id) ?? 0));
}

type Durations = Pick<PipelinePlan, 'expectedMs' | 'plainMs'>;

function expectedDurations(
  input: StepPlanInput,
  running: readonly ScheduledStep[],
  priorities: ReadonlyMap<StepId, number>,
): Durations {
  const approvals = new Set(
    input.steps.flatMap(({ id, definition }) => (definition.approval === undefined ? [] : [id])),
  );
  const working = running.filter(({ id }) => !approvals.has(id));
  const known = working.filter(({ id }) => (input.estimates.get(id)?.expectedMs ?? null) !== null);
  const enough = known.length * 2 >= working.length && input.estimates.size > 0;
  if (!enough || input.steps.length > mostSimulated) return { expectedMs: null, plainMs: null };
  const all = scheduledSteps(input.steps, input.estimates);
  return {
    expectedMs: expectedDuration(running, input.slots, (id) => priorities.get(id) ?? 0),
    plainMs: expectedDuration(all, input.slots, () => 0),
  };
}

function gain({ expectedMs, plainMs }: Durations): string[] {
  if (expectedMs === null || plainMs === null || plainMs - expectedMs < 100) return [];
  return [`leaving out and ordering save ${formatDuration(plainMs - expectedMs)} of ${formatDuration(plainMs)}`];
}

function probabilityOfAny(probabilities: readonly (number | null)[]): number | null {
  const known = probabilities.flatMap((each) => (each === null ? [] : [each]));
  return known.length === 0 ? null : 1 - known.reduce((product, each) => product * (1 - each), 1);
}
