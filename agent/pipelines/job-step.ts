// A command as GitHub Actions runs a step of a job: with the files through which it hands something on.
import path from 'node:path';
import type { StepContext, StepOutcome } from '../engine/engine.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import { runCommand, type CommandStep, type CommandSurroundings } from './command-step.ts';
import type { HandedOn } from './handed-on.ts';
import type { HandoverStore } from './handovers.ts';
import type { WorkflowCommands } from './workflow-commands.ts';

export interface JobSurroundings extends CommandSurroundings {
  readonly handovers: HandoverStore;
  readonly handed: HandedOn;
  readonly changes: Pick<ChangeSet, 'branch' | 'head'>;
  /** What is obeyed in its output. */
  readonly commands: WorkflowCommands;
}

/** Runs the command; what it handed on is kept, however it ended. */
export async function runJobStep(
  step: CommandStep,
  context: StepContext,
  around: JobSurroundings,
): Promise<StepOutcome> {
  const { handovers, handed, commands } = around;
  const place = { executionId: context.executionId, stepId: context.stepId };
  const files = await handovers.open(place);
  const environment = {
    ...step.environment,
    GITHUB_ENV: files.variables,
    GITHUB_OUTPUT: files.outputs,
    GITHUB_PATH: files.folders,
    GITHUB_STEP_SUMMARY: files.summary,
    ...searchPath(handed, step.environment['PATH'] ?? around.environment['PATH']),
  };
  const outcome = await runCommand({ ...step, environment }, context, around);
  await handovers.add(place, {
    outcome: outcome.state === 'failed' ? 'failure' : 'success',
    ...(Object.keys(commands.outputs).length === 0 ? {} : { outputs: commands.outputs }),
    ...(commands.hidden.length === 0 ? {} : { hidden: commands.hidden }),
  });
  const kept = await handovers.read(place);
  if (kept?.ok === false) return { ...outcome, state: 'failed', reason: kept.failure.message };
  const summary = kept?.value.summary.trim() ?? '';
  if (summary !== '') context.log(`\n── summary\n${summary}\n`);
  return outcome;
}

function searchPath({ folders }: HandedOn, given = ''): { readonly PATH?: string } {
  return folders.length === 0 ? {} : { PATH: [...folders, given].join(path.delimiter) };
}

/** What GitHub tells every step of a job, as far as it means something here. */
export function jobVariables(
  { definition }: Pick<CommandStep, 'definition'>,
  { executionId }: Pick<StepContext, 'executionId'>,
  { root, changes, handovers }: Pick<JobSurroundings, 'root' | 'changes' | 'handovers'>,
): Record<string, string> {
  const { temporary, tools } = handovers.shared(executionId);
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: root,
    GITHUB_EVENT_NAME: 'push',
    GITHUB_RUN_ID: executionId,
    GITHUB_RUN_NUMBER: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_JOB: definition.job?.name ?? '',
    RUNNER_TEMP: temporary,
    RUNNER_TOOL_CACHE: tools,
    RUNNER_OS: { darwin: 'macOS', win32: 'Windows' }[process.platform as string] ?? 'Linux',
    RUNNER_ARCH: process.arch.toUpperCase(),
    ...(changes.head === null ? {} : { GITHUB_SHA: changes.head }),
    ...(changes.branch === null
      ? {}
      : { GITHUB_REF: `refs/heads/${changes.branch}`, GITHUB_REF_NAME: changes.branch, GITHUB_REF_TYPE: 'branch' }),
  };
}
