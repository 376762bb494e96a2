// `noodle run`: one run, from start to exit code.
import type { EventOf, NoodleEvent } from '../../protocol/events.ts';
import type { ExecutionId } from '../../protocol/ids.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { CoveredCount } from '../../protocol/coverage.ts';
import { counted } from '../../protocol/quantities.ts';
import type { Plan, PlanRequest } from '../../protocol/plan.ts';
import { plannedFiles } from '../../protocol/planned-files.ts';
import { knownFrameworks } from '../../protocol/test.ts';
import { runObject } from '../json-output.ts';
import { createRunRenderer } from '../run-output.ts';
import type { Output } from '../output.ts';
import { triageLines } from '../triage-output.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { budgetOptions } from './budget-options.ts';
import { resolveTests } from './resolve-tests.ts';
import { folderOf, withSession } from './with-session.ts';

export async function run(context: CommandContext): Promise<ExitCode> {
  const { switches } = context.commandLine;
  const budget = budgetOptions(context.commandLine);
  if (!budget.ok) return complain(context.output, budget.failure);
  const work = async (session: Session) => {
    if (switches.has('verbose') && !switches.has('json')) context.output.line(`dashboard ${session.dashboardAddress}`);
    return await runRequest(context, session, { ...(await requestOf(context, session)), ...budget.value });
  };
  return await withSession(context, work, { isServing: true });
}

/** Starts a run in `session`, shows it, and answers with its exit code. */
export async function runRequest(context: CommandContext, session: Session, request: PlanRequest): Promise<ExitCode> {
  // Events may arrive before the answer that names the execution: they are kept until then.
  const early: NoodleEvent[] = [];
  let show = (event: NoodleEvent): void => void early.push(event);
  let plan: Plan | null = null;
  const ended = Promise.withResolvers<EventOf<'run.finished'> | null>();
  const unsubscribe = session.client.onEvent((event) => show(event));
  void session.ended.then(() => ended.resolve(null));
  try {
    const { executionId } = await session.client.startRun({ ...request, trigger: 'command' });
    const cancel = () => void session.client.cancelExecution({ id: executionId }).catch(() => ended.resolve(null));
    context.interrupted.addEventListener('abort', cancel, { once: true });
    if (context.interrupted.aborted) cancel();
    const render = createDisplay(context, session, executionId);
    show = (event) => {
      render(event);
      if (event.type === 'plan.made' && event.executionId === executionId) plan = event.plan;
      if (event.type === 'run.finished' && event.executionId === executionId) ended.resolve(event);
    };
    early.splice(0).forEach(show);
    const finished = await ended.promise;
    if (finished === null) return complain(context.output, { reason: 'disconnected', message: 'the agent went away before the run ended' });
    if (plan !== null && isEmpty(plan) && finished.status === 'succeeded' && request.buildsOnly !== true) return complain(context.output, nothingFound);
    if (request.coverage === true && !context.commandLine.switches.has('json')) await showCoverage(context, session, executionId);
    await showCauses(context, session, finished);
    const code = exitCodeOf(finished);
    // People read it in the last line; in the JSON it has no place.
    if (code === 2 && context.commandLine.switches.has('json')) tellWhy(context.output, finished);
    return code;
  } finally {
    unsubscribe();
    context.output.progress(null);
  }
}

/** What the tests of this run ran of the sources. */
async function showCoverage({ output }: CommandContext, { client }: Session, execution: ExecutionId): Promise<void> {
  const { files, lines, functions, notes } = await client.getCoverage({ execution });
  if (files.length === 0) {
    const reasons = notes.length === 0 ? ['see the limits of recording in the README'] : notes;
    for (const reason of reasons) output.line(`coverage  nothing was recorded: ${reason}`);
  }
  else output.line(`coverage  ${share(lines)} of ${counted(lines.total, 'line')} and ${share(functions)} of ${counted(functions.total, 'function')} in ${counted(files.length, 'file')}   noodle coverage`);
}

function share({ covered, total }: CoveredCount): string {
  return total === 0 ? 'none' : `${((covered / total) * 100).toFixed(1)} %`;
}

/** For people: what failed, gathered by cause. */
async function showCauses({ commandLine, output }: CommandContext, { client }: Session, { counts, executionId }: EventOf<'run.finished'>): Promise<void> {
  if (counts.failed === 0 || commandLine.switches.has('json')) return;
  const { clusters } = await client.getTriage({});
  for (const line of triageLines(clusters, executionId)) output.line(line);
}

/** Green would be a lie: there is nothing here that could fail. */
const nothingFound: Failure = {
  reason: 'not_found',
  message: 'nothing was run: no tests and no build targets were found here',
  hint: `Known are ${knownFrameworks}; build targets can be declared there too.`,
};

function isEmpty(plan: Plan): boolean {
  return plan.builds.length === 0 && plannedFiles(plan) === 0;
}

function tellWhy({ complain: say }: Output, { status, reason, notes }: EventOf<'run.finished'>): void {
  say(`noodle: ${reason ?? `the run ended: ${status.replace('_', ' ')}`}`);
  for (const note of notes) say(`        ${note}`);
}

/** Shows the events of one execution as the options say. */
export function createDisplay({ commandLine, output }: CommandContext, session: Session, executionId: ExecutionId): (event: NoodleEvent) => void {
  if (commandLine.switches.has('json')) {
    return (event) => {
      const object = runObject(event, executionId);
      if (object !== null) output.line(JSON.stringify(object));
    };
  }
  const renderer = createRunRenderer(executionId, { output, repositoryName: session.name, isVerbose: commandLine.switches.has('verbose') });
  return (event) => renderer.show(event);
}

async function requestOf(context: CommandContext, session: Session): Promise<PlanRequest> {
  const { switches, values, positionals } = context.commandLine;
  const base = values.get('base');
  const tests = positionals.length === 0 ? undefined : await resolveTests(session, positionals, folderOf(context));
  return {
    ...(base === undefined ? {} : { base }),
    ...(switches.has('all') ? { all: true } : {}),
    ...(switches.has('failed') ? { failed: true } : {}),
    ...(switches.has('audit') ? { audit: true } : {}),
    ...(switches.has('no-cache') ? { cache: false } : {}),
    ...(switches.has('cold') ? { cold: true } : {}),
    ...(switches.has('coverage') ? { coverage: true } : {}),
    ...(tests === undefined ? {} : { tests }),
  };
}

/** 1 when a test or build failed; 2 when the run could not do what it was asked to. */
function exitCodeOf({ status, counts, firstFailureAtMs }: EventOf<'run.finished'>): ExitCode {
  if (status === 'succeeded') return 0;
  return counts.failed > 0 || firstFailureAtMs !== null ? 1 : 2;
}
