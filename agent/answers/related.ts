// From a test to the code that it is about, and back: by what was recorded, by names, and by imports.
import type { Graph } from '../graph/graph.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { Planner } from '../pipelines/planner.ts';
import type { OutputOf, ParsedInputOf } from '../protocol/operations.ts';
import type { Reader } from '../store/store.ts';
import type { TestCase } from '../protocol/test.ts';
import type { Tests } from '../tests/tests.ts';
import { codeOf } from './related/related-code.ts';
import { symbolAt, testsOf } from './related/related-tests.ts';

export interface RelatedOptions {
  readonly graph: Graph;
  readonly planner: Planner;
  readonly tests: Tests;
  readonly store: Reader;
  /** The text of a file as it is now; null when it is gone. */
  readonly read: (file: RepoPath) => string | null;
}

export interface Related {
  tests(file: RepoPath, line: number | undefined): Promise<Result<OutputOf<'getRelatedTests'>>>;
  /** Of a test file or of one case in it, named or by its place. */
  code(asked: ParsedInputOf<'getRelatedCode'>): Promise<Result<OutputOf<'getRelatedCode'>>>;
}

export function createRelated(options: RelatedOptions): Related {
  const { planner, tests, read } = options;
  return {
    async tests(file, line) {
      if (read(file) === null) return failure('not_found', `there is no file '${file}'`, { place: 'file' });
      await planner.refresh();
      const { files } = await tests.discover([]);
      const symbol = line === undefined ? null : symbolAt(await options.graph.symbolsIn(file), line);
      return success({ name: symbol?.name ?? null, tests: testsOf({ ...options, files }, file, symbol) });
    },
    async code({ test, file, line }) {
      if (test === undefined && file === undefined)
        return failure('invalid_input', "expected 'test' or 'file', found neither", { place: 'test' });
      await planner.refresh();
      const { files } = await tests.discover([]);
      const owner = files.find(
        ({ id, file: own }) => own === file || id === test || test?.startsWith(`${id} > `) === true,
      );
      if (owner === undefined)
        return failure('not_found', `there is no test '${test ?? file}'`, {
          place: test === undefined ? 'file' : 'test',
        });
      const cases = test === owner.id ? [] : await tests.casesIn(owner.id);
      const isTest = new Set<string>(files.map((each) => each.file));
      return success({
        places: await codeOf(
          { ...options, isTest: (file) => isTest.has(file) },
          { owner, test: test ?? caseAt(cases, line) ?? owner.id, cases },
        ),
      });
    },
  };
}

/** The case that a line belongs to: the last that begins at it or before. */
function caseAt(cases: readonly TestCase[], line: number | undefined): TestId | null {
  const before = cases.filter((each) => each.line !== null && line !== undefined && each.line <= line);
  return before.toSorted((a, b) => (b.line ?? 0) - (a.line ?? 0))[0]?.id ?? null;
}
