// Which pipeline or execution a command is about, where it is not said in full.
import { FailureError } from '../../protocol/failure.ts';
import type { Execution } from '../../protocol/execution.ts';
import { ExecutionId } from '../../protocol/ids.ts';
import type { CommandContext, Session } from '../session.ts';

/** The pipeline that is named, or the only one there is. */
export async function pipelineOf({ commandLine }: CommandContext, { client }: Session): Promise<string> {
  const [named] = commandLine.positionals;
  if (named !== undefined) return named;
  const { pipelines } = await client.listPipelines({});
  const [only, another] = pipelines;
  if (only === undefined)
    throw new FailureError({
      reason: 'not_found',
      message: 'no pipeline is declared, and nothing was found here that could be run',
      hint: 'Declare one under `pipelines:` in noodle.yaml.',
    });
  if (another !== undefined)
    throw new FailureError({
      reason: 'invalid_input',
      message: `there are several pipelines: ${pipelines.map(({ id }) => id).join(', ')}`,
      hint: 'Name one of them.',
    });
  return only.id;
}

/** The execution that is named; `latest`, and nothing, mean the latest one of a pipeline that fits. */
export async function executionOf(
  { commandLine }: CommandContext,
  { client }: Session,
  fits: (execution: Execution) => boolean = () => true,
): Promise<ExecutionId> {
  const [named] = commandLine.positionals;
  if (named !== undefined && named !== 'latest') return ExecutionId.parse(named);
  const [{ executions }, { pipelines }] = await Promise.all([
    client.listExecutions({ limit: 200 }),
    client.listPipelines({ limit: 1000 }),
  ]);
  const known = new Set(pipelines.map(({ id }) => id));
  const found = executions.find(
    (execution) => execution.kind === 'pipeline' && known.has(execution.name) && fits(execution),
  );
  if (found === undefined)
    throw new FailureError({
      reason: 'not_found',
      message: 'there is no such execution of a pipeline',
      hint: 'List them: `noodle pipeline list`.',
    });
  return found.id;
}

export function isUnfinished({ state }: Pick<Execution, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}
