// Commands of terminals that run in this agent, so that a command need not load the program to ask the agent about it.
import { runCommandLine, type OpenSession } from './cli/cli.ts';
import { createOutput, type Terminal } from './cli/output.ts';
import type { Log } from './platform/log.ts';
import type { Client } from './protocol/client.ts';
import { CommandInterrupt, CommandRequest } from './protocol/command-channel.ts';
import { failure, success } from './protocol/failure.ts';
import type { CommandConnection } from './server/server.ts';

export interface CommandHostOptions {
  readonly version: string;
  readonly root: string;
  readonly name: string;
  readonly log: Log;
  dashboardAddress(): string;
  /** A client of this agent under the name of the command, for the audit trail. */
  clientFor(name: string): Client;
  /** Resolves when the agent was told to stop. */
  readonly stopped: Promise<void>;
}

/** They become the agent, end it, or work in another repository: they need a process of their own. */
const ofOwnProcess: ReadonlySet<string> = new Set(['serve', 'watch', 'stop', 'bisect', 'init']);

/** Serves one terminal, from the command line that it sends to the command's exit code. */
export function serveCommand(connection: CommandConnection, options: CommandHostOptions): void {
  const interrupted = new AbortController();
  connection.onClosed(() => interrupted.abort());
  let isBegun = false;
  connection.onMessage((message) => {
    if (isBegun) {
      if (CommandInterrupt.safeParse(message).success) interrupted.abort();
      return;
    }
    isBegun = true;
    const request = CommandRequest.safeParse(message);
    if (request.success && isForUs(request.data, options))
      void runFor(request.data, connection, interrupted.signal, options);
    else decline(connection);
  });
}

function isForUs({ version, argv }: CommandRequest, options: CommandHostOptions): boolean {
  return version === options.version && argv[0] !== undefined && !ofOwnProcess.has(argv[0]);
}

function decline(connection: CommandConnection): void {
  connection.reply({ declined: true });
  connection.end();
}

async function runFor(
  request: CommandRequest,
  connection: CommandConnection,
  interrupted: AbortSignal,
  options: CommandHostOptions,
): Promise<void> {
  const { argv, folder, environment, isTerminal, columns } = request;
  const stdout: Terminal = {
    isTTY: isTerminal,
    columns,
    write: (text) => text !== '' && connection.reply({ out: text }),
  };
  const stderr: Terminal = { write: (text) => connection.reply({ err: text }) };
  const output = createOutput({ stdout, stderr, environment });
  try {
    const code = await runCommandLine({
      argv,
      version: options.version,
      output,
      openSession: sessionsOf(options),
      workingFolder: folder,
      interrupted,
    });
    connection.reply({ exit: code });
  } catch (error) {
    options.log.error('a command failed', { command: argv[0], error });
    output.complain(`noodle: ${error instanceof Error ? error.message : String(error)}`);
    connection.reply({ exit: 2 });
  }
  connection.end();
}

function sessionsOf({ root, name, stopped, dashboardAddress, clientFor }: CommandHostOptions): OpenSession {
  return async (wanted) => {
    if (wanted.agent === 'own') return failure('conflict', 'this command needs an agent of its own');
    return success({
      client: clientFor(wanted.clientName),
      root,
      name,
      dashboardAddress: dashboardAddress(),
      isOwnAgent: true,
      ended: stopped,
      dispose: async () => {},
    });
  };
}
