// What a change means for each test: the inputs of the model that knows the change, besides those that the history tells.
import type { Feature } from './feature.ts';
import { testFailureFeatures } from './test-failure.ts';

/** What is known of a change as a whole. */
export interface ChangeFacts {
  readonly files: number;
  readonly lines: number;
  /** The share of the changed files that are code of the product. */
  readonly sourceShare: number;
  /** The share of all test files that the graph reaches from it. */
  readonly reachedShare: number;
  /** The share of all test files of which a recording shows that they ran what changed; null: nothing is recorded. */
  readonly coveredShare: number | null;
}

/** What is known of one test file beside a change. */
export interface TestChangeFacts {
  /** Edges of the graph from the nearest changed file; null when the graph does not reach it. */
  readonly distance: number | null;
  readonly isEdited: boolean;
  /** A file that is no code of the product, and that the test loads or reads, was changed. */
  readonly isFixtureEdited: boolean;
  /** The share of the changed files from which the graph reaches it. */
  readonly reachedBy: number;
  /** The share of the changed places that it ran when it was last recorded; null: not recorded. */
  readonly covered: number | null;
  /** Of the lines of the product that it ran, the share that lies in changed files; null: not recorded. */
  readonly focus: number | null;
  /** Of the changes of a changed file, the share that changed the test too. */
  readonly coChange: number;
  /** Of the failures that followed changes of these files, how many were this test's; by what is smoothed, see `CoFailures`. */
  readonly coFailure: number;
  /** How well the test's text, its name, and the text of what it imports answer the words of the diff; 1: best of all tests. */
  readonly textSimilarity: number;
  readonly nameSimilarity: number;
  readonly subjectSimilarity: number;
}

const changeFeatures: readonly Feature[] = [
  { name: 'distance', meaning: 'how many imports it is away from the change' },
  { name: 'isEdited', meaning: 'whether the test itself was changed' },
  { name: 'isFixtureEdited', meaning: 'whether a fixture of the test was changed' },
  { name: 'reachedBy', meaning: 'how many of the changed files lead to it' },
  { name: 'covered', meaning: 'how many of the changed places it ran when it was last recorded' },
  { name: 'focus', meaning: 'how much of what it runs lies in changed files' },
  { name: 'coChange', meaning: 'how often it was changed together with these files' },
  { name: 'coFailure', meaning: 'how often it failed when these files were changed' },
  { name: 'textSimilarity', meaning: 'how much its text speaks of what changed' },
  { name: 'nameSimilarity', meaning: 'how much its name speaks of what changed' },
  { name: 'subjectSimilarity', meaning: 'how much what it imports speaks of what changed' },
  { name: 'files', meaning: 'how many files were changed' },
  { name: 'lines', meaning: 'how many lines were changed' },
  { name: 'sourceShare', meaning: 'how much of the change is code of the product' },
  { name: 'reachedShare', meaning: 'how many other tests the change reaches' },
  { name: 'coveredShare', meaning: 'how many other tests ran what changed' },
];

/** The inputs of the test-change model: the change's first, the history's after them. */
export const testChangeFeatures: readonly Feature[] = [...changeFeatures, ...testFailureFeatures];

/** How many of the inputs tell of the change. */
export const changeFeatureCount = changeFeatures.length;

const notReached = 12;
const unknown = -1;

/** A row of the model. What is not known of the change or of the history is null, and the row says so. */
export function testChangeRow(
  change: ChangeFacts | null,
  test: TestChangeFacts | null,
  history: ArrayLike<number> | null,
): Float32Array {
  const row = new Float32Array(testChangeFeatures.length).fill(unknown);
  if (change !== null && test !== null) row.set(changeValues(change, test));
  if (history !== null) row.set(Array.from(history), changeFeatureCount);
  return row;
}

function changeValues(change: ChangeFacts, test: TestChangeFacts): number[] {
  return [
    test.distance === null ? notReached : Math.min(notReached, test.distance),
    Number(test.isEdited),
    Number(test.isFixtureEdited),
    test.reachedBy,
    test.covered ?? unknown,
    test.focus ?? unknown,
    test.coChange,
    test.coFailure,
    test.textSimilarity,
    test.nameSimilarity,
    test.subjectSimilarity,
    Math.log1p(change.files),
    Math.log1p(change.lines),
    change.sourceShare,
    change.reachedShare,
    change.coveredShare ?? unknown,
  ];
}

interface FileFailures {
  changes: number;
  readonly byTest: Map<string, number>;
}

/** Which tests failed when which files had been changed; fed change by change. */
export class CoFailures {
  readonly #files = new Map<string, FileFailures>();

  /** The highest of the changed files' shares of changes after which the test failed, drawn towards none by one change. */
  of(files: readonly string[], test: string): number {
    return files.reduce((most, file) => {
      const known = this.#files.get(file);
      return known === undefined ? most : Math.max(most, (known.byTest.get(test) ?? 0) / (known.changes + 1));
    }, 0);
  }

  /** Makes a change with its failures part of the past. */
  add(files: readonly string[], failed: Iterable<string>): void {
    const tests = [...failed];
    for (const file of files) {
      const known = this.#files.get(file) ?? { changes: 0, byTest: new Map<string, number>() };
      this.#files.set(file, known);
      known.changes += 1;
      for (const test of tests) known.byTest.set(test, (known.byTest.get(test) ?? 0) + 1);
    }
  }
}
