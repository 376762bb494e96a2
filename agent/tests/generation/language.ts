// What the generation of tests has to know of a language: one file fills this for JavaScript, one for Python.
import type { Result } from '../../protocol/failure.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { Framework } from '../../protocol/test.ts';
import type { Candidate } from './candidate.ts';
import type { Written } from './written-test.ts';

/** What values a parameter takes, as far as its annotation says. */
export type Shape =
  | { readonly kind: 'integer' | 'number' | 'string' | 'boolean' | 'null' | 'undefined' | 'unknown' }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'array'; readonly of: Shape }
  | { readonly kind: 'union'; readonly of: readonly Shape[] }
  | { readonly kind: 'record'; readonly fields: readonly { readonly name: string; readonly shape: Shape }[] };

export interface Parameter {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isRest: boolean;
  readonly shape: Shape;
}

/** A small fault: `text` in the place of what stands from `start` to `end` (offsets in UTF-16). */
export interface Fault {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A function under test. */
export interface Subject {
  readonly file: RepoPath;
  readonly name: string;
  /** Under which others import it. */
  readonly exportedAs: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly parameters: readonly Parameter[];
  /** Lines with a statement. */
  readonly lines: readonly number[];
  readonly faults: readonly Fault[];
  /** Errors that the file throws by name: others are accidents, and no test should ask for them. */
  readonly thrown: readonly string[];
}

export interface Source {
  readonly subjects: readonly Subject[];
  /** Names of functions in it that others cannot import. */
  readonly hidden: readonly string[];
}

/** Where a generated test stands, and what it imitates. */
export interface TestPlace {
  readonly framework: Framework;
  readonly path: RepoPath;
  /** An existing test file of the project, as an example of its style; null: there is none. */
  readonly example: { readonly path: RepoPath; readonly text: string } | null;
  /** `import` or `require` where no example tells. */
  readonly isModule: boolean;
}

export interface ComposedTests {
  readonly text: string;
  /** The last part of each test's title, in the order of the candidates. */
  readonly titles: readonly string[];
}

export interface Language {
  /** How values of a shape are written: at its edges; and the arbitrary or strategy that makes them, null: none. */
  edgesOf(shape: Shape): readonly string[];
  arbitraryOf(shape: Shape): string | null;
  read(file: RepoPath, text: string): Promise<Result<Source>>;
  /** The source, writing its calls and lines to `report` (absolute). */
  instrument(text: string, subject: Subject, report: string): string;
  /** A test that calls the function with each of these arguments and writes to `report` what comes of it. */
  probe(subject: Subject, place: TestPlace, calls: readonly (readonly string[])[], report: string): string;
  compose(
    subject: Subject,
    place: TestPlace,
    candidates: readonly Candidate[],
    comments: readonly string[],
  ): ComposedTests;
  /** The tests in blocks of code that somebody else wrote, and why one is not tried. */
  written(blocks: readonly string[], subject: Subject, place: TestPlace): Promise<Written[]>;
  /** The name of a new test file beside an example; without one, where such files mostly stand. */
  nameFor(subject: Subject, framework: Framework, example: RepoPath | null): RepoPath;
  /** Variables for the runner, so that it imports from this tree. */
  environment(root: string, subject: Subject): Readonly<Record<string, string>>;
}
