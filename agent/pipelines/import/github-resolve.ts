// Works out the expressions of a job that are known beforehand: what differs between the combinations of its matrix
// becomes a value of the matrix.
import { convertCondition, convertText, secretIn, type ExpressionSurroundings } from './github-expressions.ts';
import { evaluate, isTrue, textOf } from './github-evaluate.ts';
import { githubFacts } from './github-facts.ts';

export interface ResolvedJob {
  /** `${{ … }}` in a text, as far as it is known. */
  text(text: string): string;
  /** A condition of ours; `''`: always. Or that it never holds here, or what it needs. */
  condition(text: string): { readonly when: string } | { readonly never: true } | { readonly unknown: string };
  /** The combinations, with the values that were worked out; in the order in which they were given. */
  combinations(): readonly Readonly<Record<string, unknown>>[];
}

/** `given`: the combinations of the job's matrix, values as they stand there; one without values when there is no matrix. */
export function resolveJob(
  given: readonly Readonly<Record<string, unknown>>[],
  around: ExpressionSurroundings,
): ResolvedJob {
  const columns = new Map<string, { readonly name: string; readonly values: readonly unknown[] }>();
  const facts = given.map((combination) => githubFacts(around, combination));
  const valuesOf = (expression: string): readonly unknown[] | null => {
    const results = facts.map((lookUp) => evaluate(expression, lookUp));
    return results.every((result) => result.known)
      ? results.map((result) => (result.known ? result.value : null))
      : null;
  };
  const column = (expression: string, values: readonly unknown[]): string => {
    const known = columns.get(expression)?.name;
    if (known !== undefined) return known;
    const name = `value_${columns.size + 1}`;
    columns.set(expression, { name, values });
    return name;
  };
  return {
    text: (text) =>
      text.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, (whole, expression: string) => {
        const isPlain = isPlainValue(expression, given) || secretIn(expression) !== null || isShellValue(whole, around);
        const values = isPlain ? null : valuesOf(expression);
        if (values === null) return whole;
        const texts = values.map(textOf);
        return new Set(texts).size === 1 ? (texts[0] ?? '') : `\${{ matrix.${column(expression, texts)} }}`;
      }),
    condition(text) {
      const expression = text.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1').trim();
      const values = valuesOf(expression);
      if (values !== null) {
        const truths = values.map(isTrue);
        if (truths.every(Boolean)) return { when: '' };
        return truths.some(Boolean) ? { when: `matrix.${column(expression, truths)} == 'true'` } : { never: true };
      }
      return convertCondition(text, around);
    },
    combinations: () =>
      given.map((combination, index) => ({
        ...combination,
        ...Object.fromEntries([...columns.values()].map(({ name, values }) => [name, String(values[index])])),
      })),
  };
}

/** `matrix.x` with a plain value in every combination that has one stays as it is, for people to read. */
function isPlainValue(expression: string, given: readonly Readonly<Record<string, unknown>>[]): boolean {
  const name = /^matrix\.([\w-]+)$/.exec(expression)?.[1];
  if (name === undefined) return false;
  return given.some((each) => Object.hasOwn(each, name)) && given.every((each) => typeof each[name] !== 'object');
}

function isShellValue(whole: string, around: ExpressionSurroundings): boolean {
  return convertText(whole, around).unknown.length === 0 && !whole.includes('matrix.');
}
