// `noodle serve`: the agent for editors, the dashboard and scripts.
import { success } from '../../protocol/failure.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { complain } from '../session.ts';
import { untilAborted } from './watch.ts';
import { openSession } from './with-session.ts';

export async function serve(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output, interrupted } = context;
  const idleExitMs = idleExit(commandLine.values.get('idle-exit'));
  if (!idleExitMs.ok) return complain(output, idleExitMs.failure);
  const isTrusted = !commandLine.switches.has('untrusted');
  const opened = await openSession(context, { agent: 'own', idleExitMs: idleExitMs.value, isTrusted, isServing: true, isWatching: true });
  if (!opened.ok && opened.failure.reason === 'state_locked') return await adopt(context);
  if (!opened.ok) return complain(output, opened.failure);
  announce(context, opened.value);
  await Promise.race([untilAborted(interrupted), opened.value.ended]);
  await opened.value.dispose();
  return 0;
}

/** The repository has an agent already: names that one, and leaves it to it. */
async function adopt(context: CommandContext): Promise<ExitCode> {
  const opened = await openSession(context, { agent: 'live' });
  if (!opened.ok) return complain(context.output, opened.failure);
  const session = opened.value;
  const { pid } = await session.client.getAgentStatus({});
  await session.dispose();
  const { root, name, dashboardAddress } = session;
  if (context.commandLine.switches.has('json')) {
    context.output.line(JSON.stringify({ type: 'agent.started', root, pid, address: dashboardAddress, adopted: true }));
  } else {
    context.output.line(`${name} has an agent already (process ${pid}) · dashboard ${dashboardAddress}`);
  }
  return 0;
}

function announce({ commandLine, output }: CommandContext, { root, name, dashboardAddress }: Session): void {
  if (commandLine.switches.has('json')) {
    output.line(JSON.stringify({ type: 'agent.started', root, pid: process.pid, address: dashboardAddress, adopted: false }));
  } else {
    output.line(`${name} · dashboard ${dashboardAddress} · Ctrl-C ends`);
  }
}

function idleExit(text: string | undefined) {
  if (text === undefined) return success(null);
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0) {
    return { ok: false, failure: { reason: 'invalid_input', message: `--idle-exit: expected a number of seconds above 0, found '${text}'` } } as const;
  }
  return success(seconds * 1000);
}
