// `noodle watch`: runs at every change, until interrupted.
import type { ExecutionId } from '../../protocol/ids.ts';
import type { NoodleEvent } from '../../protocol/events.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { createDisplay } from './run.ts';
import { withSession } from './with-session.ts';

export async function watch(context: CommandContext): Promise<ExitCode> {
  return await withSession(context, (session) => followChanges(context, session), { isServing: true, isWatching: true });
}

/** Runs what the present change can affect, and shows that and every later run, until the user interrupts or the agent leaves. */
async function followChanges(context: CommandContext, session: Session): Promise<ExitCode> {
  const { interrupted } = context;
  const { client } = session;
  const unsubscribe = showRuns(context, session);
  try {
    // Watching before the first run: what changes while that is under way is tested too.
    await client.setWatching({ watching: true });
    const { executionId } = await client.startRun({ trigger: 'command' });
    await Promise.race([untilAborted(interrupted), session.ended]);
    if (!interrupted.aborted) return 2;
    // An agent that other clients keep alive is left as it was found.
    await client.setWatching({ watching: false });
    await client.cancelExecution({ id: executionId });
    return 0;
  } finally {
    unsubscribe();
    context.output.progress(null);
  }
}

/** Shows every run, whoever starts it; answers with the way to stop. */
function showRuns(context: CommandContext, session: Session): () => void {
  const { output, commandLine } = context;
  const displays = new Map<ExecutionId, (event: NoodleEvent) => void>();
  let isFirst = true;
  return session.client.onEvent((event) => {
    if (event.type === 'run.started') displays.set(event.executionId, createDisplay(context, session, event.executionId));
    for (const display of displays.values()) display(event);
    if (event.type !== 'run.finished') return;
    displays.delete(event.executionId);
    if (isFirst && !commandLine.switches.has('json')) output.line(`watching · dashboard ${session.dashboardAddress} · Ctrl-C ends`);
    isFirst = false;
  });
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
