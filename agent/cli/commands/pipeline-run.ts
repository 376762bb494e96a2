// `noodle pipeline run` and `rerun`: one execution, from its start to the exit code.
import type { NoodleEvent } from '../../protocol/events.ts';
import type { Execution } from '../../protocol/execution.ts';
import { StepId, type ExecutionId } from '../../protocol/ids.ts';
import { gainLines, pipelinePlanLines, PipelineRendering } from '../pipeline-output.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { executionOf, isUnfinished, pipelineOf, type ExecutionChoice } from './pipeline-subject.ts';
import { withSession } from './with-session.ts';

export async function runPipeline(context: CommandContext): Promise<ExitCode> {
  const { switches, values } = context.commandLine;
  const base = values.get('base');
  const isDetached = switches.has('detach');
  return await withSession(
    context,
    async (session) => {
      const id = await pipelineOf(context, session);
      const request = {
        id,
        trigger: 'command' as const,
        ...(base === undefined ? {} : { base }),
        ...(switches.has('all') ? { all: true } : {}),
      };
      const start = async () => (await session.client.executePipeline(request)).executionId;
      return isDetached ? leave(context, id, await start()) : await follow(context, session, start);
    },
    // An agent of this process would end with the command.
    isDetached ? { agent: 'live' } : { isServing: true },
  );
}

export async function rerun(context: CommandContext): Promise<ExitCode> {
  const { switches, values } = context.commandLine;
  const from = values.get('from');
  return await withSession(
    context,
    async (session) => {
      const id = await executionOf(context, session, ended);
      const what = {
        ...(from === undefined ? {} : { from: StepId.parse(from) }),
        ...(switches.has('failed') ? { failed: true } : {}),
      };
      return await follow(
        context,
        session,
        async () => (await session.client.rerunExecution({ id, trigger: 'command', ...what })).executionId,
      );
    },
    { isServing: true },
  );
}

/** Says how to come back to an execution that goes on without the command. */
function leave({ commandLine, output }: CommandContext, pipeline: string, executionId: ExecutionId): ExitCode {
  output.line(
    commandLine.switches.has('json')
      ? JSON.stringify({ type: 'execution.started', executionId })
      : `${pipeline} · ${executionId}   noodle pipeline show ${executionId}`,
  );
  return 0;
}

const ended: ExecutionChoice = {
  fits: (execution) => !isUnfinished(execution),
  none: 'no execution of a pipeline has ended yet',
};

/** Starts an execution, shows it and waits for its end. */
async function follow(context: CommandContext, session: Session, start: () => Promise<ExecutionId>): Promise<ExitCode> {
  // Events may arrive before the answer that names the execution: they are kept until then.
  const early: NoodleEvent[] = [];
  let show = (event: NoodleEvent): void => void early.push(event);
  const ended = Promise.withResolvers<Execution | null>();
  const unsubscribe = session.client.onEvent((event) => show(event));
  void session.ended.then(() => ended.resolve(null));
  try {
    const id = await start();
    const display = createDisplay(context, session, id);
    const cancel = () => {
      display.interrupted();
      void session.client.cancelExecution({ id }).catch(() => ended.resolve(null));
    };
    context.interrupted.addEventListener('abort', cancel, { once: true });
    if (context.interrupted.aborted) cancel();
    show = (event) => {
      if (!isOf(event, id)) return;
      display.show(event);
      if (event.type === 'execution.changed' && !isUnfinished(event.execution)) ended.resolve(event.execution);
    };
    early.splice(0).forEach((event) => show(event));
    const execution = await ended.promise;
    if (execution === null)
      return complain(context.output, {
        reason: 'disconnected',
        message: 'the agent went away before the execution ended',
      });
    await display.end(execution);
    await showGain(context, session, id);
    return exitCodeOf(execution);
  } finally {
    unsubscribe();
    context.output.progress(null);
  }
}

/** What the plan was worth, beside what it promised. */
async function showGain({ commandLine, output }: CommandContext, { client }: Session, id: ExecutionId): Promise<void> {
  if (commandLine.switches.has('json')) return;
  const metrics = await client.getPipelineMetrics({ id }).catch(() => null);
  if (metrics !== null) for (const line of gainLines(metrics)) output.line(line);
}

interface Display {
  show(event: NoodleEvent): void;
  /** The user wants it to end. */
  interrupted(): void;
  end(execution: Execution): void | Promise<void>;
}

function createDisplay({ commandLine, output }: CommandContext, { client, name }: Session, id: ExecutionId): Display {
  if (commandLine.switches.has('json')) {
    const print = (line: object) => output.line(JSON.stringify(line));
    print({ type: 'execution.started', executionId: id });
    return {
      interrupted: () => print({ type: 'execution.interrupted', executionId: id }),
      show(event) {
        if (event.type === 'step.changed' && !isUnfinished(event.step)) print({ type: 'step.finished', ...event.step });
        if (event.type === 'approval.changed') print({ type: event.type, approval: event.approval });
      },
      end: (execution) => print({ type: 'execution.finished', execution }),
    };
  }
  const rendering = new PipelineRendering(output, commandLine.switches.has('verbose'));
  output.line(`${name} · ${id}`);
  // What comes while the plan is asked for stands after it.
  let held: NoodleEvent[] | null = null;
  let planShown: Promise<void> = Promise.resolve();
  const letGo = () => {
    const events = held ?? [];
    held = null;
    for (const event of events) rendering.show(event);
  };
  return {
    show(event) {
      if (held !== null) return void held.push(event);
      const isPlanned = event.type === 'step.changed' && event.step.kind === 'plan' && event.step.state === 'succeeded';
      if (!isPlanned) return rendering.show(event);
      held = [event];
      planShown = showPlan().then(letGo);
    },
    interrupted: () => rendering.interrupted(id),
    async end(execution) {
      await planShown;
      letGo();
      rendering.end(execution);
    },
  };
  async function showPlan(): Promise<void> {
    const plan = await client.getExecutionPlan({ id }).catch(() => null);
    if (plan !== null) rendering.plan(pipelinePlanLines(plan, false));
  }
}

function isOf(event: NoodleEvent, id: ExecutionId): boolean {
  if (event.type === 'execution.changed') return event.execution.id === id;
  if (event.type === 'approval.changed') return event.approval.executionId === id;
  return 'executionId' in event && event.executionId === id;
}

/** 1 when a step failed; 2 when the execution could not do what it was asked to. */
function exitCodeOf({ state, steps }: Execution): ExitCode {
  if (state === 'succeeded') return 0;
  return state === 'failed' && !steps.some(({ kind, state: own }) => kind === 'plan' && own === 'failed') ? 1 : 2;
}
