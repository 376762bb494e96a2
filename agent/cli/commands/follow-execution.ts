// Starts an execution and shows what it is at until it ends.
import type { Execution } from '../../protocol/execution.ts';
import type { ExecutionId } from '../../protocol/ids.ts';
import type { CommandContext, Session } from '../session.ts';
import { isUnfinished } from './pipeline-subject.ts';

/** Starts it and waits for its end; an interrupt cancels it. Null when the agent went away. */
export async function followExecution(
  { output, interrupted }: CommandContext,
  { client, ended: agentEnded }: Session,
  start: () => Promise<{ readonly executionId: ExecutionId }>,
): Promise<Execution | null> {
  const ended = Promise.withResolvers<Execution | null>();
  const seen = new Map<ExecutionId, Execution>();
  let own: ExecutionId | null = null;
  const look = () => {
    const execution = own === null ? undefined : seen.get(own);
    if (execution === undefined) return;
    const running = execution.steps.find(({ state }) => state === 'running');
    if (running !== undefined)
      output.progress(`${running.name}${running.reason === null ? '' : `: ${running.reason}`} …`);
    if (!isUnfinished(execution)) ended.resolve(execution);
  };
  const stop = client.onEvent((event) => {
    if (event.type !== 'execution.changed') return;
    seen.set(event.execution.id, event.execution);
    look();
  });
  void agentEnded.then(() => ended.resolve(null));
  try {
    own = (await start()).executionId;
    const id = own;
    const cancel = () => void client.cancelExecution({ id }).catch(() => ended.resolve(null));
    interrupted.addEventListener('abort', cancel, { once: true });
    if (interrupted.aborted) cancel();
    look();
    return await ended.promise;
  } finally {
    stop();
    output.progress(null);
  }
}
