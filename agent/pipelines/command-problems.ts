// Runs the command of a step and keeps what its output says about places in files.
import path from 'node:path';
import { maskedText, type StepContext, type StepOutcome } from '../engine/engine.ts';
import type { StepProblem } from '../protocol/step-problem.ts';
import { saidSomething, saveStepProblems } from '../store/step-problems.ts';
import { runCommand, type CommandStep } from './command-step.ts';
import { runJobStep, type JobSurroundings } from './job-step.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { createStepOutput } from './step-output.ts';
import type { WorkflowCommands } from './workflow-commands.ts';

export interface CommandInput extends Omit<JobSurroundings, 'commands'> {
  readonly pipeline: string;
  readonly isOfJob: boolean;
  /** Of the pipeline; not shown in a problem either. */
  readonly hidden: readonly string[];
  readonly parts: Pick<PipelineParts, 'store' | 'events' | 'clock'>;
}

/** How it ended, with the first error that it told in a workflow command. */
export async function runReporting(step: CommandStep, context: StepContext, input: CommandInput): Promise<StepOutcome> {
  const output = createStepOutput(input.root, path.join(input.root, step.definition.folder), context.hide);
  const watched: StepContext = {
    ...context,
    run: (spec) => context.run({ ...spec, filter: output.attempt() }),
  };
  const { commands } = output;
  const outcome = input.isOfJob
    ? await runJobStep(step, watched, { ...input, commands })
    : await runCommand(step, watched, input);
  if (!context.signal.aborted) {
    const secrets = [...input.hidden, ...input.handed.hidden, ...commands.hidden];
    const problems = output.problems();
    await keepProblems(
      problems.map((problem) => ({ ...problem, message: maskedText(problem.message, secrets) })),
      context,
      input,
    );
  }
  return outcome.state === 'failed' ? withError(outcome, commands) : outcome;
}

function withError(outcome: StepOutcome, { problems }: WorkflowCommands): StepOutcome {
  const [error] = problems.filter(({ severity }) => severity === 'error');
  return error === undefined
    ? outcome
    : { ...outcome, reason: `${outcome.reason ?? 'failed'}: ${error.message.slice(0, 500)}` };
}

/** Nothing is written while there is nothing to say and nothing was said before. */
async function keepProblems(
  problems: readonly StepProblem[],
  { executionId, stepId }: StepContext,
  { pipeline, parts: { store, events, clock } }: CommandInput,
): Promise<void> {
  if (problems.length === 0 && !saidSomething(store, pipeline, stepId)) return;
  const found = { pipeline, executionId, stepId, at: clock.now(), problems };
  await store.transact((tx) => saveStepProblems(tx, found));
  events.emit({ type: 'problems.found', executionId, stepId, problems: [...problems] });
}
