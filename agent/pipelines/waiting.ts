// Waiting until something is so: an address answers, a port accepts, a file is there, a command exits with 0.
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import type { StepContext } from '../engine/engine.ts';
import type { Clock } from '../platform/clock.ts';
import type { Wait } from '../protocol/pipeline.ts';

export interface WaitSurroundings {
  readonly clock: Clock;
  /** Absolute. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How long one look may take: what never answers is asked again. */
const lookMs = 5000;

/** Looks again and again until it is so (true) or `signal` is aborted (false). */
export async function waitUntil(
  wait: Wait,
  context: Pick<StepContext, 'run'>,
  { clock, root, environment, signal }: WaitSurroundings & { readonly signal: AbortSignal },
): Promise<boolean> {
  while (!signal.aborted) {
    if (await looks(wait, context, { clock, root, environment, signal })) return true;
    await pause(clock, wait.every * 1000, signal);
  }
  return false;
}

/** `http://localhost:8080 answers`. */
export function waitName(wait: Wait): string {
  if (wait.url !== undefined) return `${wait.url} answers`;
  if (wait.port !== undefined) return `port ${wait.port} accepts connections`;
  return wait.file === undefined ? `\`${wait.command ?? ''}\` exits with 0` : `${wait.file} exists`;
}

/** Resolves after a time, or at once when `signal` is aborted. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(milliseconds, end);
    signal.addEventListener('abort', end, { once: true });
  });
}

type Look = WaitSurroundings & { readonly signal: AbortSignal };

async function looks(wait: Wait, context: Pick<StepContext, 'run'>, around: Look): Promise<boolean> {
  if (wait.url !== undefined) return await answers(wait.url, around.signal);
  if (wait.port !== undefined) return await accepts(wait.port, around.signal);
  if (wait.file !== undefined) return await exists(path.resolve(around.root, wait.file));
  const { root: cwd, environment, signal } = around;
  const exit = await context.run({ command: wait.command ?? '', shell: true, cwd, environment, signal });
  return exit.exitCode === 0;
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(lookMs)]);
    const response = await fetch(url, { signal: limit, redirect: 'manual' });
    await response.body?.cancel();
    return response.status < 400;
  } catch {
    return false;
  }
}

function accepts(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' });
    const end = (isOpen: boolean) => {
      signal.removeEventListener('abort', leave);
      socket.destroy();
      resolve(isOpen);
    };
    const leave = () => end(false);
    signal.addEventListener('abort', leave, { once: true });
    socket.setTimeout(lookMs, leave);
    socket.once('connect', () => end(true));
    socket.once('error', leave);
  });
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
