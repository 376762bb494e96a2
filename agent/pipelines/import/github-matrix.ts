// The matrix of a job: what of it makes a difference on this machine.
import { z } from 'zod';
import type { Matrix, Scalar } from '../../protocol/pipeline.ts';
import { combinationsOf, maximumCombinations, matrixSize } from '../../workspace/pipeline-matrix.ts';
import { evaluate, textOf } from './github-evaluate.ts';
import { githubFacts } from './github-facts.ts';
import type { Scope } from './github-scope.ts';
import type { Findings } from './imported.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const row = z.record(z.string(), z.unknown());
const GithubMatrix = z
  .object({ include: z.array(row).catch([]).default([]), exclude: z.array(row).catch([]).default([]) })
  .catchall(z.unknown());

export type ImportedMatrix = { readonly kind: 'none' } | { readonly kind: 'matrix'; readonly matrix: Matrix };

/** A combination as the workflow gives it: values can be lists and maps. */
export type GivenCombination = Readonly<Record<string, unknown>>;

/** The combinations that can run on this machine; none where the job runs elsewhere alone. */
export function givenCombinations(
  { matrix, runsOn, scope }: { readonly matrix: unknown; readonly runsOn: unknown; readonly scope: Scope },
  place: string,
  findings: Findings,
): GivenCombination[] {
  const whole = matrix === undefined ? [{}] : allCombinations(matrix, place, findings);
  const here = whole.filter((each) => isHere(runnerOf(runsOn, each, scope.inputs), scope.system.toLowerCase()));
  const elsewhere = whole.filter((each) => !here.includes(each)).map((each) => runnerOf(runsOn, each, scope.inputs));
  if (elsewhere.length > 0)
    findings.missing(place, `what runs on ${[...new Set(elsewhere)].join(', ')} cannot run on this machine`);
  return here;
}

/** Combinations that differ only in what is not used in any text are one. */
export function usedMatrix(
  here: readonly GivenCombination[],
  texts: readonly string[],
  { place, findings }: { readonly place: string; readonly findings: Findings },
): ImportedMatrix {
  const used = [...new Set(here.flatMap((each) => Object.keys(each)))].filter((name) =>
    texts.some((text) => mentions(text, name)),
  );
  const distinct = new Map(here.map((each) => projected(each, used)).map((each) => [JSON.stringify(each), each]));
  const whole = [...distinct.values()];
  const combinations = whole.filter(
    (each) => Object.keys(each).length > 0 && !whole.some((other) => other !== each && doesMore(other, each)),
  );
  const left = Math.max(1, combinations.length);
  if (left < here.length)
    findings.replaced(
      place,
      `${here.length - left} of ${here.length} combinations differ only in what is set up or left out, and are not repeated`,
    );
  if (combinations.length === 0) return { kind: 'none' };
  const [only = ''] = used;
  const values = combinations.flatMap((each) => each[only] ?? []);
  const isList = used.length === 1 && values.length === combinations.length;
  return {
    kind: 'matrix',
    matrix: isList
      ? { values: { [only]: values }, include: [], exclude: [] }
      : { values: {}, include: combinations, exclude: [] },
  };
}

/** `ubuntu-latest`, with the combination's value where it is one. */
export function runnerOf(runsOn: unknown, combination: GivenCombination, inputs: Scope['inputs']): string {
  const text = Array.isArray(runsOn) ? runsOn.join(', ') : typeof runsOn === 'string' ? runsOn : '';
  const facts = githubFacts({ event: 'push', system: '', inputs }, combination);
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_whole, expression: string) => {
    const found = evaluate(expression, facts);
    return found.known ? textOf(found.value) : '';
  });
}

/** What is not told by its name is taken for a machine like this one. */
export function isHere(runner: string, system: string): boolean {
  const name = runner.toLowerCase();
  if (/windows/.test(name)) return system === 'windows';
  if (/macos|mac-|osx/.test(name)) return system === 'macos';
  return /ubuntu|linux|debian/.test(name) ? system === 'linux' : true;
}

/** Whether all that runs in a combination runs in another one just so. */
function doesMore(other: Readonly<Record<string, Scalar>>, each: Readonly<Record<string, Scalar>>): boolean {
  const names = new Set([...Object.keys(other), ...Object.keys(each)]);
  return [...names].every((name) => other[name] === each[name] || (name.startsWith('when_') && other[name] === 'true'));
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`\\bmatrix\\.${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`).test(text);
}

function projected(combination: GivenCombination, names: readonly string[]): Record<string, Scalar> {
  const plain = names.flatMap((name) => {
    const value = scalar.safeParse(combination[name]);
    return value.success ? [[name, value.data] as const] : [];
  });
  return Object.fromEntries(plain);
}

function allCombinations(found: unknown, place: string, findings: Findings): GivenCombination[] {
  const parsed = GithubMatrix.safeParse(workedOut(found));
  if (!parsed.success) {
    findings.missing(place, 'the matrix is computed while the workflow runs; one combination without values is run');
    return [{}];
  }
  const { include, exclude, ...axes } = parsed.data;
  const values: Record<string, string[]> = {};
  for (const [name, axis] of Object.entries(axes)) {
    const list = workedOut(axis);
    if (Array.isArray(list) && list.length > 0) values[name] = list.map(packed);
    else findings.missing(place, `matrix.${name} is computed while the workflow runs`);
  }
  const matrix = { values, include: include.map(packedRow), exclude: exclude.map(packedRow) };
  if (matrixSize(matrix) > maximumCombinations) {
    findings.missing(place, `the matrix has more than ${maximumCombinations} combinations`);
    return [{}];
  }
  const combinations = combinationsOf(matrix).map((each) =>
    Object.fromEntries(Object.entries(each).map(([name, value]) => [name, JSON.parse(String(value))])),
  );
  return combinations.length === 0 ? [{}] : combinations;
}

/** Lists and maps take part in the combinations as texts. */
function packed(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function packedRow(found: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, packed(value)]));
}

/** An expression that is known beforehand: `${{ fromJSON('[18, 20]') }}`. */
function workedOut(value: unknown): unknown {
  const expression = typeof value === 'string' ? /^\s*\$\{\{(.*)\}\}\s*$/s.exec(value)?.[1] : undefined;
  if (expression === undefined) return value;
  const found = evaluate(expression, githubFacts({ event: 'push', system: '', inputs: {} }, {}));
  return found.known ? found.value : value;
}
