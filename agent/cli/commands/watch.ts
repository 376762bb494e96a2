// `noodle watch`: runs at every change, until interrupted.
import type { ExecutionId } from '../../protocol/ids.ts';
import type { NoodleEvent } from '../../protocol/events.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { createDisplay, runOnce } from './run.ts';
import { withSession } from './with-session.ts';

export async function watch(context: CommandContext): Promise<ExitCode> {
  const work = async (session: Session) => {
    const code = await runOnce(context, session);
    return context.interrupted.aborted ? code : await followChanges(context, session);
  };
  return await withSession(context, work, { isServing: true, isWatching: true });
}

/** Shows every run that a change starts, until the user interrupts or the agent leaves. */
export async function followChanges(context: CommandContext, session: Session): Promise<ExitCode> {
  const { output, interrupted, commandLine } = context;
  let current: { readonly id: ExecutionId; readonly display: (event: NoodleEvent) => void } | null = null;
  const unsubscribe = session.client.onEvent((event) => {
    if (event.type === 'run.started') current = { id: event.executionId, display: createDisplay(context, session, event.executionId) };
    current?.display(event);
  });
  try {
    await session.client.setWatching({ watching: true });
    if (!commandLine.switches.has('json')) output.line(`watching · dashboard ${session.dashboardAddress} · Ctrl-C ends`);
    await Promise.race([untilAborted(interrupted), session.ended]);
    return interrupted.aborted ? 0 : 2;
  } finally {
    unsubscribe();
  }
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
