// Starts the repository's agent, or finds the one that lives already: both answer with one line of JSON.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { failure, success, type Result } from '../agent/protocol/failure.ts';

/** The line that `noodle serve --json` prints when it, or the agent that it found, can be talked to. */
const AgentStarted = z.object({ type: z.literal('agent.started'), root: z.string(), pid: z.int(), address: z.url(), adopted: z.boolean() });

export interface AgentContact {
  /** Absolute path of the repository's root. */
  readonly root: string;
  readonly pid: number;
  readonly port: number;
  readonly token: string;
  readonly dashboardAddress: string;
}

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
export function startAgent({ program, folder, log, environment, idleExitSeconds, timeoutMs }: AgentProcessOptions): Promise<Result<AgentContact>> {
  const args = [program, 'serve', '--json', '--untrusted', '--idle-exit', String(idleExitSeconds), '--repo', folder];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    detached: true,
    env: { ...environment, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  return new Promise((resolve) => {
    const complaints: string[] = [];
    const settle = (result: Result<AgentContact>) => {
      clearTimeout(timer);
      // From here on the agent lives by itself: neither its pipes nor its end keep this window waiting.
      child.unref();
      resolve(result);
    };
    const timer = setTimeout(() => settle(failure('timed_out', `the agent did not start within ${timeoutMs / 1000} s`)), timeoutMs);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const contact = contactOf(line);
      if (contact === null) log(line);
      else settle(success(contact));
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      log(line);
      complaints.push(line);
    });
    child.once('error', (error) => settle(failure('internal', `the agent could not be started: ${error.message}`)));
    child.once('close', (exitCode) => {
      log(`agent: ended with exit code ${exitCode ?? 'none'}`);
      settle(failure('internal', complaints.at(-1) ?? `the agent ended at once with exit code ${exitCode ?? 'none'}`));
    });
  });
}

function contactOf(line: string): AgentContact | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = AgentStarted.safeParse(value);
  if (!parsed.success) return null;
  const { root, pid, address } = parsed.data;
  const url = new URL(address);
  return { root, pid, port: Number(url.port), token: url.searchParams.get('token') ?? '', dashboardAddress: address };
}
