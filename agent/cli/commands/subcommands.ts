// Commands with a second word: finds what it means, and says what else there is when it means nothing.
import type { Failure } from '../../protocol/failure.ts';
import { nearest } from '../../protocol/nearest.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { withSession } from './with-session.ts';

export interface Subcommand {
  readonly context: CommandContext;
  readonly session: Session;
  /** What stands behind the second word. */
  readonly operands: readonly string[];
}

export type Subcommands = Readonly<Record<string, (call: Subcommand) => Promise<ExitCode>>>;

/** Runs the one that is named; without a name, `otherwise`. */
export async function runSubcommand(
  context: CommandContext,
  subcommands: Subcommands,
  otherwise: string | null,
): Promise<ExitCode> {
  const { commandLine, output } = context;
  const [name = otherwise, ...operands] = commandLine.positionals;
  const known = Object.keys(subcommands).join(', ');
  if (name === null)
    return complain(output, {
      reason: 'invalid_input',
      message: `noodle ${commandLine.command.name}: expected one of ${known}`,
    });
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand === undefined) {
    const near = nearest(name, Object.keys(subcommands));
    const meant = near === null ? `expected one of ${known}` : `did you mean '${near}'?`;
    return complain(output, {
      reason: 'invalid_input',
      message: `noodle ${commandLine.command.name}: unknown '${name}'; ${meant}`,
    });
  }
  return await withSession(context, (session) => subcommand({ context, session, operands }));
}

/** Prints a value for programs where --json is given, else its lines. */
export function print(
  { commandLine, output }: CommandContext,
  value: unknown,
  lines: () => readonly string[],
): ExitCode {
  if (commandLine.switches.has('json')) output.line(JSON.stringify(value));
  else lines().forEach((line) => output.line(line));
  return 0;
}

/** Complains of the command line with exit code 2. */
export function misuse({ output, commandLine }: CommandContext, message: string): ExitCode {
  const problem: Failure = { reason: 'invalid_input', message: `noodle ${commandLine.command.name}: ${message}` };
  return complain(output, problem);
}

/** A whole number of an option; null where it is none. */
export function numberOption({ commandLine }: CommandContext, name: string, otherwise: number): number | null {
  const text = commandLine.values.get(name);
  if (text === undefined) return otherwise;
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}

/** `name=value,name=value`; null where a part is not of this form. */
export function tagsOption({ commandLine }: CommandContext): Record<string, string> | null {
  const parts = (commandLine.values.get('tags') ?? '').split(',').filter((part) => part !== '');
  const pairs = parts.map((part) => /^([^=]+)=(.*)$/.exec(part));
  if (pairs.includes(null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}
