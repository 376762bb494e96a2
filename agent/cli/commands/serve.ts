// `noodle serve`: the agent for editors, the dashboard and scripts.
import { success } from '../../protocol/failure.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { complain } from '../session.ts';
import { untilAborted } from './watch.ts';
import { folderOf } from './with-session.ts';

export async function serve(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output, openSession, interrupted } = context;
  const idleExitMs = idleExit(commandLine.values.get('idle-exit'));
  if (!idleExitMs.ok) return complain(output, idleExitMs.failure);
  const opened = await openSession({
    folder: folderOf(context),
    agent: 'own',
    idleExitMs: idleExitMs.value,
    isTrusted: !commandLine.switches.has('untrusted'),
  });
  if (!opened.ok) return complain(output, opened.failure);
  announce(context, opened.value);
  await Promise.race([untilAborted(interrupted), opened.value.ended]);
  await opened.value.dispose();
  return 0;
}

function announce({ commandLine, output }: CommandContext, session: Session): void {
  if (commandLine.switches.has('json')) {
    output.line(JSON.stringify({ type: 'agent.started', root: session.root, pid: process.pid, address: session.dashboardAddress }));
  } else {
    output.line(`${session.name} · dashboard ${session.dashboardAddress} · Ctrl-C ends`);
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
