// Runs the tests of a CMake project: builds it, then calls ctest for the tests of one source file after the other.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestStatus } from '../../protocol/test.ts';
import type { BatchContext, BatchOutcome, ReportedResult, TestBatch } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { present } from '../native/present.ts';
import { boundedText, placeInText } from '../native/output-text.ts';
import { readJunitXml, type JunitCase } from '../reports/junit-xml.ts';
import { build, buildFolderOf, configure, countingFolderOf, targetsOf } from './build-folder.ts';
import { countingEnvironment, takeCounts } from './gcov.ts';
import { filterOf, listCTests, readIfThere, type CMakePlace, type CTest } from './test-list.ts';
import { readGoogleTests, type GoogleTestCase } from './google-test.ts';

const missingCMake =
  'cmake is not in PATH: install CMake 3.21 or later (https://cmake.org, or the package cmake) and a compiler to run these tests';
/** The most tests that one call of ctest runs, since it writes its report at its end. */
const mostAtOnce = 50;

export async function runCMakeProject(batch: TestBatch, context: BatchContext): Promise<BatchOutcome> {
  const place = await preparedPlace(batch.project.folder, context);
  if ('state' in place) return place;
  const built = await build(place.folder, [], context);
  if (context.signal.aborted) return { state: 'broken', message: 'the build was stopped', exitCode: null };
  const current = { ...place, targets: targetsOf(place.source, place.folder) };
  const tests = await listCTests(current, context);
  if (tests === null)
    return { state: 'broken', message: `ctest could not list the tests in ${place.folder}`, exitCode: null };
  const run = new CTestRun(batch, context, current);
  const chosen = run.chosenOf(tests);
  const failed = built.state === 'failed' ? await run.reportUnbuilt(chosen, built.output) : new Set<string>();
  for (const group of groupsOf(
    chosen.filter((test) => !failed.has(test.target ?? '')),
    batch.files,
  )) {
    if (context.signal.aborted) return { state: 'broken', message: 'ctest was stopped', exitCode: null };
    await run.runGroup(group);
  }
  if (context.signal.aborted) return { state: 'broken', message: 'ctest was stopped', exitCode: null };
  for (const file of batch.files ?? run.reported) context.fileFinished(file);
  return { state: 'finished' };
}

/** The build folder, configured; or why there is none. */
export async function preparedPlace(folder: string, context: BatchContext): Promise<CMakePlace | BatchOutcome> {
  const source = path.join(context.root, folder);
  const isCounting = context.countCoverage !== undefined;
  const buildFolder = isCounting ? countingFolderOf(source, context) : buildFolderOf(source, context);
  const environment = isCounting ? countingEnvironment(context.environment) : context.environment;
  const configured = await configure(source, buildFolder, { ...context, environment });
  if (configured.state === 'missing') return { state: 'runner_missing', message: missingCMake };
  if (configured.state === 'failed')
    return {
      state: 'broken',
      message: `cmake could not configure ${folder || 'the project'}: ${configured.output.slice(-4000)}`,
      exitCode: 1,
    };
  return { source, folder: buildFolder, targets: targetsOf(source, buildFolder) };
}

/** Tests of one file together, in the order of the batch; those that CTest must see together come last, in one call. */
function groupsOf(tests: readonly CTest[], files: readonly RepoPath[] | null): CTest[][] {
  const related = tests.filter((test) => test.isRelated);
  const byFile = Map.groupBy(
    tests.filter((test) => !test.isRelated),
    (test) => test.file,
  );
  const order = new Set([...(files ?? []), ...byFile.keys()]);
  const groups = [...order].flatMap((file) => {
    const own = byFile.get(file) ?? [];
    return Array.from({ length: Math.ceil(own.length / mostAtOnce) }, (_, index) =>
      own.slice(index * mostAtOnce, (index + 1) * mostAtOnce),
    );
  });
  return related.length === 0 ? groups : [...groups, related];
}

class CTestRun {
  readonly #batch: TestBatch;
  readonly #context: BatchContext;
  readonly #place: CMakePlace;
  readonly reported = new Set<RepoPath>();
  #calls = 0;

  constructor(batch: TestBatch, context: BatchContext, place: CMakePlace) {
    this.#batch = batch;
    this.#context = context;
    this.#place = place;
  }

