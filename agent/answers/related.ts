// From a test to the code that it is about, and back: by what was recorded, by names, and by imports.
import type { Graph } from '../graph/graph.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { Planner } from '../pipelines/planner.ts';
import type { OutputOf } from '../protocol/operations.ts';
import type { Reader } from '../store/store.ts';
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
  /** Of a test file or of one case in it. */
  code(test: TestId): Promise<Result<OutputOf<'getRelatedCode'>>>;
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
    async code(test) {
      await planner.refresh();
      const { files } = await tests.discover([]);
      const owner = files.find(({ id }) => id === test || test.startsWith(`${id} > `));
      if (owner === undefined) return failure('not_found', `there is no test '${test}'`, { place: 'test' });
      const cases = test === owner.id ? [] : await tests.casesIn(owner.id);
      const isTest = new Set<string>(files.map(({ file }) => file));
      return success({
        places: await codeOf({ ...options, isTest: (file) => isTest.has(file) }, { owner, test, cases }),
      });
    },
  };
}
