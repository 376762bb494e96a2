// Opens the session of a command, and closes it however the command ends.
import path from 'node:path';
import { FailureError } from '../../protocol/failure.ts';
import { complain, type CommandContext, type ExitCode, type Session, type SessionOptions } from '../session.ts';

const attempts = 3;

type Wanted = Partial<Omit<SessionOptions, 'folder' | 'clientName'>>;

/** The folder that the command is about. */
export function folderOf({ commandLine, workingFolder }: CommandContext): string {
  return path.resolve(workingFolder, commandLine.values.get('repo') ?? '.');
}

/** Runs `work` with a session. Failures that the agent answers are told on standard error, with exit code 2. */
export async function withSession(context: CommandContext, work: (session: Session) => Promise<ExitCode>, wanted: Wanted = {}): Promise<ExitCode> {
  for (let attempt = 1; ; attempt++) {
    const opened = await openSession(context, wanted);
    if (!opened.ok) return complain(context.output, opened.failure);
    const session = opened.value;
    try {
      return await work(session);
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      if (attempt === attempts || session.isOwnAgent || !hasLeft(error)) return complain(context.output, error.failure);
    } finally {
      await session.dispose();
    }
  }
}

/** The other process's agent left before it did anything for us: there will be another one, or our own. */
function hasLeft({ failure }: FailureError): boolean {
  return failure.reason === 'disconnected' || failure.reason === 'shutting_down';
}

/** A session as the command wants it: by default a quick one, with whatever agent there is. */
export function openSession(context: CommandContext, wanted: Wanted) {
  const defaults = { agent: 'any', idleExitMs: null, isTrusted: true, isServing: false, isWatching: false } as const;
  return context.openSession({ folder: folderOf(context), clientName: `noodle ${context.commandLine.command.name}`, ...defaults, ...wanted });
}
