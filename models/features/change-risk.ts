// What a commit looks like beside the commits before it: Kamei's fourteen measures (TSE 2013), ranked by the project's own past.
import type { Feature } from './feature.ts';
import { PastRanks } from './past-ranks.ts';

/** Kamei's measures by their published names. */
export const changeMeasures = [
  'ns',
  'nm',
  'nf',
  'entropy',
  'la',
  'ld',
  'lt',
  'fix',
  'ndev',
  'pd',
  'npt',
  'exp',
  'rexp',
  'sexp',
] as const;
export type ChangeMeasure = (typeof changeMeasures)[number];

/** A measure that is not known is null and counts as the middle of the past. */
export type ChangeMeasures = Readonly<Record<ChangeMeasure, number | null>>;

const meanings: Readonly<Record<ChangeMeasure, string>> = {
  ns: 'subsystems touched',
  nm: 'directories touched',
  nf: 'files touched',
  entropy: 'how evenly the change is spread over its files',
  la: 'lines added, relative to the size of the files',
  ld: 'lines deleted, relative to the size of the files',
  lt: 'size of the files before the change',
  fix: 'whether it mends a defect',
  ndev: 'developers who touched these files before',
  pd: 'time since these files were last touched',
  npt: 'earlier changes of these files',
  exp: "the author's changes so far",
  rexp: "the author's recent changes",
  sexp: "the author's changes in this subsystem",
};

/** Sizes that mean the same in every project, and therefore count as they are too, by their logarithm. */
const sized = ['ns', 'nm', 'nf', 'entropy', 'la', 'ld', 'lt', 'ndev', 'pd', 'npt', 'added', 'churn'] as const;

/** The inputs of the change-risk model: ranks between 0 and 1 among the project's latest commits, and sizes. */
export const changeRiskFeatures: readonly Feature[] = [
  ...changeMeasures.map((name) => ({ name, meaning: meanings[name] })),
  { name: 'churn', meaning: 'lines added and deleted in all' },
  ...sized.map((name) => ({ name: `log ${name}`, meaning: meaningOf(name) })),
];

const ranked = changeRiskFeatures
  .map((feature) => feature.name)
  .filter((name) => name !== 'fix' && !name.startsWith('log '));

/** A project's past, fed commit by commit in time order. */
export class ChangePast {
  readonly #ranks: ReadonlyMap<string, PastRanks> = new Map(ranked.map((name) => [name, new PastRanks()]));

  /** The features of a commit, from the commits before it. */
  features(measures: ChangeMeasures): Float32Array {
    const values = valuesOf(measures);
    return Float32Array.from(changeRiskFeatures, ({ name }) => this.#feature(name, values));
  }

  #feature(name: string, values: ReadonlyMap<string, number | null>): number {
    if (name === 'fix') return Number((values.get(name) ?? 0) > 0);
    if (name.startsWith('log ')) return logarithm(name.slice(4), values);
    const value = values.get(name) ?? null;
    return value === null ? 0.5 : (this.#ranks.get(name)?.rank(value) ?? 0.5);
  }

  /** Makes a commit part of the past. */
  add(measures: ChangeMeasures): void {
    for (const [name, value] of valuesOf(measures)) {
      if (value !== null) this.#ranks.get(name)?.add(value);
    }
  }
}

function valuesOf(measures: ChangeMeasures): Map<string, number | null> {
  const values = new Map<string, number | null>(changeMeasures.map((name) => [name, measures[name]]));
  const { la, ld, lt, nf } = measures;
  // The published sets give added and deleted lines divided by the lines of the file, and these by the number of files.
  values.set('churn', la === null || ld === null ? null : (la + ld) * Math.max(1, lt ?? 1) * Math.max(1, nf ?? 1));
  values.set('added', la === null ? null : la * Math.max(1, lt ?? 1) * Math.max(1, nf ?? 1));
  return values;
}

/** Lines relative to a file are mostly far below 1, all else is a count. */
function logarithm(name: string, values: ReadonlyMap<string, number | null>): number {
  const value = Math.max(0, values.get(name) ?? 0);
  return name === 'la' || name === 'ld' ? Math.log(1e-3 + value) : Math.log1p(value);
}

function meaningOf(name: (typeof sized)[number]): string {
  if (name === 'added') return 'lines added in all';
  return name === 'churn' ? 'lines added and deleted in all' : meanings[name];
}
