// The variables of a step's command: of the execution, of what is declared, and of what earlier steps handed on.
import type { StepContext } from '../engine/engine.ts';
import type { Scalar } from '../protocol/pipeline.ts';
import { fillInExpressions } from '../workspace/pipeline-matrix.ts';
import type { ExpandedStep } from './expansion.ts';
import type { HandoverStore } from './handovers.ts';
import { jobVariables } from './job-step.ts';
import { factsFor, type FactsInput } from './step-facts.ts';

export interface EnvironmentInput extends FactsInput {
  /** Absolute. */
  readonly root: string;
  readonly handovers: HandoverStore;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The variables of a command, and what puts values into its texts. */
export function environmentOf(
  step: ExpandedStep,
  context: StepContext,
  input: EnvironmentInput,
): { readonly environment: Record<string, string>; fill(text: string): string } {
  const { definition, environment: declared } = step;
  const { handed } = input;
  // What a step of a job declares itself comes before what others hand on; else a dotenv file decides.
  const own = step.job === null ? {} : texts(definition.environment);
  const ofJob = step.job === null ? {} : jobVariables(step, context, { ...input, changes: input.facts.changes });
  const given = { ...ofExecution(step, context, input), ...ofJob, ...declared, ...handed.variables, ...own };
  const isFixed = ![...Object.values(given), definition.command ?? '', definition.folder].some((text) =>
    text.includes('${{'),
  );
  const { secrets } = input;
  if (isFixed) return { environment: { ...given, ...secrets }, fill: (text) => text };
  const filledIn = { ...step, environment: { ...given, ...secrets } };
  const facts = factsFor(filledIn, { scope: step.scope, isOfJob: step.job !== null }, context, input);
  const fill = (text: string) => fillInExpressions(text, facts);
  const filled = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, fill(text)]));
  return { environment: { ...filled, ...secrets }, fill };
}

/** What a command can ask about where it runs. */
function ofExecution(
  step: ExpandedStep,
  { executionId }: StepContext,
  { facts }: EnvironmentInput,
): Record<string, string> {
  const branch = facts.changes.branch === null ? {} : { NOODLE_BRANCH: facts.changes.branch };
  return {
    NOODLE_PIPELINE: facts.pipeline,
    NOODLE_EXECUTION: executionId,
    NOODLE_STEP: step.id,
    NOODLE_BASE: facts.changes.base,
    ...branch,
  };
}

function texts(environment: Readonly<Record<string, Scalar>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}
