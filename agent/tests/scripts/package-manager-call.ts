// What a call of npm, pnpm, yarn or bun in a script asks for: one of the package's scripts, or a program.
import { commandAfterOptions } from './programs.ts';
import type { Word } from './shell.ts';

export type PackageManagerCall =
  /** `name` may be an expression between slashes, which pnpm takes for all scripts that match. */
  | { readonly kind: 'script'; readonly name: string; readonly more: readonly Word[]; readonly folder: string | null }
  /** A program of an installed package. */
  | { readonly kind: 'command'; readonly words: readonly Word[]; readonly folder: string | null }
  /** `yarn x`: the script x where there is one, else the program. */
  | { readonly kind: 'either'; readonly name: string; readonly words: readonly Word[]; readonly folder: string | null }
  /** Installs, publishes, or is about other packages, which are looked at by themselves. */
  | { readonly kind: 'other' };

const runCommands = new Set(['run', 'run-script', 'rum', 'urn']);
const testCommands = new Set(['test', 't', 'tst']);
const programCommands = new Set(['exec', 'x', 'dlx']);
const aboutOthers = /^(?:-r|-w|--recursive|--workspaces?(?:=.*)?|--ws|--filter(?:=.*)?|-F)$/;

/** Reads the words that stand behind the package manager's name. */
export function readPackageManagerCall(manager: string, words: readonly Word[]): PackageManagerCall {
  const { command, folder, isAboutOthers } = splitOptions(words);
  const [first, ...rest] = command;
  if (isAboutOthers || first === undefined) return { kind: 'other' };
  if (testCommands.has(first.text)) return { kind: 'script', name: 'test', more: withoutSeparator(rest), folder };
  if (runCommands.has(first.text)) return scriptCall(rest, folder);
  if (programCommands.has(first.text)) return { kind: 'command', words: commandAfterOptions(rest), folder };
  if (manager === 'npm' || first.text === 'workspaces') return { kind: 'other' };
  if (first.text === 'node') return { kind: 'command', words: command, folder };
  return { kind: 'either', name: first.text, words: command, folder };
}

function scriptCall(words: readonly Word[], folder: string | null): PackageManagerCall {
  // Options of the package manager may stand before the script's name: `npm run --silent x`.
  const start = words.findIndex((word) => !word.text.startsWith('-'));
  const name = words[start];
  if (name === undefined) return { kind: 'other' };
  return { kind: 'script', name: name.text, more: withoutSeparator(words.slice(start + 1)), folder };
}

interface SplitOptions {
  readonly command: readonly Word[];
  readonly folder: string | null;
  readonly isAboutOthers: boolean;
}

/** Takes the package manager's own options from before its command. */
function splitOptions(words: readonly Word[]): SplitOptions {
  const separator = words.findIndex((word) => word.text === '--');
  const own = separator === -1 ? words : words.slice(0, separator);
  const isAboutOthers = own.some((word) => aboutOthers.test(word.text));
  let folder: string | null = null;
  let index = 0;
  for (; words[index]?.text.startsWith('-') === true; index++) {
    const match = /^(?:--prefix|--dir|--cwd|-C)(?:=(.*))?$/.exec(words[index]?.text ?? '');
    if (match !== null) folder = match[1] ?? words[++index]?.text ?? '';
  }
  return { command: words.slice(index), folder, isAboutOthers };
}

/** npm passes on what stands behind `--`; the others pass on everything. */
function withoutSeparator(words: readonly Word[]): Word[] {
  const separator = words.findIndex((word) => word.text === '--');
  return words.filter((_, index) => index !== separator);
}
