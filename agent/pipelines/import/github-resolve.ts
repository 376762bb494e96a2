// Works out the expressions of a job that are known beforehand: what differs between the combinations of its matrix
// becomes a value of the matrix.
import { secretIn } from './github-expressions.ts';
import { evaluate, isTrue, textOf } from './github-evaluate.ts';
import { githubFacts } from './github-facts.ts';
import type { Scope } from './github-scope.ts';

export interface ResolvedJob {
  /** `${{ … }}` in a text, as far as it is known. */
  text(text: string, scope: Scope): string;
  /** A text that is the same in every combination; null where it is not, or not known. */
  same(text: string, scope: Scope): string | null;
  /** Whether a condition holds, where that is known: `''`: always, null: never; undefined where it is not known. */
  condition(text: string, scope: Scope): string | null | undefined;
  /** The combinations, with the values that were worked out; in the order in which they were given. */
  combinations(): readonly Readonly<Record<string, unknown>>[];
}

/** `given`: the combinations of the job's matrix, values as they stand there; one without values when there is no matrix. */
export function resolveJob(given: readonly Readonly<Record<string, unknown>>[]): ResolvedJob {
  const columns = new Map<string, { readonly name: string; readonly values: readonly unknown[] }>();
  const valuesOf = (expression: string, scope: Scope, use: 'condition' | 'text'): readonly unknown[] | null => {
    const results = given.map((combination) => evaluate(expression, githubFacts(scope, combination), use));
    return results.every((result) => result.known)
      ? results.map((result) => (result.known ? result.value : null))
      : null;
  };
  const taken = new Set(given.flatMap((each) => Object.keys(each)));
  const column = (what: 'value' | 'when', expression: string, values: readonly unknown[]): string => {
    const key = JSON.stringify([what, expression, values]);
    const known = columns.get(key)?.name;
    if (known !== undefined) return known;
    const name = freeName(columnName(what, expression), taken);
    taken.add(name);
    columns.set(key, { name, values });
    return name;
  };
  return {
    text: (text, scope) =>
      text.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, (whole, expression: string) => {
        const isPlain = isPlainValue(expression, given) || secretIn(expression, scope) !== null;
        const values = isPlain ? null : valuesOf(expression, scope, 'text');
        // What a text cannot hold, as the name of this very repository, is asked for later.
        if (values === null || values.some((value) => typeof value === 'symbol')) return whole;
        const texts = values.map(textOf);
        return new Set(texts).size === 1 ? (texts[0] ?? '') : `\${{ matrix.${column('value', expression, texts)} }}`;
      }),
    same(text, scope) {
      let isKnown = true;
      const found = text.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, (_whole, expression: string) => {
        const texts = valuesOf(expression, scope, 'text')?.map(textOf) ?? [];
        isKnown &&= new Set(texts).size === 1;
        return texts[0] ?? '';
      });
      return isKnown ? found : null;
    },
    condition(text, scope) {
      const values = valuesOf(text.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1').trim(), scope, 'condition');
      if (values === null) return undefined;
      const truths = values.map(isTrue);
      if (truths.every(Boolean)) return '';
      return truths.some(Boolean) ? `matrix.${column('when', text, truths)} == 'true'` : null;
    },
    combinations: () =>
      given.map((combination, index) => ({
        ...combination,
        ...Object.fromEntries([...columns.values()].map(({ name, values }) => [name, String(values[index])])),
      })),
  };
}

const longestName = 40;

/** What the expression says, as far as a name can: `when_os_is_linux_and_not_fast`. */
function columnName(what: 'value' | 'when', expression: string): string {
  const words = expression
    .replace(/\b(?:matrix|github|inputs|env|runner|needs|steps)\./g, '')
    .replaceAll('==', ' is ')
    .replaceAll('!=', ' is not ')
    .replaceAll('&&', ' and ')
    .replaceAll('||', ' or ')
    .replaceAll('!', ' not ')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  let name = '';
  for (const word of words) {
    const longer = name === '' ? word : `${name}_${word}`;
    if (longer.length > longestName) break;
    name = longer;
  }
  name = name.replace(/(?:_(?:and|or|is|not))+$/, '');
  if (what === 'when') return `when_${name}`;
  return /^[a-z]/.test(name) ? name : `value_${name}`;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}_${number}`;
  return free;
}

/** `matrix.x` with a plain value in every combination that has one stays as it is, for people to read. */
function isPlainValue(expression: string, given: readonly Readonly<Record<string, unknown>>[]): boolean {
  const name = /^matrix\.([\w-]+)$/.exec(expression)?.[1];
  if (name === undefined) return false;
  return given.some((each) => Object.hasOwn(each, name)) && given.every((each) => typeof each[name] !== 'object');
}
