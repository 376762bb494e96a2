// The combinations of a matrix, and what they stand for in a step.
import type { Matrix, Scalar } from '../protocol/pipeline.ts';
import { valueOf, type ConditionFacts } from './condition-value.ts';
import { parseCondition } from './condition.ts';

/** One combination, by the names of the matrix. */
export type Combination = Readonly<Record<string, Scalar>>;

/** More than this is no matrix, but a program. */
export const maximumCombinations = 1000;

/** How many combinations there are before any is excluded or added; never works them out. */
export function matrixSize({ values, include }: Matrix): number {
  return Object.values(values).reduce((product, list) => product * list.length, 1) + include.length;
}

/**
 * All combinations of the values without the excluded ones, with what is included: an inclusion that contradicts no
 * value of some combinations is added to these, any other one is a combination of its own.
 */
export function combinationsOf({ values, include, exclude }: Matrix): Combination[] {
  const names = Object.keys(values);
  let combinations: Combination[] = names.length === 0 ? [] : [{}];
  for (const name of names) {
    combinations = combinations.flatMap((each) => (values[name] ?? []).map((value) => ({ ...each, [name]: value })));
  }
  const kept = combinations.filter((each) => !exclude.some((excluded) => fits(each, excluded, Object.keys(excluded))));
  const extended: Record<string, Scalar>[] = kept.map((each) => ({ ...each }));
  const added: Combination[] = [];
  for (const inclusion of include) {
    const shared = Object.keys(inclusion).filter((name) => names.includes(name));
    const fitting = kept.flatMap((each, index) => (fits(each, inclusion, shared) ? [index] : []));
    if (fitting.length === 0 || names.length === 0) added.push(inclusion);
    else for (const index of fitting) Object.assign(extended[index] ?? {}, inclusion);
  }
  return [...extended, ...added];
}

/** `node 20, os linux`; the values alone where they say enough. */
export function combinationName(combination: Combination): string {
  return Object.values(combination).map(String).join(', ');
}

/** The names in `${{ matrix.<name> }}`, and what else stands in such braces. */
export function templatesIn(
  text: string,
): { readonly text: string; readonly inner: string; readonly matrixName: string | null }[] {
  return [...text.matchAll(templatePattern)].map(([whole, inner = '']) => ({
    text: whole,
    inner,
    matrixName: matrixNameOf(inner),
  }));
}

/** The text with the values of its expressions in it; what is no expression stays. */
export function fillInExpressions(text: string, facts: ConditionFacts): string {
  return text.replace(templatePattern, (whole, inner: string) => {
    const parsed = parseCondition(inner);
    if ('problem' in parsed) return whole;
    const value = valueOf(parsed.condition, facts);
    return value === undefined || value === null ? '' : String(value);
  });
}

/** The text with the values of a combination in it; what it does not have is empty. */
export function fillIn(text: string, combination: Combination): string {
  return text.replace(templatePattern, (whole, inner: string) => {
    const name = matrixNameOf(inner);
    if (name === null) return whole;
    const value = Object.hasOwn(combination, name) ? combination[name] : undefined;
    return value === undefined ? '' : String(value);
  });
}

const templatePattern = /\$\{\{([^}]*)\}\}/g;

function matrixNameOf(inner: string): string | null {
  return /^\s*matrix\.([A-Za-z_][\w-]*)\s*$/.exec(inner)?.[1] ?? null;
}

function fits(combination: Combination, wanted: Combination, names: readonly string[]): boolean {
  return names.every((name) => Object.hasOwn(combination, name) && String(combination[name]) === String(wanted[name]));
}
