// Which branches of a CMakeLists.txt are off, as far as options tell it by the values that they have unless somebody asks.
import type { Command, Condition, Scope } from './cmake-language.ts';
import { expandAll } from './cmake-language.ts';

const on = /^(?:ON|TRUE|YES|Y|1)$/i;
const off = /^(?:OFF|FALSE|NO|N|0)$/i;

export class CMakeConditions {
  /** Tests are asked for whatever a project says. */
  readonly #options = new Map<string, Condition>([['BUILD_TESTING', true]]);

  /** The first one counts: a project sets options of what it includes before that. */
  addOption(name: string, value: string): void {
    if (!this.#options.has(name)) this.#options.set(name, conditionOf(value));
  }

  /** Keeps the conditions of a scope in step with `if`, `else` and `endif`. */
  follow(name: string, args: Command['args'], scope: Scope): void {
    const { conditions } = scope;
    if (name === 'if') conditions.push(this.#valueOf(args, scope));
    else if (name === 'endif') conditions.pop();
    else if (name === 'else' || name === 'elseif') {
      const before = conditions.pop();
      if (before !== undefined)
        conditions.push(before === true ? false : name === 'else' && before === false ? true : null);
    }
  }

  #valueOf(args: Command['args'], scope: Scope): Condition {
    const words = args.length > 2 ? [] : expandAll(args, scope);
    if (words.length === 1) return this.#valueOfWord(words[0] ?? '', scope);
    if (words.length !== 2 || words[0] !== 'NOT') return null;
    const value = this.#valueOfWord(words[1] ?? '', scope);
    return value === null ? null : !value;
  }

  /** A variable that is set somewhere else than by its option has any value. */
  #valueOfWord(word: string, { variables }: Scope): Condition {
    const values = variables.get(word);
    if (values === undefined) return this.#options.get(word) ?? conditionOf(word);
    return values.length === 1 && !this.#options.has(word) ? conditionOf(values[0] ?? '') : null;
  }
}

function conditionOf(word: string): Condition {
  if (on.test(word)) return true;
  return off.test(word) ? false : null;
}

/** Whether what stands in a scope is known not to be read. */
export function isOff(scope: Scope): boolean {
  return scope.conditions.includes(false) || (scope.outer !== null && isOff(scope.outer));
}
