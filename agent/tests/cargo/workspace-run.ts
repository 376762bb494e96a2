// One run of the tests of a workspace: builds it, runs each executable, then the examples of the documentation.
import path from 'node:path';
import { existsSync } from 'node:fs';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, BatchOutcome, ReportedResult, TestBatch } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { runMachine } from '../native/machine-run.ts';
import { present } from '../native/present.ts';
import { boundedText, placeInText } from '../native/output-text.ts';
import { countingEnvironment, countsFolder, findLlvmTools, readCounts, type LlvmTools } from './llvm-coverage.ts';
import { buildTests, type CargoBuild, type CompileError, type TestExecutable } from './build.ts';
import { fileOfTest, lineOfTest } from './source.ts';
import { listTests, runByExitCode, runTests, type LibtestProgram, type LibtestResult } from './libtest.ts';
import { runDoctests } from './doctests.ts';

/** A test as its harness names it, and where it stands. */
export interface RustTest {
  readonly name: string;
  readonly file: RepoPath;
}

export class WorkspaceRun {
  readonly batch: TestBatch;
  /** With coverage, `environment` has cargo build programs that count. */
  context: BatchContext;
  readonly chosen: ReadonlySet<RepoPath> | null;
  #tools: LlvmTools | null = null;
  #programs = 0;
  readonly #reported = new Set<RepoPath>();
  readonly #hung = new Set<RepoPath>();

  constructor(batch: TestBatch, context: BatchContext) {
    this.batch = batch;
    this.context = context;
    this.chosen = batch.files === null ? null : new Set(batch.files);
  }

  get folder(): string {
    return path.join(this.context.root, this.batch.project.folder);
  }

  async run(): Promise<BatchOutcome> {
    if (this.context.countCoverage !== undefined) await this.#countLines();
    const build = await buildTests(this.folder, this.context);
    if (build === null) return { state: 'runner_missing', message: missingCargo };
    if (build.exitCode !== 0 && build.errors.length === 0 && !this.context.signal.aborted)
      return {
        state: 'broken',
        message: `cargo exited with ${build.exitCode}: ${build.output.trim().slice(-4000)}`,
        exitCode: build.exitCode,
      };
    const environment = await this.#environment(build);
    for (const executable of this.#inOrder(build.executables)) {
      if (this.context.signal.aborted) break;
      await this.#runExecutable(executable, environment);
    }
    if (!this.context.signal.aborted) await runDoctests(this, build);
    if (!this.context.signal.aborted) this.#reportErrors(build);
    return this.#outcome();
  }

  async #countLines(): Promise<void> {
    this.#tools = await findLlvmTools(this.folder, this.context);
    if (this.#tools === null) return;
    this.context = { ...this.context, environment: countingEnvironment(this.folder, this.context) };
  }

  started(file: RepoPath): void {
    this.context.fileStarted(file);
  }

  report(test: RustTest, result: LibtestResult, titlePath: readonly string[]): void {
    const { root } = this.context;
    const isBad = result.status !== 'passed' && result.status !== 'skipped';
    const output = boundedText(result.output ?? '');
    const failureAt = isBad
      ? placeInText(output, {
          root,
          folders: [this.folder, path.dirname(path.join(root, test.file))],
          isFile: (file) => existsSync(path.join(root, file)),
        })
      : undefined;
    const line = titlePath[0] === 'doctest' ? null : lineOfTest(path.join(root, test.file), test.name);
    if (isBad) {
      this.context.log(`---- ${test.name} ----\n${output}\n`);
    }
    this.#reported.add(test.file);
    this.context.report({
      file: test.file,
      titlePath,
      status: result.status,
      durationMs: result.durationMs,
      ...textsOf(result, isBad, output),
      ...(failureAt === undefined ? {} : { failureAt }),
      ...(line === null ? {} : { declaredAt: { file: test.file, line } }),
    });
  }

  isWanted(file: RepoPath): boolean {
    return this.chosen === null || this.chosen.has(file);
  }

