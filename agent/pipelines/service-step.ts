// A service: a process beside the steps that need it, ready when its check says so, ended when nothing needs it any more.
import path from 'node:path';
import type { StepContext, StepOutcome } from '../engine/engine.ts';
import type { ProcessExit } from '../platform/processes.ts';
import type { PipelineService } from '../protocol/pipeline.ts';
import { formatDuration } from '../protocol/quantities.ts';
import { waitName, waitUntil, type WaitSurroundings } from './waiting.ts';

/** Runs the service until it is released. */
export async function runService(
  service: PipelineService,
  context: StepContext,
  around: WaitSurroundings,
): Promise<StepOutcome> {
  const end = new AbortController();
  const exited = context.run({
    command: service.command,
    shell: true,
    cwd: path.join(around.root, service.folder),
    environment: around.environment,
    signal: end.signal,
  });
  try {
    const beginning = await begin(service, context, { ...around, exited });
    if (beginning !== null) return beginning;
    context.ready();
    const exit = await Promise.race([exited, untilAborted(context.released)]);
    if (exit === null) return { state: 'succeeded', reason: 'ended, as nothing needs it any more' };
    return { state: 'failed', reason: `ended with ${codeOf(exit)} while steps needed it` };
  } finally {
    end.abort();
    await exited;
  }
}

/** Null when it is ready. */
async function begin(
  { ready, timeout }: PipelineService,
  context: StepContext,
  { exited, ...around }: WaitSurroundings & { readonly exited: Promise<ProcessExit> },
): Promise<StepOutcome | null> {
  if (ready === undefined) return null;
  const stop = new AbortController();
  const late = Promise.withResolvers<'late'>();
  const cancelTimer = around.clock.schedule(timeout * 1000, () => late.resolve('late'));
  const signal = AbortSignal.any([stop.signal, context.signal]);
  const isReady = waitUntil(ready, context, { ...around, signal });
  context.say(`starting: until ${waitName(ready)}`);
  const first = await Promise.race([isReady, exited, late.promise]);
  cancelTimer();
  stop.abort();
  await isReady;
  context.say(null);
  if (first === true) return null;
  if (first === 'late')
    return { state: 'failed', reason: `was not ready after ${formatDuration(timeout * 1000)}: no ${waitName(ready)}` };
  return {
    state: 'failed',
    reason: first === false ? 'was not ready' : `ended with ${codeOf(first)} before it was ready`,
  };
}

function untilAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

function codeOf({ exitCode, signalName, startError }: ProcessExit): string {
  return startError ?? (exitCode === null ? (signalName ?? 'a signal') : `exit code ${exitCode}`);
}
