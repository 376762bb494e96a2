// Takes out of a script's arguments what concerns only how results are shown: reporters, coverage, watching.
import type { Word } from '../scripts/shell.ts';

export interface UnwantedOptions {
  /** Options without a value, or with one behind `=`. */
  readonly flags: readonly string[];
  /** Options whose value may be the next word. */
  readonly valued: readonly string[];
  /** Options of which everything that begins so goes: `--coverage` takes `--coverage.reporter=text` along. */
  readonly families: readonly string[];
}

/** The words without the unwanted options and their values. */
export function withoutOptions(words: readonly Word[], unwanted: UnwantedOptions): Word[] {
  const kept: Word[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === undefined) break;
    const name = word.text.split('=')[0] ?? '';
    const isFamily = unwanted.families.some(
      (each) => name === each || name.startsWith(`${each}.`) || name === `--no-${each.slice(2)}`,
    );
    if (unwanted.flags.includes(name) || isFamily) continue;
    if (!unwanted.valued.includes(name)) {
      kept.push(word);
      continue;
    }
    const next = words[index + 1];
    if (!word.text.includes('=') && next !== undefined && !next.text.startsWith('-')) index++;
  }
  return kept;
}

/** Arguments as a project keeps them: texts, and which of them the shell would expand. */
export function asArguments(words: readonly Word[]): {
  args: string[];
  shellPatterns: number[];
  shellFragments: number[];
} {
  return {
    args: words.map((each) => each.text),
    shellPatterns: words.flatMap((each, index) => (each.isPattern && !each.isFragment ? [index] : [])),
    shellFragments: words.flatMap((each, index) => (each.isFragment ? [index] : [])),
  };
}

/** The value of an option: `--config x`, `--config=x`, `-c x`; null when it is not given. */
export function optionValue(args: readonly string[], names: readonly string[]): string | null {
  for (const [index, argument] of args.entries()) {
    const [name = '', ...rest] = argument.split('=');
    if (!names.includes(name)) continue;
    return rest.length > 0 ? rest.join('=') : (args[index + 1] ?? null);
  }
  return null;
}