  #outcome(): BatchOutcome {
    if (this.#hung.size > 0)
      return {
        state: 'broken',
        message: 'a test did not end',
        exitCode: null,
        files: [...this.#hung],
        isReported: true,
      };
    if (this.context.signal.aborted) return { state: 'broken', message: 'cargo was stopped', exitCode: null };
    for (const file of this.chosen ?? this.#reported) this.context.fileFinished(file);
    return { state: 'finished' };
  }

  /** The crates whose files stand first in the batch come first. */
  #inOrder(executables: readonly TestExecutable[]): TestExecutable[] {
    const files = this.batch.files?.map((file) => path.join(this.context.root, file)) ?? [];
    const place = ({ source }: TestExecutable) => {
      const index = files.findIndex((file) => file === source || file.startsWith(`${path.dirname(source)}${path.sep}`));
      return index === -1 ? Number.MAX_SAFE_INTEGER : index;
    };
    return files.length === 0 ? [...executables] : executables.toSorted((one, other) => place(one) - place(other));
  }

  async #runExecutable(executable: TestExecutable, environment: Readonly<Record<string, string>>): Promise<void> {
    const tools = this.#tools;
    if (tools === null) {
      await this.#runTestsOf(executable, environment);
      return;
    }
    const folder = countsFolder(this.context, ++this.#programs);
    const counts = { LLVM_PROFILE_FILE: path.join(folder, '%p-%m.profraw') };
    const files = await this.#runTestsOf(executable, { ...environment, ...counts });
    this.context.countCoverage?.(files, await readCounts({ program: executable.program, folder, tools }, this.context));
  }

  /** Resolves with the files whose tests ran. */
  async #runTestsOf(
    executable: TestExecutable,
    environment: Readonly<Record<string, string>>,
  ): Promise<readonly RepoPath[]> {
    const program: LibtestProgram = {
      command: executable.program,
      args: [],
      cwd: executable.packageFolder,
      environment: { ...environment, CARGO_MANIFEST_DIR: executable.packageFolder },
    };
    const names = await listTests(program, [], this.context);
    if (names === null) {
      await this.#runProgram(program, executable);
      return [repoPath(this.context.root, executable.source) ?? []].flat();
    }
    const tests = names.flatMap((name) => {
      const file = repoPath(this.context.root, fileOfTest(name, executable.source));
      return file !== null && this.#isChosen(name, file) ? [{ name, file }] : [];
    });
    if (tests.length > 0) await this.#runAll(program, tests, tests.length === names.length);
    return [...new Set(tests.map(({ file }) => file))];
  }

  #isChosen(name: string, file: RepoPath): boolean {
    const { only } = this.batch;
    return this.isWanted(file) && (only.length === 0 || only.some((titles) => titles.join('::') === name));
  }

  /** Runs these tests; those that end or break their process run once more alone, and what had not begun after them. */
  async #runAll(program: LibtestProgram, tests: readonly RustTest[], isWhole: boolean): Promise<void> {
    const waiting = new Map(tests.map((test) => [test.name, test]));
    let selection: readonly string[] = isWhole ? [] : exactly(tests);
    while (waiting.size > 0 && !this.context.signal.aborted) {
      const before = waiting.size;
      const run = await runTests(program, selection, { listener: this.#listener(waiting), context: this.context });
      if (!run.isUnderstood) return await this.#runEach(program, [...waiting.values()]);
      const open = run.open.flatMap((name) => waiting.get(name) ?? []);
      if (this.context.isHanging()) return this.#reportHung(open);
      for (const test of open) {
        waiting.delete(test.name);
        await this.#runAlone(program, test, open.length === 1 ? run : null);
      }
      if (waiting.size === before) return this.#reportUnrun([...waiting.values()], run);
      selection = exactly([...waiting.values()]);
    }
  }

  /** Tests that their program was asked for and did not come to. */
  #reportUnrun(tests: readonly RustTest[], { exit, errors }: { exit: string; errors: string }): void {
    if (this.context.signal.aborted) return;
    const message = `the test was not run: its process ${exit} before it`;
    for (const test of tests)
      this.report(
        test,
        { name: test.name, status: 'errored', durationMs: 0, message, ...(errors === '' ? {} : { output: errors }) },
        test.name.split('::'),
      );
  }

  #listener(waiting: Map<string, RustTest>) {
    return {
      started: (name: string) => {
        const test = waiting.get(name);
        if (test !== undefined) this.started(test.file);
      },
      ended: (result: LibtestResult) => {
        const test = waiting.get(result.name);
        if (test === undefined) return;
        waiting.delete(result.name);
        this.report(test, result, test.name.split('::'));
      },
    };
  }

  /** A process of several threads does not say which of its tests ended it. */
  async #runAlone(
    program: LibtestProgram,
    test: RustTest,
    known: { exit: string; errors: string } | null,
  ): Promise<void> {
    const waiting = new Map([[test.name, test]]);
    const run =
      known ?? (await runTests(program, exactly([test]), { listener: this.#listener(waiting), context: this.context }));
    if (waiting.size === 0) return;
    if (this.context.isHanging()) return this.#reportHung([test]);
    if (this.context.signal.aborted) return;
    const result: LibtestResult = {
      name: test.name,
      status: 'errored',
      durationMs: 0,
      message: `the test's process ${run.exit} while it ran`,
      ...(run.errors === '' ? {} : { output: run.errors }),
    };
    this.report(test, result, test.name.split('::'));
  }

  #reportHung(tests: readonly RustTest[]): void {
    const seconds = this.context.settings['test.defaultTimeout'];
    const message = `The test did not end in ${seconds} s (NOODLE_TEST_DEFAULT_TIMEOUT).`;
    for (const test of tests) {
      this.#hung.add(test.file);
      this.report(
        test,
        { name: test.name, status: 'timed_out', durationMs: seconds * 1000, message },
        test.name.split('::'),
      );
    }
  }

  /** For a harness without JSON: each test in a process of its own, as its exit code says. */
  async #runEach(program: LibtestProgram, tests: readonly RustTest[]): Promise<void> {
    const ignored = new Set(await listTests(program, ['--ignored'], this.context));
    for (const test of tests) {
      if (this.context.signal.aborted) return;
      this.started(test.file);
      const result = ignored.has(test.name)
        ? { status: 'skipped' as const, durationMs: 0 }
        : await runByExitCode(program, ['--exact', test.name, '--nocapture'], this.context);
      if (result.status === 'timed_out') this.#hung.add(test.file);
      this.report(test, { name: test.name, ...result }, test.name.split('::'));
    }
  }

  /** A test target with a `main` of its own (`harness = false`) is one test. */
  async #runProgram(program: LibtestProgram, { source, name }: TestExecutable): Promise<void> {
    const file = repoPath(this.context.root, source);
    if (file === null || !this.isWanted(file)) return;
    this.started(file);
    const result = await runByExitCode(program, [], this.context);
    if (this.context.signal.aborted && !this.context.isHanging()) return;
    if (result.status === 'timed_out') this.#hung.add(file);
    this.report({ name, file }, { name, ...result }, [name]);
  }

  /** Files that were asked for, of crates that did not compile. */
  #reportErrors(build: CargoBuild): void {
    if (build.errors.length === 0) return;
    for (const file of this.chosen ?? this.batch.project.files) {
      const absolute = path.join(this.context.root, file);
      const isBuilt = build.executables.some((each) => isOfCrate(absolute, each.source));
      if (!this.#reported.has(file) && !isBuilt) this.#reportUnbuilt(file, errorsOf(absolute, build.errors));
    }
  }

  #reportUnbuilt(file: RepoPath, errors: readonly CompileError[]): void {
    const place = errors.find((each) => each.place !== null)?.place ?? null;
    const placed = place === null ? null : repoPath(this.context.root, place.file);
    this.#reported.add(file);
    this.context.report({
      file,
      titlePath: [],
      status: 'errored',
      durationMs: 0,
      message: boundedText(
        errors
          .map((each) => each.text)
          .join('\n')
          .trim(),
      ),
      ...(place === null || placed === null
        ? {}
        : { failureAt: { file: placed, line: place.line, column: place.column } }),
    });
  }

  /** What cargo itself gives to the programs that it runs. */
  async #environment({ libraryPaths, executables }: CargoBuild): Promise<Record<string, string>> {
    const { environment } = this.context;
    let sysroot = '';
    const rustc = { command: 'rustc', args: ['--print', 'sysroot'], cwd: this.folder, environment };
    await runMachine({ ...rustc, onLine: (line) => (sysroot ||= line) }, this.context);
    const built = [...new Set(executables.map((each) => path.dirname(each.program)))];
    const folders = [...libraryPaths, ...built, ...built.map(path.dirname), path.join(sysroot, 'lib')];
    const name = { win32: 'PATH', darwin: 'DYLD_FALLBACK_LIBRARY_PATH' }[String(process.platform)] ?? 'LD_LIBRARY_PATH';
    const value = [...folders, ...(environment[name] === undefined ? [] : [environment[name]])].join(path.delimiter);
    return { ...environment, CARGO: environment['CARGO'] ?? 'cargo', [name]: value };
  }
}

