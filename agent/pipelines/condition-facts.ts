// What the conditions of a pipeline's steps can ask for.
import type { ChangeSet } from '../protocol/change-set.ts';
import type { ExecutionState, Step, Trigger } from '../protocol/execution.ts';
import type { StepId } from '../protocol/ids.ts';
import type { ConditionFacts, Value } from '../workspace/condition-value.ts';
import { createGlob } from '../workspace/glob-match.ts';
import type { ScopedCondition } from './expansion.ts';
import type { Combination } from '../workspace/pipeline-matrix.ts';

export interface RunFacts {
  readonly pipeline: string;
  readonly trigger: Trigger;
  readonly changes: ChangeSet;
  /** The user's environment, without secrets of the pipeline. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface StepFacts {
  readonly combination: Combination;
  readonly environment: Readonly<Record<string, string>>;
  readonly scope: ScopedCondition['scope'];
  /** Everything that the step comes after. */
  readonly before: readonly Step[];
  stateOf(id: StepId): ExecutionState | undefined;
  /** What a step handed on under a name. */
  outputOf(id: StepId, name: string): string | undefined;
  /** `success`, `failure` or `skipped`, before it was allowed to fail. */
  outcomeOf(id: StepId): string | undefined;
  /** The same after it was allowed to fail. */
  conclusionOf(id: StepId): string | undefined;
  /** The same of its whole job. */
  resultOf(id: StepId): string | undefined;
}

/** The facts for one condition of a step, at the time of asking. */
export function conditionFacts(run: RunFacts, step: StepFacts): ConditionFacts {
  const { changes } = run;
  return {
    lookUp: ([top, name = '', property, output = '']) => {
      if (top === 'steps') {
        const ids = step.scope.get(name) ?? [];
        if (property === 'state') return stateOfAll(ids.map(step.stateOf));
        if (property === 'outcome') return ids.map(step.outcomeOf)[0];
        if (property === 'conclusion') return ids.map(step.conclusionOf)[0];
        if (property === 'result') return ids.map(step.resultOf)[0];
        // Of the combinations of a matrix the last that says anything.
        return property === 'outputs' ? ids.map((id) => step.outputOf(id, output)).findLast(Boolean) : undefined;
      }
      return lookUp(top ?? '', name, { run, step });
    },
    changed: (pattern) => {
      const fits = createGlob(pattern);
      return changes.files.some(({ path }) => fits(path));
    },
    matches: (text, pattern) => createGlob(pattern)(text),
    outcome: outcomeOf(step.before),
  };
}

function lookUp(top: string, name: string, { run, step }: { run: RunFacts; step: StepFacts }): Value {
  switch (top) {
    case 'branch':
      return run.changes.branch;
    case 'base':
      return run.changes.base;
    case 'trigger':
      return run.trigger;
    case 'pipeline':
      return run.pipeline;
    case 'changes':
      return name === 'count' ? run.changes.files.length : undefined;
    case 'matrix':
      return Object.hasOwn(step.combination, name) ? step.combination[name] : undefined;
    default:
      return step.environment[name] ?? run.environment[name];
  }
}

/** Of a step with a matrix: that of the worst combination. */
function stateOfAll(states: readonly (ExecutionState | undefined)[]): string | undefined {
  const order: readonly ExecutionState[] = [
    'failed',
    'timed_out',
    'interrupted',
    'cancelled',
    'running',
    'queued',
    'skipped',
  ];
  return order.find((state) => states.includes(state)) ?? states[0];
}

function outcomeOf(before: readonly Step[]): ConditionFacts['outcome'] {
  if (before.some(({ state }) => state === 'failed' || state === 'timed_out')) return 'failure';
  return before.some(({ state }) => state === 'cancelled') ? 'cancelled' : 'success';
}