  /**
   * A CMakeLists.txt stands for the tests that it declares until it is known what they are built from. Where that was told
   * without CMake, and CMake does not know it, any test may be of a chosen file that has none.
   */
  chosenOf(tests: readonly CTest[]): CTest[] {
    const { files, only } = this.#batch;
    const stands = new Set(
      tests.flatMap(({ file, declaredIn }) => [file, ...(declaredIn === null ? [] : [declaredIn])]),
    );
    const hasStray = files?.some((file) => !stands.has(file)) ?? false;
    return tests.filter(({ file, name, declaredIn }) => {
      const isUntold = hasStray && file === declaredIn;
      const isChosen =
        files === null || isUntold || files.includes(file) || (declaredIn !== null && files.includes(declaredIn));
      return isChosen && (only.length === 0 || only.some((titles) => titles[0] === name));
    });
  }

  /** Builds the targets one by one, and reports the tests of those that do not build. Resolves with their names. */
  async reportUnbuilt(tests: readonly CTest[], output: string): Promise<Set<string>> {
    const failed = new Set<string>();
    for (const [target, own] of Map.groupBy(tests, (test) => test.target ?? '')) {
      const built =
        target === '' ? ({ state: 'done' } as const) : await build(this.#place.folder, [target], this.#context);
      if (built.state !== 'failed' || this.#context.signal.aborted) continue;
      failed.add(target);
      for (const file of new Set(own.map((test) => test.file))) this.#reportBroken(file, built.output);
    }
    if (tests.length === 0 && !this.#context.signal.aborted)
      for (const file of this.#batch.files ?? this.#batch.project.files) this.#reportBroken(file, output);
    return failed;
  }

  async runGroup(tests: readonly CTest[]): Promise<void> {
    const id = ++this.#calls;
    const report = path.join(this.#context.temporaryFolder, `ctest-${id}.xml`);
    const details = path.join(this.#context.temporaryFolder, `gtest-${id}`);
    mkdirSync(details, { recursive: true });
    for (const file of new Set(tests.map((test) => test.file))) this.#context.fileStarted(file);
    const errors = await this.#call(tests, { report, details });
    if (this.#context.signal.aborted) return;
    await this.#countLines(tests);
    const programs = new Set(tests.map(programName));
    this.#pass(tests, {
      cases: readJunitXml(readIfThere(report)).cases,
      details: readGoogleTests(details, programs),
      errors,
    });
  }

  async #countLines(tests: readonly CTest[]): Promise<void> {
    const { countCoverage } = this.#context;
    if (countCoverage === undefined) return;
    countCoverage([...new Set(tests.map(({ file }) => file))], await takeCounts(this.#place.folder, this.#context));
  }

  async #call(tests: readonly CTest[], { report, details }: { report: string; details: string }): Promise<string> {
    const context = this.#context;
    const seconds = context.settings['test.defaultTimeout'];
    let errors = '';
    // CTest ends what hangs by itself, by the limits that the project sets.
    let cancelTimer = () => {};
    const stayAlive = () => {
      context.touch();
      cancelTimer = context.clock.schedule(seconds * 500, stayAlive);
    };
    stayAlive();
    await context.run({
      command: 'ctest',
      args: [
        '-I',
        [0, 0, 0, ...tests.map((test) => test.number)].join(','),
        '--output-junit',
        report,
        '--timeout',
        String(seconds),
        '--output-on-failure',
        '--test-output-size-passed',
        '65536',
        '--test-output-size-failed',
        '65536',
      ],
      cwd: this.#place.folder,
      environment: { ...context.environment, GTEST_OUTPUT: `json:${details}${path.sep}` },
      onStderr(text) {
        errors = (errors + text).slice(-8000);
      },
    });
    cancelTimer();
    return errors;
  }

  #pass(
    tests: readonly CTest[],
    { cases, details, errors }: { cases: readonly JunitCase[]; details: Map<string, GoogleTestCase[]>; errors: string },
  ): void {
    const byName = Map.groupBy(cases, (each) => each.name);
    for (const test of tests) {
      const found = byName.get(test.name)?.shift();
      const inside = this.#casesOf(test, details);
      if (found === undefined)
        this.#report({
          file: test.file,
          titlePath: [test.name],
          status: 'errored',
          durationMs: 0,
          message: errors.trim() || 'ctest told nothing of this test',
        });
      else this.#reportTest(test, found, inside);
    }
  }

  /** A discovered test is one case of its program; another one may hold many. */
  #casesOf(test: CTest, details: Map<string, GoogleTestCase[]>): GoogleTestCase[] {
    const cases = details.get(programName(test)) ?? [];
    const filter = filterOf(test.arguments);
    return filter === null ? cases : cases.filter((each) => `${each.suite}.${each.name}` === filter);
  }

  #reportTest(test: CTest, found: JunitCase, inside: readonly GoogleTestCase[]): void {
    const status = statusOf(test, found, this.#context.settings['test.defaultTimeout']);
    const failures = inside.flatMap((each) => each.failures).join('\n');
    const output = boundedText(found.output.trimEnd());
    const message = [failures, found.message ?? '', output.trim()].find((text) => text !== '') ?? 'the test failed';
    const isBad = status !== 'passed' && status !== 'skipped';
    this.#report({
      file: test.file,
      titlePath: [test.name],
      status,
      durationMs: found.durationMs,
      ...present({ output, declaredAt: test.declaredAt, message: status === 'skipped' ? found.message : null }),
      ...(isBad ? this.#failureOf(test, status, { message, output }) : {}),
    });
    const isSingle = filterOf(test.arguments) !== null;
    if (!isSingle) for (const each of inside) this.#reportCase(test, each);
  }

