// `noodle pipeline list`, `show` and `plan`: what there is, and what would run.
import { ExecutionId } from '../../protocol/ids.ts';
import type { Execution } from '../../protocol/execution.ts';
import type { OutputOf } from '../../protocol/operations.ts';
import { counted, formatDuration } from '../../protocol/quantities.ts';
import { durationWords, gainLines, markOf, pipelinePlanLines, problemLines, stepLine } from '../pipeline-output.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { anyExecution, brokenPlace, executionOf, isExecutionId, isUnfinished, pipelineOf } from './pipeline-subject.ts';
import { withSession } from './with-session.ts';

export async function list(context: CommandContext): Promise<ExitCode> {
  const { output, commandLine } = context;
  return await withSession(context, async ({ client }) => {
    const [{ pipelines, broken }, { executions }] = await Promise.all([
      client.listPipelines({ limit: 1000 }),
      client.listExecutions({ limit: 200 }),
    ]);
    if (commandLine.switches.has('json'))
      output.line(
        JSON.stringify({
          pipelines,
          broken,
          executions: executions.filter(({ name }) => pipelines.some(({ id }) => id === name)),
        }),
      );
    else for (const line of listLines({ pipelines, broken }, executions, context)) output.line(line);
    return 0;
  });
}

export async function show(context: CommandContext): Promise<ExitCode> {
  const { output, commandLine } = context;
  return await withSession(context, async (session) => {
    const [subject = 'latest'] = commandLine.positionals;
    const isExecution = subject === 'latest' || isExecutionId(subject);
    if (isExecution) return await showExecution(context, session);
    const pipeline = await session.client.getPipeline({ id: subject });
    const { text } = await session.client.exportPipeline({ id: subject, format: 'noodle' });
    if (commandLine.switches.has('json')) output.line(JSON.stringify(pipeline));
    else {
      output.line(`# ${pipeline.source}\n${text.trimEnd()}`);
      const { executions } = await session.client.listExecutions({ limit: 200 });
      const underWay = executions.filter(
        (each) => each.kind === 'pipeline' && each.name === subject && isUnfinished(each),
      );
      for (const execution of underWay) output.line(nowLine(execution, context));
    }
    return 0;
  });
}

export async function planOf(context: CommandContext): Promise<ExitCode> {
  const { output, commandLine } = context;
  const base = commandLine.values.get('base');
  return await withSession(context, async (session) => {
    const id = await pipelineOf(context, session);
    const plan = await session.client.planPipeline({
      id,
      ...(base === undefined ? {} : { base }),
      ...(commandLine.switches.has('all') ? { all: true } : {}),
    });
    if (commandLine.switches.has('json')) output.line(JSON.stringify(plan));
    else pipelinePlanLines(plan, true).forEach((line) => output.line(line));
    return 0;
  });
}

async function showExecution(context: CommandContext, session: Session): Promise<ExitCode> {
  const { output, commandLine } = context;
  const id = await executionOf(context, session, { ...anyExecution, isTold: true });
  const execution = await session.client.getExecutionStatus({ id: ExecutionId.parse(id) });
  const metrics = await session.client.getPipelineMetrics({ id });
  if (commandLine.switches.has('json')) output.line(JSON.stringify({ execution, metrics }));
  else {
    output.line(
      `${execution.name} · ${execution.id} · ${stateOf(execution)}${execution.reason === null ? '' : ` · ${execution.reason}`}`,
    );
    const { steps: told } = await session.client.getExecutionProblems({ id });
    for (const step of execution.steps) {
      output.line(`  ${stepLine(step, output)}`);
      const problems = told.find(({ stepId }) => stepId === step.id)?.problems ?? [];
      for (const line of problemLines(problems)) output.line(`      ${line}`);
    }
    const { executions, succeeded, medianMs } = metrics.history;
    output.line(
      `  ${succeeded} of ${counted(executions, 'execution')} succeeded${medianMs === null ? '' : `, median ${formatDuration(medianMs)}`}; steps of this one took ${formatDuration(metrics.workMs)} together`,
    );
    for (const line of gainLines(metrics)) output.line(`  ${line}`);
  }
  return 0;
}

function listLines(
  { pipelines, broken }: Pick<OutputOf<'listPipelines'>, 'pipelines' | 'broken'>,
  executions: readonly Execution[],
  { output }: CommandContext,
): string[] {
  if (pipelines.length + broken.length === 0)
    return ['no pipeline is declared, and nothing was found here that could be run'];
  const width = Math.max(...[...pipelines, ...broken].map(({ id }) => id?.length ?? 0));
  const lines = pipelines.map(({ id, source, steps, type }) => {
    const last = executions.find((execution) => execution.kind === 'pipeline' && execution.name === id);
    const ran = last === undefined ? 'never run' : `${markOf(last.state, output)} ${stateOf(last)} ${last.id}`;
    return `${id.padEnd(width)}  ${type}, ${counted(Object.keys(steps).length, 'step')}, ${source}   ${ran}`;
  });
  const word = output.style('red', 'broken');
  return [
    ...lines,
    ...broken.map((each) =>
      each.id === null ? `${word}: ${brokenPlace(each)}` : `${each.id.padEnd(width)}  ${word}, ${brokenPlace(each)}`,
    ),
  ];
}

/** `now: ⟳ waits for an answer: deploy   run-…`. */
function nowLine(execution: Execution, { output }: CommandContext): string {
  const asking = execution.steps.filter(({ kind, state }) => kind === 'approval' && state === 'running');
  const isAsking = asking.length > 0 && execution.paused !== true;
  const state = isAsking ? `waits for an answer: ${asking.map(({ name }) => name).join(', ')}` : stateOf(execution);
  return `now: ${markOf(execution.state, output)} ${state}   ${execution.id}`;
}

function stateOf(execution: Execution): string {
  return `${execution.paused === true ? 'paused' : execution.state.replace('_', ' ')}${durationWords(execution)}`;
}
