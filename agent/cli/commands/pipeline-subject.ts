// Which pipeline or execution a command is about, where it is not said in full.
import { FailureError } from '../../protocol/failure.ts';
import type { Execution } from '../../protocol/execution.ts';
import { ExecutionId } from '../../protocol/ids.ts';
import type { BrokenPipeline } from '../../protocol/pipeline.ts';
import type { CommandContext, Session } from '../session.ts';

/** The pipeline that is named, or the only one there is. What is broken is never passed over in silence. */
export async function pipelineOf({ commandLine }: CommandContext, { client }: Session): Promise<string> {
  const [named] = commandLine.positionals;
  if (named !== undefined) return named;
  const { pipelines, broken } = await client.listPipelines({});
  const [fault] = broken;
  const [only, another] = pipelines;
  if (only === undefined && fault !== undefined)
    throw new FailureError({
      reason: 'invalid_configuration',
      message: brokenSentence(fault),
      hint:
        broken.length === 1
          ? 'Mend that place: `noodle pipeline validate` checks it.'
          : `${broken.length} places are to be mended: \`noodle pipeline validate\` lists them.`,
    });
  if (only === undefined)
    throw new FailureError({
      reason: 'not_found',
      message: 'no pipeline is declared, and nothing was found here that could be run',
      hint: 'Declare one under `pipelines:` in noodle.yaml.',
    });
  if (another !== undefined || fault !== undefined)
    throw new FailureError({
      reason: 'invalid_input',
      message: `there are several pipelines: ${[...pipelines.map(({ id }) => id), ...broken.map(brokenName)].join(', ')}`,
      hint: 'Name one of them.',
    });
  return only.id;
}

/** `noodle.yaml:6:19: unknown key …`. */
export function brokenPlace({ file, line, column, message }: BrokenPipeline): string {
  return `${file}:${line}:${column}: ${message}`;
}

function brokenSentence(broken: BrokenPipeline): string {
  const { file, line, column, id, message } = broken;
  if (id === null) return brokenPlace(broken);
  return `${file}:${line}:${column}: the pipeline ${id} cannot be run: ${message}`;
}

function brokenName({ id, file, line, column }: BrokenPipeline): string {
  return id === null
    ? `whatever ${file} means to declare (see ${file}:${line}:${column})`
    : `${id} (broken: ${file}:${line}:${column})`;
}

/** Whether a word is the id of an execution, and not that of a pipeline. */
export function isExecutionId(word: string): boolean {
  return /^(run|build|tests)-\d{8}-\d{6}-/.test(word);
}

export interface ExecutionChoice {
  readonly fits: (execution: Execution) => boolean;
  /** What there is none of: `no execution of a pipeline is under way`. */
  readonly none: string;
  /** The command changes it: of several that fit one has to be named. */
  readonly mustBeOne?: boolean;
  /** The command itself says which one it took. */
  readonly isTold?: boolean;
}

/** Any execution of a pipeline. */
export const anyExecution: ExecutionChoice = { fits: () => true, none: 'no pipeline was executed yet' };

/**
 * The execution that is named, or the latest that fits: of the pipeline that is named, or with `latest`, or nothing, of
 * any. What was chosen is told on standard error.
 */
export async function executionOf(
  { commandLine, output }: CommandContext,
  { client }: Session,
  choice: ExecutionChoice = anyExecution,
): Promise<ExecutionId> {
  const [named] = commandLine.positionals;
  if (named !== undefined && isExecutionId(named)) return ExecutionId.parse(named);
  const { executions } = await client.listExecutions({ limit: 200 });
  const pipeline = named === 'latest' ? undefined : named;
  const isOfIt = ({ name }: Execution) => name === (pipeline ?? name);
  const fitting = executions.filter((each) => isOfPipeline(each) && isOfIt(each) && choice.fits(each));
  const [found, another] = fitting;
  if (found === undefined) throw await noneFits(client, pipeline, choice.none);
  if (choice.mustBeOne === true && another !== undefined && named !== 'latest') throw severalFit(fitting);
  if (choice.isTold !== true) output.complain(`${found.name} · ${found.id}   (the latest)`);
  return found.id;
}

/** Throws itself when there is no such pipeline either. */
async function noneFits(client: Session['client'], pipeline: string | undefined, none: string): Promise<FailureError> {
  if (pipeline !== undefined) await client.getPipeline({ id: pipeline });
  return new FailureError({
    reason: 'not_found',
    message: pipeline === undefined ? none : `${none}: none of ${pipeline}`,
    hint: 'List them: `noodle pipeline list`.',
  });
}

/** The refusal to choose between executions. */
export function severalFit(executions: readonly { readonly id: string; readonly name: string }[]): FailureError {
  return new FailureError({
    reason: 'invalid_input',
    message: `several executions can be meant: ${executions.map(({ id, name }) => `${id} (${name})`).join(', ')}`,
    hint: 'Name one of them, or say `latest`.',
  });
}

/** The runs of the main job have names that are no ids: `Run impacted tests`. */
function isOfPipeline({ kind, name }: Execution): boolean {
  return kind === 'pipeline' && !name.includes(' ');
}

export function isUnfinished({ state }: Pick<Execution, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}
