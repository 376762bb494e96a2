// The matrix of a job: what of it makes a difference on this machine.
import { z } from 'zod';
import type { Matrix, Scalar } from '../../protocol/pipeline.ts';
import { combinationsOf, maximumCombinations, matrixSize, type Combination } from '../../workspace/pipeline-matrix.ts';
import type { Findings } from './imported.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const row = z.record(z.string(), z.unknown());
const GithubMatrix = z
  .object({ include: z.array(row).catch([]).default([]), exclude: z.array(row).catch([]).default([]) })
  .catchall(z.unknown());

export interface MatrixInput {
  readonly matrix: unknown;
  readonly runsOn: unknown;
  /** Everything in which a value can make a difference. */
  readonly texts: readonly string[];
  /** `linux`, `macos` or `windows`. */
  readonly system: string;
}

export type ImportedMatrix =
  | { readonly kind: 'none' }
  | { readonly kind: 'matrix'; readonly matrix: Matrix }
  /** Nothing of it can run here. */
  | { readonly kind: 'elsewhere' };

/** Combinations for other systems go, and so do those that differ only in what is not used in any command. */
export function importMatrix(
  { matrix, runsOn, texts, system }: MatrixInput,
  place: string,
  findings: Findings,
): ImportedMatrix {
  const whole = matrix === undefined ? [{}] : allCombinations(matrix, place, findings);
  const here = whole.filter((each) => isHere(runnerOf(runsOn, each), system));
  const elsewhere = whole.filter((each) => !here.includes(each)).map((each) => runnerOf(runsOn, each));
  if (elsewhere.length > 0)
    findings.missing(place, `what runs on ${[...new Set(elsewhere)].join(', ')} cannot run on this machine`);
  if (here.length === 0) return { kind: 'elsewhere' };
  const used = [...new Set(here.flatMap((each) => Object.keys(each)))].filter((name) =>
    texts.some((text) => mentions(text, name)),
  );
  const distinct = new Map(here.map((each) => projected(each, used)).map((each) => [JSON.stringify(each), each]));
  const combinations = [...distinct.values()].filter((each) => Object.keys(each).length > 0);
  if (distinct.size < here.length)
    findings.replaced(
      place,
      `${here.length - distinct.size} of ${here.length} combinations differ only in what is set up, and are not repeated`,
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
export function runnerOf(runsOn: unknown, combination: Combination): string {
  const text = Array.isArray(runsOn) ? runsOn.join(', ') : typeof runsOn === 'string' ? runsOn : '';
  return text.replace(/\$\{\{\s*matrix\.([\w-]+)\s*(?:\|\|[^}]*)?\}\}/g, (_whole, name: string) =>
    String(combination[name] ?? 'ubuntu-latest'),
  );
}

/** What is not told by its name is taken for a machine like this one. */
export function isHere(runner: string, system: string): boolean {
  const name = runner.toLowerCase();
  if (/windows/.test(name)) return system === 'windows';
  if (/macos|mac-|osx/.test(name)) return system === 'macos';
  return /ubuntu|linux|debian/.test(name) ? system === 'linux' : true;
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`\\bmatrix\\.${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`).test(text);
}

function projected(combination: Combination, names: readonly string[]): Record<string, Scalar> {
  return Object.fromEntries(
    names.flatMap((name) => (combination[name] === undefined ? [] : [[name, combination[name]]])),
  );
}

function allCombinations(found: unknown, place: string, findings: Findings): Combination[] {
  const parsed = GithubMatrix.safeParse(found);
  if (!parsed.success) {
    findings.missing(place, 'the matrix is computed while the workflow runs; one combination without values is run');
    return [{}];
  }
  const { include, exclude, ...axes } = parsed.data;
  const values: Record<string, Scalar[]> = {};
  for (const [name, list] of Object.entries(axes)) {
    const known = Array.isArray(list)
      ? list.flatMap((value) => (scalar.safeParse(value).success ? [scalar.parse(value)] : []))
      : [];
    if (known.length > 0) values[name] = known;
    else findings.missing(place, `matrix.${name} is computed while the workflow runs`);
  }
  const scalars = (rows: readonly Record<string, unknown>[]) =>
    rows.map((each) =>
      Object.fromEntries(
        Object.entries(each)
          .filter(([, value]) => scalar.safeParse(value).success)
          .map(([name, value]) => [name, scalar.parse(value)]),
      ),
    );
  const matrix = { values, include: scalars(include), exclude: scalars(exclude) };
  if (matrixSize(matrix) > maximumCombinations) {
    findings.missing(place, `the matrix has more than ${maximumCombinations} combinations`);
    return [{}];
  }
  const combinations = combinationsOf(matrix);
  return combinations.length === 0 ? [{}] : combinations;
}
