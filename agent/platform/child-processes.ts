// Starts processes with execa, each in its own group, and does not let go before the group is gone.
import type { ChildProcess } from 'node:child_process';
import { execa, type Options } from 'execa';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { createProcessRecords, type ProcessRecords } from './orphans.ts';
import { readOutput, type Output } from './process-output.ts';
import { endGroups, isGroupLeft } from './process-group.ts';
import { ProcessPriority } from './process-priority.ts';
import type { ProcessExit, ProcessHandle, ProcessSpec, Processes } from './processes.ts';
import { createReaper } from './reaper.ts';

export interface ChildProcessesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute; where running processes are noted for the next start of the agent (see orphans.ts). Null: nowhere. */
  readonly recordsFolder: string | null;
}

const defaultKillAfterMs = 2000;

/** Starts processes; `dispose` ends all that still run. */
export function createProcesses(options: ChildProcessesOptions): Processes {
  const reaper = createReaper(options.log);
  const running = new Set<ProcessHandle>();
  const priority = new ProcessPriority(options.clock);
  const records: ProcessRecords =
    options.recordsFolder === null
      ? { add() {}, remove() {} }
      : createProcessRecords(options.recordsFolder, options.clock, options.log);
  const registry: Registry = {
    add(pid) {
      reaper.add(pid);
      records.add(pid);
      priority.add(pid);
    },
    remove(pid) {
      reaper.remove(pid);
      records.remove(pid);
      priority.remove(pid);
    },
  };
  return {
    start(spec) {
      const handle = spec.instead?.(spec) ?? startProcess(spec, options.clock, registry);
      running.add(handle);
      void handle.exited.then(() => running.delete(handle));
      return handle;
    },
    yield: (isYielding) => priority.yield(isYielding),
    async dispose() {
      priority.dispose();
      for (const handle of running) handle.kill();
      await Promise.all([...running].map((handle) => handle.exited));
      reaper.dispose();
    },
  };
}

/** What was cancelled before it began. */
const neverStarted: ProcessHandle = {
  pid: null,
  exited: Promise.resolve({ exitCode: null, signalName: 'SIGTERM', startError: null, durationMs: 0 }),
  write() {},
  send() {},
  kill() {},
};

interface Registry {
  add(pid: number): void;
  remove(pid: number): void;
}

type Subprocess = ReturnType<typeof spawnProcess>;

function startProcess(spec: ProcessSpec, clock: Clock, registry: Registry): ProcessHandle {
  if (spec.signal?.aborted === true) return neverStarted;
  const startedMs = clock.monotonicMs();
  const subprocess = spawnProcess(spec);
  const { pid, nodeChildProcess: child } = subprocess;
  const exitOf = (exit: Omit<ProcessExit, 'durationMs'>): ProcessExit => ({
    ...exit,
    durationMs: clock.monotonicMs() - startedMs,
  });
  if (pid === undefined)
    return { pid: null, exited: startFailure(subprocess).then(exitOf), write() {}, send() {}, kill() {} };
  registry.add(pid);
  // Errors of execa repeat what the exit and the streams say.
  subprocess.catch(() => {});
  const leader = new Promise<Omit<ProcessExit, 'durationMs'>>((resolve) => {
    child.once('exit', (exitCode, signalName) => resolve({ exitCode, signalName, startError: null }));
  });
  const ending = createEnding(subprocess, pid, {
    killAfterMs: spec.killAfterMs ?? defaultKillAfterMs,
    endSignal: spec.endSignal ?? 'SIGTERM',
    beforeKill: spec.beforeKill,
    leader,
  });
  const output = readOutput(child, spec);
  const exited = waitForAll({ pid, leader, output, ending })
    .then(exitOf)
    .finally(() => {
      registry.remove(pid);
      spec.signal?.removeEventListener('abort', ending.begin);
    });
  spec.signal?.addEventListener('abort', ending.begin, { once: true });
  child.stdin?.on('error', () => {});
  return {
    pid,
    exited,
    write: (text) => void child.stdin?.write(text),
    send: (text) => sendTo(child.stdio[3], text),
    kill: ending.begin,
  };
}

/** A child that is gone reads nothing; its end tells more than the error. */
function sendTo(stream: ChildProcess['stdio'][3], text: string): void {
  if (stream !== null && stream !== undefined && 'write' in stream && !stream.destroyed) stream.write(text, () => {});
}

function spawnProcess(spec: ProcessSpec) {
  const options = {
    cwd: spec.cwd,
    env: { ...spec.environment },
    extendEnv: false,
    shell: spec.shell ?? false,
    stdio: [spec.stdin ?? 'ignore', 'pipe', 'pipe', ...(spec.onReport === undefined ? [] : (['pipe'] as const))],
    buffer: false,
    reject: false,
    killDescendants: true,
    // The reaper does it where there is one, and the group as a whole.
    cleanup: process.platform === 'win32',
    forceKillAfterDelay: false,
  } as const satisfies Options;
  return execa(spec.command, [...(spec.args ?? [])], options);
}

async function startFailure(subprocess: Subprocess): Promise<Omit<ProcessExit, 'durationMs'>> {
  const result = await subprocess;
  return { exitCode: null, signalName: null, startError: result.code ?? 'UNKNOWN' };
}

interface Ending {
  /** Begins to end the group, if nobody has. */
  begin(): void;
  /** Ends it and resolves when it is gone. */
  complete(): Promise<void>;
  hasBegun(): boolean;
}

interface EndingOptions {
  readonly killAfterMs: number;
  readonly endSignal: NodeJS.Signals;
  readonly beforeKill: ProcessSpec['beforeKill'];
  readonly leader: Promise<unknown>;
}

function createEnding(
  subprocess: Subprocess,
  pid: number,
  { killAfterMs, endSignal, beforeKill, leader }: EndingOptions,
): Ending {
  let ending: Promise<void> | null = null;
  const end = async () => {
    await beforeKill?.(pid);
    await endGroups(pid, killAfterMs, endSignal);
  };
  const complete = () => {
    ending ??= process.platform === 'win32' ? endTree(subprocess, leader) : end();
    return ending;
  };
  return { begin: () => void complete(), complete, hasBegun: () => ending !== null };
}

/** `taskkill /T /F` as execa calls it: Windows knows no polite signal for a tree. */
async function endTree(subprocess: Subprocess, leader: Promise<unknown>): Promise<void> {
  subprocess.kill();
  await leader;
}

/**
 * The leader's exit, with everything that follows it: its output is read to the end, unless something below it holds the
 * pipes open; and what is left of its group is ended.
 */
async function waitForAll(child: {
  pid: number;
  leader: Promise<Omit<ProcessExit, 'durationMs'>>;
  output: Output;
  ending: Ending;
}): Promise<Omit<ProcessExit, 'durationMs'>> {
  const exit = await child.leader;
  const isDrained = await child.output.settle();
  const isLeft = process.platform !== 'win32' && isGroupLeft(child.pid);
  // Once somebody ends it, groups that descendants opened may outlive that of the leader.
  if (isLeft || child.ending.hasBegun()) await child.ending.complete();
  if (!isDrained && isLeft) await child.output.settle();
  child.output.close();
  return exit;
}
