// Results of remote CI runs: read from their reports, kept apart from what ran here, shown beside it.
import { createHash } from 'node:crypto';
import type { EventBus } from '../../events/events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { TestCounts } from '../../protocol/execution.ts';
import { failure, success, type Result } from '../../protocol/failure.ts';
import {
  RemoteRunId,
  type ImportRemoteRunRequest,
  type RemoteRun,
  type RemoteTest,
} from '../../protocol/remote-runs.ts';
import type { TestCase, TestFile, TestStatus } from '../../protocol/test.ts';
import { getRemoteRun, listRemoteRuns, saveRemoteRun, type ReportedTest } from '../../store/remote-runs.ts';
import type { Store } from '../../store/store.ts';
import { readJunitXml, type JunitCase, type JunitReport } from '../reports/junit-xml.ts';
import type { Tests } from '../tests.ts';
import { localCases } from './local-cases.ts';
import { placesOf } from './places.ts';

export interface RemoteRunsOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  /** The test files of the repository as it is now. */
  readonly testFiles: () => Promise<readonly TestFile[]>;
  readonly tests: Pick<Tests, 'casesIn'>;
}

export interface RemoteRuns {
  /** Reads the reports and keeps their results. A report without a single result is refused with its name. */
  import(request: ImportRemoteRunRequest): Promise<Result<RemoteRun>>;
  /** The latest first. */
  list(): RemoteRun[];
  get(id: RemoteRunId): Promise<Result<{ run: RemoteRun; tests: RemoteTest[] }>>;
}

/** A message or stack longer than that is cut: it is for people. */
const mostCharacters = 20_000;

export function createRemoteRuns({ store, events, clock, testFiles, tests }: RemoteRunsOptions): RemoteRuns {
  return {
    async import({ name, system, commit = null, url = null, reports }) {
      const read = reports.map((report) => ({ name: report.name, ...readJunitXml(report.content) }));
      const empty = read.find((report) => report.cases.length === 0 && report.suiteErrors.length === 0);
      if (empty !== undefined) return noResults(empty);
      const placeOf = placesOf((await testFiles()).map(({ file }) => file));
      const reported = read.flatMap((report) => [
        ...report.cases.map((each) => reportedTest(each, placeOf)),
        ...report.suiteErrors.map(suiteError),
      ]);
      const run: RemoteRun = {
        id: idOf(system, name),
        name,
        system,
        commit,
        url,
        importedAt: clock.now(),
        counts: countsOf(reported),
        notes: read.flatMap((report) =>
          report.problem === null ? [] : [`${report.name} is damaged: ${report.problem}`],
        ),
      };
      await store.transact((tx) => saveRemoteRun(tx, run, reported));
      events.emit({ type: 'remote-run.imported', run });
      return success(run);
    },
    list: () => listRemoteRuns(store),
    async get(id) {
      const found = getRemoteRun(store, id);
      if (found === null) return failure('not_found', `there is no remote run '${id}'`, { place: 'id' });
      const caseOf = localCases(await withPlaces(await testFiles(), found.tests, tests));
      return success({ run: found.run, tests: found.tests.map((test) => besideLocal(test, caseOf(test))) });
    },
  };
}

/** The files in which something failed, with the places of their cases: of others what is known without reading them. */
async function withPlaces(
  files: readonly TestFile[],
  reported: readonly ReportedTest[],
  tests: RemoteRunsOptions['tests'],
): Promise<TestFile[]> {
  const failing = new Set(reported.flatMap(({ file, status }) => (file !== null && isFailure(status) ? [file] : [])));
  return await Promise.all(
    files.map(async (each) =>
      failing.has(each.file) ? { ...each, cases: [...(await tests.casesIn(each.id))] } : each,
    ),
  );
}

function besideLocal(test: ReportedTest, local: TestCase | null): RemoteTest {
  return { ...test, line: local?.line ?? null, here: local?.lastStatus ?? null };
}

function noResults({ name, problem }: JunitReport & { readonly name: string }): Result<never> {
  const found = problem === null ? 'XML without a testcase' : `no XML (${problem.split('\n')[0] ?? ''})`;
  return failure('invalid_input', `${name}: expected a JUnit XML report with results, found ${found}`, {
    place: 'reports',
  });
}

/** The same run taken in again is the same run. */
function idOf(system: string, name: string): RemoteRunId {
  return RemoteRunId.parse(createHash('sha256').update(`${system}\n${name}`).digest('hex').slice(0, 12));
}

function reportedTest(test: JunitCase, placeOf: ReturnType<typeof placesOf>): ReportedTest {
  const { name, className, suites, status, durationMs, message, details } = test;
  return {
    file: placeOf(test),
    group: className === '' ? (suites.at(-1) ?? '') : className,
    name,
    status,
    durationMs,
    message: cut(message),
    details: cut(details),
  };
}

/** What broke a whole suite counts as a result of it. */
function suiteError({ suite, message }: JunitReport['suiteErrors'][number]): ReportedTest {
  return {
    file: null,
    group: suite,
    name: suite,
    status: 'errored',
    durationMs: 0,
    message: cut(message),
    details: null,
  };
}

function cut(text: string | null): string | null {
  if (text === null || text === '') return null;
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)} …`;
}

function countsOf(tests: readonly ReportedTest[]): TestCounts {
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(({ status }) => isFailure(status)).length;
  return { total: tests.length, passed, failed, skipped: tests.length - passed - failed };
}

function isFailure(status: TestStatus): boolean {
  return status === 'failed' || status === 'errored' || status === 'timed_out';
}
