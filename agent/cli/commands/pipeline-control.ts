// `noodle pipeline cancel`, `pause`, `resume` and `approve`: words to an execution that is under way.
import { userInfo } from 'node:os';
import type { Execution } from '../../protocol/execution.ts';
import { FailureError } from '../../protocol/failure.ts';
import type { Approval } from '../../protocol/pipeline.ts';
import { StepId, type ExecutionId } from '../../protocol/ids.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { executionOf, isUnfinished } from './pipeline-subject.ts';
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
    const waiting = (await session.client.listApprovals({ waiting: true })).approvals;
    const [named = 'latest'] = commandLine.positionals;
    const wanted = waiting.find(({ executionId }) => named === 'latest' || executionId === named);
    const id = wanted?.executionId ?? (await executionOf(context, session));
    if (switches.has('show')) return showQuestions(context, id, waiting);
    const approval = await session.client.decideApproval({
      id,
      decision: switches.has('reject') ? 'reject' : 'approve',
      by: userInfo().username,
      ...(step === undefined ? {} : { stepId: StepId.parse(step) }),
      ...(comment === undefined ? {} : { comment }),
    });
    output.line(switches.has('json') ? JSON.stringify(approval) : `${approval.stepId} of ${id}: ${approval.state}`);
    return 0;
  });
}

function showQuestions(
  { commandLine, output }: CommandContext,
  id: ExecutionId,
  waiting: readonly Approval[],
): ExitCode {
  const shown = waiting.filter(({ executionId }) => executionId === id);
  if (shown.length === 0)
    throw new FailureError({ reason: 'not_found', message: `nothing of ${id} waits for an approval` });
  const textOf = ({ stepId, question, diff }: Approval) => `${stepId}: ${question}\n\n${diff}`;
  for (const approval of shown)
    output.line(commandLine.switches.has('json') ? JSON.stringify(approval) : textOf(approval));
  return 0;
}

async function control(
  context: CommandContext,
  act: (session: Session, id: ExecutionId) => Promise<Execution>,
  word: string,
): Promise<ExitCode> {
  const { output, commandLine } = context;
  return await withSession(context, async (session) => {
    const execution = await act(session, await executionOf(context, session, isUnfinished));
    output.line(
      commandLine.switches.has('json') ? JSON.stringify(execution) : `${execution.name} · ${execution.id} · ${word}`,
    );
    return 0;
  });
}
