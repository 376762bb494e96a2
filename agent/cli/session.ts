// What a command works with: a client of the repository's agent, whether that lives in this process or another.
import type { Client } from '../protocol/client.ts';
import type { Failure, Result } from '../protocol/failure.ts';
import type { CommandLine } from './command-line.ts';
import type { Output } from './output.ts';

export interface Session {
  readonly client: Client;
  /** Absolute path and name of the repository. */
  readonly root: string;
  readonly name: string;
  /** The dashboard's address, with the token that opens it. */
  readonly dashboardAddress: string;
  /** The agent lives in this process and ends with the command. */
  readonly isOwnAgent: boolean;
  /** Resolves when the agent is gone: stopped by somebody, idle for long enough, or crashed. */
  readonly ended: Promise<void>;
  dispose(): Promise<void>;
}

export interface SessionOptions {
  /** Absolute; anywhere in the repository. */
  readonly folder: string;
  /** `live`: only an agent that runs already. `own`: only one in this process. */
  readonly agent: 'any' | 'live' | 'own';
  /** Leave after so long without anybody; null: never. */
  readonly idleExitMs: number | null;
  readonly isTrusted: boolean;
  /** An agent of this process answers on a port too, for editors, browsers and other commands. */
  readonly isServing: boolean;
  /** An agent of this process watches the repository. */
  readonly isWatching: boolean;
  /** Who asks, for the audit trail: `noodle run`. */
  readonly clientName: string;
}

export type OpenSession = (options: SessionOptions) => Promise<Result<Session>>;

export interface CommandContext {
  readonly commandLine: CommandLine;
  readonly output: Output;
  readonly openSession: OpenSession;
  /** Where the command was called, absolute; `--repo` counts from here. */
  readonly workingFolder: string;
  /** Aborted at the first interrupt (Ctrl-C, SIGTERM). */
  readonly interrupted: AbortSignal;
}

/** 0 all passed, 1 something failed, 2 could not run. */
export type ExitCode = 0 | 1 | 2;

/** Says what went wrong and what can be done about it, on standard error. */
export function complain(output: Output, problem: Failure): ExitCode {
  output.complain(`noodle: ${problem.message}`);
  if (problem.hint !== undefined) output.complain(`        ${problem.hint}`);
  return 2;
}
