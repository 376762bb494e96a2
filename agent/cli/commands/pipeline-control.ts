// `noodle pipeline cancel`, `pause`, `resume` and `approve`: words to an execution that is under way.
import { userInfo } from 'node:os';
import type { Execution } from '../../protocol/execution.ts';
import { FailureError } from '../../protocol/failure.ts';
import type { Approval } from '../../protocol/pipeline.ts';
import { ExecutionId, StepId } from '../../protocol/ids.ts';
import { questionLines } from '../pipeline-output.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { executionOf, isExecutionId, isUnfinished, severalFit, type ExecutionChoice } from './pipeline-subject.ts';
import { withSession } from './with-session.ts';

export async function cancel(context: CommandContext): Promise<ExitCode> {
  return await control(context, ({ client }, id) => client.cancelExecution({ id }), 'cancelled');
}

export async function pause(context: CommandContext): Promise<ExitCode> {
  return await control(
    context,
    ({ client }, id) => client.pauseExecution({ id }),
    'paused; what runs ends first: noodle pipeline resume goes on',
  );
}

export async function resume(context: CommandContext): Promise<ExitCode> {
  return await control(context, ({ client }, id) => client.resumeExecution({ id }), 'goes on');
}

export async function approve(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const { switches, values } = commandLine;
  const step = values.get('step');
  const comment = values.get('comment');
  return await withSession(context, async (session) => {
    const { approvals } = await session.client.listApprovals({ waiting: true, limit: 200 });
    const [named] = commandLine.positionals;
    const meant = approvals.filter((approval) => isMeant(approval, named));
    if (switches.has('show')) return showQuestions(context, named === 'latest' ? meant.slice(0, 1) : meant);
    const id = idOf(meant, named);
    const approval = await session.client.decideApproval({
      id,
      decision: switches.has('reject') ? 'reject' : 'approve',
      by: userInfo().username,
      ...(step === undefined ? {} : { stepId: StepId.parse(step) }),
      ...(comment === undefined ? {} : { comment }),
    });
    output.line(
      switches.has('json')
        ? JSON.stringify(approval)
        : `${approval.pipeline} · ${id} · ${approval.stepId} ${approval.state}: ${approval.question}`,
    );
    return 0;
  });
}

function isMeant({ executionId, pipeline }: Approval, named: string | undefined): boolean {
  return named === undefined || named === 'latest' || executionId === named || pipeline === named;
}

/** The execution whose question is answered. Between several nobody but the user chooses. */
function idOf(waiting: readonly Approval[], named: string | undefined): ExecutionId {
  const [latest] = waiting;
  // The agent knows what became of an execution that asks nothing.
  if (named !== undefined && isExecutionId(named)) return ExecutionId.parse(named);
  if (latest === undefined) throw nothingWaits(named);
  const executions = new Map(waiting.map(({ executionId, pipeline }) => [executionId, pipeline]));
  if (executions.size > 1 && named !== 'latest') throw severalFit([...executions].map(([id, name]) => ({ id, name })));
  return latest.executionId;
}

function nothingWaits(named: string | undefined): FailureError {
  const whose = named === undefined || named === 'latest' ? '' : ` of ${named}`;
  return new FailureError({
    reason: 'not_found',
    message: `nothing${whose} waits for an approval`,
    hint: 'List what runs: `noodle pipeline list`.',
  });
}

function showQuestions({ commandLine, output }: CommandContext, waiting: readonly Approval[]): ExitCode {
  if (waiting.length === 0) throw nothingWaits(commandLine.positionals[0]);
  for (const approval of waiting) {
    if (commandLine.switches.has('json')) output.line(JSON.stringify(approval));
    else questionLines(approval).forEach((line) => output.line(line));
  }
  return 0;
}

const underWay: ExecutionChoice = {
  fits: isUnfinished,
  none: 'no execution of a pipeline is under way',
  mustBeOne: true,
  isTold: true,
};

async function control(
  context: CommandContext,
  act: (session: Session, id: ExecutionId) => Promise<Execution>,
  word: string,
): Promise<ExitCode> {
  const { output, commandLine } = context;
  return await withSession(context, async (session) => {
    const execution = await act(session, await executionOf(context, session, underWay));
    output.line(
      commandLine.switches.has('json') ? JSON.stringify(execution) : `${execution.name} · ${execution.id} · ${word}`,
    );
    return 0;
  });
}
