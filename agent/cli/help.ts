// The help texts, from the table of commands.
import type { CommandDeclaration, OptionDeclaration } from './command-declaration.ts';
import { commands } from './command-line.ts';

/** What the program is, and its commands. */
export function generalHelp(version: string): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    `noodle ${version}: builds and tests only what a change can affect, the likeliest failure first, and says why.`,
    '',
    'Usage: noodle <command> [options]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'noodle <command> --help shows its options and examples.',
    'Exit codes: 0 all passed, 1 something failed, 2 could not run.',
    '',
  ].join('\n');
}

/** A command's arguments, options and examples. */
export function commandHelp(command: CommandDeclaration): string {
  const left = command.options.map(optionName);
  const width = Math.max(...left.map((name) => name.length));
  const positionals = command.positionals === undefined ? '' : ` ${command.positionals}`;
  return [
    command.summary,
    '',
    `Usage: noodle ${command.name}${positionals} [options]`,
    '',
    ...command.options.map((option, index) => `  ${(left[index] ?? '').padEnd(width)}  ${option.summary}`),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

function optionName(option: OptionDeclaration): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const value = option.value === undefined ? '' : ` <${option.value}>`;
  return `${short}--${option.name}${value}`;
}
