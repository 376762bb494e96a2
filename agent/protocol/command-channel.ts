// A command line that runs in the living agent: what its terminal sends and gets, a JSON object a line, after an upgrade.
import { z } from 'zod';

/** The path and the name of the upgrade of such a connection. */
export const commandPath = '/command';
export const commandUpgrade = 'noodle-command';

/** The first line of the terminal. */
export const CommandRequest = z.object({
  /** Of the program at the terminal: another version has other commands. */
  version: z.string().max(100),
  /** Without the program's name. */
  argv: z.array(z.string().max(1_000_000)).max(20_000),
  /** Where it was called, absolute. */
  folder: z.string().min(1).max(10_000),
  /** The variables that decide about colours and progress. */
  environment: z.partialRecord(z.enum(['NO_COLOR', 'FORCE_COLOR', 'CI', 'TERM']), z.string().max(1000)),
  isTerminal: z.boolean(),
  columns: z.int().min(1).max(100_000),
});
export type CommandRequest = z.infer<typeof CommandRequest>;

/** Any later line of the terminal: the user wants the command to end. */
export const CommandInterrupt = z.object({ interrupt: z.literal(true) });

/** A line of the agent: text for standard output or standard error, or the end. `declined`: run it yourself. */
export type CommandReply =
  | { readonly out: string }
  | { readonly err: string }
  | { readonly exit: number }
  | { readonly declined: true };