  #reportCase(test: CTest, each: GoogleTestCase): void {
    const file = each.file === null ? null : repoPath(this.#context.root, path.resolve(this.#place.folder, each.file));
    this.#report({
      file: test.file,
      titlePath: [test.name, each.suite, each.name],
      status: each.status,
      durationMs: each.durationMs,
      ...(each.failures.length === 0
        ? {}
        : this.#failureOf(test, each.status, { message: each.failures.join('\n'), output: each.failures.join('\n') })),
      ...(file === null || each.line === null ? {} : { declaredAt: { file, line: each.line } }),
    });
  }

  #failureOf(
    test: CTest,
    status: TestStatus,
    { message, output }: { message: string; output: string },
  ): Partial<ReportedResult> {
    const { root, settings } = this.#context;
    const folders = [
      test.workingDirectory ?? this.#place.folder,
      this.#place.folder,
      this.#place.source,
      path.dirname(path.join(root, test.file)),
    ];
    const failureAt = placeInText(`${message}\n${output}`, {
      root,
      folders,
      isFile: (file) => existsSync(path.join(root, file)),
    });
    const limit = test.timeout ?? settings['test.defaultTimeout'];
    return {
      message: status === 'timed_out' ? `The test did not end in ${limit} s.` : boundedText(message),
      ...(failureAt === undefined ? {} : { failureAt }),
    };
  }

  #reportBroken(file: RepoPath, output: string): void {
    const { root } = this.#context;
    const folders = [this.#place.folder, this.#place.source];
    const isFile = (each: string) => existsSync(path.join(root, each));
    const failureAt =
      placeInText(output, { root, folders, isFile: (each) => each === file }) ??
      placeInText(output, { root, folders, isFile });
    this.#report({
      file,
      titlePath: [],
      status: 'errored',
      durationMs: 0,
      message: boundedText(output),
      ...(failureAt === undefined ? {} : { failureAt }),
    });
  }

  #report(result: ReportedResult): void {
    this.reported.add(result.file);
    this.#context.report(result);
  }
}

function programName({ program }: CTest): string {
  return path.basename(program ?? '').replace(/\.exe$/, '');
}

/** What CTest calls "not run" is skipped when the test says so itself, and broken when its program is missing. */
function statusOf(test: CTest, found: JunitCase, defaultSeconds: number): TestStatus {
  if (found.runStatus === 'disabled') return 'skipped';
  if (found.runStatus === 'notrun')
    return test.program === null || !(found.message ?? '').startsWith('SKIP_') ? 'errored' : 'skipped';
  if (found.status !== 'failed') return found.status;
  return found.durationMs >= (test.timeout ?? defaultSeconds) * 1000 ? 'timed_out' : 'failed';
}
