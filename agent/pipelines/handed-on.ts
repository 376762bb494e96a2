// What reaches a step from earlier ones: variables, folders of programs, outputs and secrets.
import type { StepContext } from '../engine/engine.ts';
import type { StepId } from '../protocol/ids.ts';
import type { ExpandedPipeline, ExpandedStep } from './expansion.ts';
import type { Handover, HandoverStore } from './handovers.ts';

export interface HandedOn {
  readonly variables: Readonly<Record<string, string>>;
  /** Before those of PATH. */
  readonly folders: readonly string[];
  /** What earlier steps asked to hide. */
  readonly hidden: readonly string[];
  outputOf(id: StepId, name: string): string | undefined;
  outcomeOf(id: StepId): string | undefined;
}

const nothing: HandedOn = {
  variables: {},
  folders: [],
  hidden: [],
  outputOf: () => undefined,
  outcomeOf: () => undefined,
};

export interface HandedOnInput {
  readonly expanded: ExpandedPipeline;
  /** Everything that the step comes after. */
  readonly before: ReadonlySet<StepId>;
  readonly handovers: HandoverStore;
}

/** Keeps what was hidden out of the step's output, too. */
export async function handedOnTo(
  step: ExpandedStep,
  context: StepContext,
  { expanded, before, handovers }: HandedOnInput,
): Promise<HandedOn> {
  const giving = expanded.steps.filter(
    ({ id, job, definition }) => before.has(id) && (job !== null || definition.dotenv !== undefined),
  );
  const found = new Map<StepId, Handover>();
  for (const { id } of giving) {
    const handover = await handovers.read({ executionId: context.executionId, stepId: id });
    if (handover?.ok === true) found.set(id, handover.value);
  }
  if (found.size === 0) return nothing;
  const hidden = [...found.values()].flatMap((handover) => handover.hidden);
  context.hide(hidden);
  // What a step of another job hands on but for its outputs stays there, unless a dotenv file carries it.
  const reaching = giving.flatMap(({ id, job, definition }) => {
    const isOfJob = job !== null && job === step.job;
    const handover = found.get(id);
    return handover !== undefined && (isOfJob || definition.dotenv !== undefined) ? [handover] : [];
  });
  return {
    variables: Object.assign({}, ...reaching.map(({ variables }) => variables)),
    folders: reaching.toReversed().flatMap(({ folders }) => folders),
    hidden,
    outputOf: (id, name) => found.get(id)?.outputs[name],
    outcomeOf: (id) => found.get(id)?.outcome ?? undefined,
  };
}
