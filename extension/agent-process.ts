// Starts the repository's agent, or finds the one that lives already: both answer with one line of JSON.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { FailureReason, Result } from '../agent/protocol/failure.ts';
import type { AgentContact } from './agent-contact.ts';

export interface AgentProcessOptions {
  /** Absolute path of the bundle, `dist/agent.mjs`. */
  readonly program: string;
  /** Anywhere in the repository, absolute. */
  readonly folder: string;
  readonly log: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Leave when no window has needed the agent for so long. */
  readonly idleExitSeconds: number;
  readonly timeoutMs: number;
}

/**
 * Runs `noodle serve` in a process of its own, which outlives this window. `internal` when it ends or stays silent;
 * its last words are in the message.
 */
export function startAgent(options: AgentProcessOptions): Promise<Result<AgentContact>> {
  return firstWord(spawnAgent(options), options);
}

function spawnAgent({ program, folder, environment, idleExitSeconds }: AgentProcessOptions): AgentChild {
  const args = [program, 'serve', '--json', '--untrusted', '--idle-exit', String(idleExitSeconds), '--repo', folder];
  return spawn(process.execPath, args, {
    cwd: folder,
    detached: true,
    env: { ...environment, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

type AgentChild = ChildProcessByStdio<null, Readable, Readable>;

/** The contact that the process prints, or why there is none. What it complains of goes to the log as long as it lives. */
function firstWord(child: AgentChild, { log, timeoutMs }: AgentProcessOptions): Promise<Result<AgentContact>> {
  const answer = Promise.withResolvers<Result<AgentContact>>();
  let complaint: string | null = null;
  const timer = setTimeout(() => {
    answer.resolve(failed('timed_out', `the agent did not start within ${timeoutMs / 1000} s`));
    child.kill();
  }, timeoutMs);
  // Loaded while the agent starts, so that activation stays quick.
  const contract = import('./agent-contact.ts');
  let read: Promise<void> = Promise.resolve();
  createInterface({ input: child.stdout }).on('line', (line) => {
    read = Promise.all([contract, read]).then(([{ contactIn }]) => {
      const contact = contactIn(line);
      if (contact === null) log(line);
      else answer.resolve({ ok: true, value: contact });
    });
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    log(line);
    complaint = complaintIn(line, complaint);
  });
  child.once('error', (error) =>
    answer.resolve(failed('internal', `the agent could not be started: ${error.message}`)),
  );
  child.once('close', (exitCode, signal) => {
    const end = signal === null ? `exit code ${exitCode}` : signal;
    // One that found another agent ends at once, and well.
    if (exitCode !== 0) log(`the agent ended with ${end}`);
    void read.then(() => answer.resolve(failed('internal', complaint ?? `the agent ended at once with ${end}`)));
  });
  return answer.promise.finally(() => {
    clearTimeout(timer);
    // From here on the agent lives by itself: its end does not keep this window waiting.
    child.unref();
  });
}

/** The program says what went wrong in a line that starts with its name; what follows is a hint. */
function complaintIn(line: string, before: string | null): string {
  const prefix = 'noodle: ';
  return line.startsWith(prefix) ? line.slice(prefix.length) : (before ?? line);
}

function failed(reason: FailureReason, message: string): Result<never> {
  return { ok: false, failure: { reason, message } };
}
