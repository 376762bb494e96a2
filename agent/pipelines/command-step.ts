// A step that runs a command: in its shell and sandbox, with its variables, tried again where that is allowed.
import path from 'node:path';
import type { StepContext, StepOutcome } from '../engine/engine.ts';
import type { Sandboxes } from '../engine/sandbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { ProcessExit, ProcessSpec } from '../platform/processes.ts';
import { counted, formatDuration } from '../protocol/quantities.ts';
import type { PipelineStep } from '../protocol/pipeline.ts';
import { passingReason, pauseBefore, type Attempt } from './retrying.ts';
import { pause } from './waiting.ts';

export interface CommandSurroundings {
  /** Absolute. */
  readonly root: string;
  readonly clock: Clock;
  readonly sandboxes: Sandboxes;
  /** The user's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** A number from 0 to 1, another one each time. */
  readonly chance: () => number;
}

export interface CommandStep {
  readonly definition: PipelineStep;
  /** What the pipeline and the step declare, secrets included. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How much of the output is looked at for the reason of a failure. */
const lookedAt = 8192;

/** Runs the command; its failure can be allowed. */
export async function runCommand(
  step: CommandStep,
  context: StepContext,
  around: CommandSurroundings,
): Promise<StepOutcome> {
  const { retries, idempotent } = step.definition;
  for (let attempt = 1; ; attempt++) {
    const started = await attemptCommand(step, context, around);
    if ('outcome' in started) return started.outcome;
    const { exit } = started;
    if (exit.exitCode === 0) {
      const reason = attempt === 1 ? {} : { reason: `succeeded on attempt ${attempt} of ${retries + 1}` };
      return { state: 'succeeded', exitCode: 0, ...reason };
    }
    const passing = passingReason(started);
    const isLast = attempt > retries || context.signal.aborted;
    const isForbidden = !idempotent && passing === null;
    if (isLast || isForbidden)
      return {
        state: 'failed',
        ...describeExit(exit, attempt, !isLast),
        ...(exit.exitCode === null ? {} : { exitCode: exit.exitCode }),
      };
    const pauseMs = pauseBefore(attempt + 1, around.chance());
    const why = passing === null ? exitWords(exit) : `${exitWords(exit)}, and ${passing}`;
    const next = `attempt ${attempt + 1} of ${retries + 1} after ${formatDuration(pauseMs)}: ${why}`;
    context.say(next);
    context.log(`\n── ${next}\n`);
    await pause(around.clock, pauseMs, context.signal);
    context.say(null);
  }
}

/** The program and its arguments that run a text in a shell. */
export function shellArguments(shell: PipelineStep['shell'], command: string): string[] {
  switch (shell) {
    case 'sh':
      return ['sh', '-c', command];
    case 'bash':
      return ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', command];
    case 'python':
      return ['python3', '-c', command];
    case 'node':
      return ['node', '-e', command];
  }
}

async function attemptCommand(
  { definition, environment }: CommandStep,
  context: StepContext,
  around: CommandSurroundings,
): Promise<Attempt | { readonly outcome: StepOutcome }> {
  const cwd = path.join(around.root, definition.folder);
  const own = { CI: 'true', ...environment };
  let lastOutput = '';
  const keep = (text: string) => {
    lastOutput = (lastOutput + text).slice(-lookedAt);
  };
  const listeners = { onStdout: keep, onStderr: keep };
  const command = definition.command ?? '';
  if (definition.sandbox === undefined) {
    const exit = await context.run({
      ...plainSpec(definition.shell, command),
      cwd,
      environment: { ...around.environment, ...own },
      ...listeners,
    });
    return { exit, lastOutput };
  }
  const name = `noodle-${context.executionId}-${Math.floor(around.chance() * 1e9)}`;
  const wrapped = await around.sandboxes.wrap(definition.sandbox, {
    argv: shellArguments(definition.shell, command),
    cwd,
    environment: own,
    name,
  });
  if (!wrapped.ok) return { outcome: { state: 'failed', reason: wrapped.failure.message } };
  const { spec, cleanUp } = wrapped.value;
  const exit = await context.run({ ...spec, ...listeners });
  // Not with the step's own signal: it is there for what was cancelled.
  if (cleanUp !== null && exit.exitCode === null) await around.sandboxes.cleanUp(cleanUp);
  return { exit, lastOutput };
}

/** On Windows `sh` is what the system's shell is. */
function plainSpec(shell: PipelineStep['shell'], command: string): Pick<ProcessSpec, 'command' | 'args' | 'shell'> {
  if (shell === 'sh') return { command, shell: true };
  const [program = '', ...args] = shellArguments(shell, command);
  return { command: program, args };
}

/** `isForbidden`: it would be tried again, but must not be run twice. */
function describeExit(exit: ProcessExit, attempts: number, isForbidden: boolean): { readonly reason: string } {
  const tried = attempts === 1 ? '' : ` after ${counted(attempts, 'attempt')}`;
  const why = isForbidden ? '; not retried: it is not marked idempotent' : '';
  return { reason: `${exitWords(exit)}${tried}${why}` };
}

function exitWords({ exitCode, signalName, startError }: ProcessExit): string {
  if (startError !== null)
    return startError === 'ENOENT' ? 'its folder or its shell is not there' : `it could not be started: ${startError}`;
  return exitCode === null ? `ended by ${signalName ?? 'a signal'}` : `exit code ${exitCode}`;
}
