// What a step's conditions and texts can ask for when its turn has come.
import type { StepContext } from '../engine/engine.ts';
import type { ExecutionState, Step } from '../protocol/execution.ts';
import type { StepId } from '../protocol/ids.ts';
import type { ConditionFacts } from '../workspace/condition-value.ts';
import { conditionFacts, type RunFacts } from './condition-facts.ts';
import type { ExpandedStep, ScopedCondition } from './expansion.ts';
import type { HandedOn } from './handed-on.ts';

export interface FactsInput {
  readonly facts: RunFacts;
  readonly handed: HandedOn;
  /** Ids of all steps that are not final. */
  readonly regular: readonly StepId[];
  readonly byId: ReadonlyMap<StepId, ExpandedStep>;
}

/** The facts for a condition or for texts of a step, at the time of asking. */
export function factsFor(
  step: ExpandedStep,
  { scope, isOfJob }: Pick<ScopedCondition, 'scope' | 'isOfJob'>,
  context: Pick<StepContext, 'steps'>,
  input: FactsInput,
): ConditionFacts {
  const steps = new Map<StepId, Step>(context.steps().map((each) => [each.id, each]));
  const isAsked = (id: StepId) => !isOfJob || input.byId.get(id)?.job === step.job;
  const before = [...stepsBefore(step, input)].filter(isAsked).flatMap((id) => steps.get(id) ?? []);
  const stateOf = (id: StepId): ExecutionState | undefined => steps.get(id)?.state;
  const { handed } = input;
  return conditionFacts(input.facts, {
    combination: step.combination,
    environment: { ...step.environment, ...handed.variables },
    scope,
    before,
    stateOf,
    outputOf: handed.outputOf,
    outcomeOf: (id) => handed.outcomeOf(id) ?? outcomes[stateOf(id) ?? 'skipped'],
    conclusionOf: (id) => outcomes[stateOf(id) ?? 'skipped'],
    resultOf: (id) => resultOf(id, steps, input.byId),
  });
}

/** Of the whole job of a step. */
function resultOf(
  id: StepId,
  steps: ReadonlyMap<StepId, Step>,
  byId: ReadonlyMap<StepId, ExpandedStep>,
): string | undefined {
  const job = byId.get(id)?.job ?? null;
  const ids = job === null ? [id] : [...byId.values()].flatMap((step) => (step.job === job ? [step.id] : []));
  const found = new Set(ids.map((each) => outcomes[steps.get(each)?.state ?? 'skipped']));
  return ['failure', 'cancelled', 'success', 'skipped'].find((outcome) => found.has(outcome));
}

const outcomes: Partial<Record<ExecutionState, string>> = {
  succeeded: 'success',
  failed: 'failure',
  timed_out: 'failure',
  cancelled: 'cancelled',
  skipped: 'skipped',
};

/** Everything that a step comes after. */
export function stepsBefore(step: ExpandedStep, { regular, byId }: Pick<FactsInput, 'regular' | 'byId'>): Set<StepId> {
  return new Set([...(step.isFinal ? regular : []), ...allNeeds(step, byId)]);
}

/** What it needs, and what that needs. */
function allNeeds(step: ExpandedStep, byId: ReadonlyMap<StepId, ExpandedStep>): Set<StepId> {
  const found = new Set<StepId>();
  const left = [...step.needs];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    left.push(...(byId.get(id)?.needs ?? []));
  }
  return found;
}
