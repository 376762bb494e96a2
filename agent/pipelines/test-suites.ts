// Test suites: tests under a name, looked up anew whenever the suite is executed.
import picomatch from 'picomatch';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { ExecutionId, TestId } from '../protocol/ids.ts';
import type { TestExecutionMetrics, TestSuite, TestSuiteRequest } from '../protocol/named-run.ts';
import { nearest } from '../protocol/nearest.ts';
import type { TestFile } from '../protocol/test.ts';
import { testResultsOf } from '../store/tests.ts';
import type { MainJob } from './main-job.ts';
import { NamedRuns, type NamedRunsOptions } from './named-runs.ts';

export interface TestSuitesOptions extends NamedRunsOptions {
  readonly mainJob: Pick<MainJob, 'start'>;
  /** Every test file that is there now. */
  readonly files: () => Promise<readonly TestFile[]>;
}

/** The test suites of a repository. */
export class TestSuites extends NamedRuns<'suite'> {
  readonly #options: TestSuitesOptions;

  constructor(options: TestSuitesOptions) {
    super('suite', options);
    this.#options = options;
  }

  async make(request: TestSuiteRequest): Promise<Result<TestSuite>> {
    const files = await this.#options.files();
    const ids = new Set<string>(files.map((file) => file.id));
    const unknown = request.tests.findIndex((id) => !isTestOf(id, ids));
    if (unknown !== -1) return unknownTest(unknown, String(request.tests[unknown]), files);
    return await this.create({ ...request, name: request.name ?? request.id, createdAt: this.#options.clock.now() });
  }

  async execute(id: string): Promise<Result<{ executionId: ExecutionId }>> {
    const suite = this.get(id);
    if (!suite.ok) return suite;
    const tests = selectedBy(suite.value, await this.#options.files());
    if (tests.length === 0)
      return failure('conflict', `the test suite '${id}' selects no test that is there now`, { place: 'id' });
    const { priority } = suite.value;
    const isUrgent = priority === 'critical' || priority === 'high';
    return await this.started(
      id,
      this.#options.mainJob.start({ tests, trigger: 'api', priority: isUrgent ? 'interactive' : 'background' }),
    );
  }

  /** Of any execution that ran tests. */
  executionMetrics(id: ExecutionId): Result<TestExecutionMetrics> {
    const { engine, store, clock } = this.#options;
    const execution = engine.get(id);
    if (execution === null) return failure('not_found', `there is no execution '${id}'`, { place: 'id' });
    const { counts, startedAt, finishedAt, firstFailureAtMs } = execution;
    const judged = counts.passed + counts.failed;
    const slowest = testResultsOf(store, id)
      .toSorted((a, b) => b.durationMs - a.durationMs)
      .slice(0, 10);
    return success({
      executionId: id,
      counts,
      passRate: judged === 0 ? null : counts.passed / judged,
      durationMs: startedAt === null ? 0 : Math.max(0, (finishedAt ?? clock.now()) - startedAt),
      firstFailureAtMs,
      slowest: slowest.map((result) => ({ id: result.id, durationMs: result.durationMs })),
    });
  }
}

/** The ids of files and cases that a suite selects. */
export function selectedBy(
  { tests, files: patterns, framework }: Pick<TestSuite, 'tests' | 'files' | 'framework'>,
  files: readonly TestFile[],
): TestId[] {
  const fitting = files.filter((file) => framework === null || file.framework === framework);
  if (tests.length === 0 && patterns.length === 0) return fitting.map(({ id }) => id);
  const matches = patterns.length === 0 ? () => false : picomatch([...patterns], { dot: true });
  const matched = fitting.filter(({ file }) => matches(file)).map(({ id }) => id);
  const ids = new Set<string>(fitting.map(({ id }) => id));
  return [...new Set([...tests.filter((id) => isTestOf(id, ids)), ...matched])];
}

/** Whether an id is one of these files, or a case of one: `file > suite > case`. */
function isTestOf(id: TestId, files: ReadonlySet<string>): boolean {
  if (files.has(id)) return true;
  for (let at = id.indexOf(' > '); at !== -1; at = id.indexOf(' > ', at + 1))
    if (files.has(id.slice(0, at))) return true;
  return false;
}

function unknownTest(index: number, id: string, files: readonly TestFile[]): Result<never> {
  const near = nearest(
    id,
    files.map((file) => file.id),
  );
  const meant = near === null ? 'list the tests to see what there is' : `perhaps '${near}' is meant`;
  return failure('invalid_input', `\`tests.${index}\`: there is no test '${id}'; ${meant}.`, {
    place: `tests.${index}`,
  });
}