const missingCargo = 'cargo is not in PATH: install Rust (https://rustup.rs, or the package cargo) to run these tests';

function exactly(tests: readonly RustTest[]): string[] {
  return ['--exact', ...tests.map((test) => test.name)];
}

/** Whether a file can be a module of the crate with this root file. */
function isOfCrate(file: string, source: string): boolean {
  if (file === source) return true;
  const name = path.basename(source);
  // `tests/a.rs` is a crate by itself; its modules lie in `tests/a/` at most, while those of `src/lib.rs` lie beside it.
  const folder = /^(?:lib|main|mod)\.rs$/.test(name) ? path.dirname(source) : source.slice(0, -'.rs'.length);
  return file.startsWith(`${folder}${path.sep}`);
}

/** The errors in a file itself, else those of its crate, else all: a library that does not compile stops what needs it. */
function errorsOf(file: string, errors: readonly CompileError[]): readonly CompileError[] {
  const own = errors.filter((each) => each.place?.file === file);
  if (own.length > 0) return own;
  const ofCrate = errors.filter((each) => isOfCrate(file, each.source));
  return ofCrate.length > 0 ? ofCrate : errors;
}

function textsOf(result: LibtestResult, isBad: boolean, output: string): Partial<ReportedResult> {
  const panic =
    /panicked at [^\n]*\n([\s\S]*?)(?:\nstack backtrace:|\nnote: run with|\n*$)/.exec(output)?.[1]?.trim() ?? '';
  const compared = /^ +left: (.*)\n +right: (.*)$/m.exec(panic);
  const told = panic === '' ? output.trim() : panic;
  return present({
    message: boundedText(result.message ?? (isBad ? told : '')),
    actual: compared?.[1],
    expected: compared?.[2],
    output,
    stack: isBad && output.includes('panicked at') ? output : null,
  });
}
