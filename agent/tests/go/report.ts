// Turns the events of `go test -json` (`go doc test2json`) into results.
import path from 'node:path';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestStatus } from '../../protocol/test.ts';
import type { BatchContext, ReportedResult } from '../adapter.ts';
import { jsonOf } from '../native/machine-run.ts';
import { OutputBuffer, placeInText } from '../native/output-text.ts';
import type { GoPackage } from './packages.ts';
import { buildFailure } from './build-failure.ts';

const Event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  /** `pkg [pkg.test]`, for the output of a build (Go 1.24 and up). */
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  /** Seconds. */
  Elapsed: z.number().optional(),
  Output: z.string().optional(),
});
type Event = z.infer<typeof Event>;

interface RunningTest {
  readonly name: string;
  readonly titlePath: readonly string[];
  readonly file: RepoPath;
  readonly line: number | null;
  readonly output: OutputBuffer;
  isPaused: boolean;
  hasFailedPart: boolean;
  status: TestStatus | null;
}

interface RunningPackage {
  readonly package: GoPackage;
  readonly tests: Map<string, RunningTest>;
  /** What it printed outside of any test. */
  readonly output: OutputBuffer;
  hasEnded: boolean;
  hasFailed: boolean;
}

export interface GoReportOptions {
  readonly context: BatchContext;
  /** By import path. */
  readonly packages: ReadonlyMap<string, GoPackage>;
  readonly moduleFolder: string;
  /** Whether a file of the repository exists. */
  readonly isFile: (file: string) => boolean;
}

/** Takes the lines of one `go test -json`. */
export class GoReport {
  readonly #options: GoReportOptions;
  readonly #running = new Map<string, RunningPackage>();
  readonly #builds = new Map<string, string>();
  readonly #died = new Set<RepoPath>();
  #failures = 0;

  constructor(options: GoReportOptions) {
    this.#options = options;
  }

  get failures(): number {
    return this.#failures;
  }

  /** The files whose tests ended their process, or hung. */
  get died(): readonly RepoPath[] {
    return [...this.#died];
  }

  line(line: string): void {
    const parsed = Event.safeParse(jsonOf(line));
    if (!parsed.success) return this.#options.context.log(`${line}\n`);
    this.#options.context.touch();
    this.#receive(parsed.data);
  }

  /** The process has ended: what is still under way ended with it. `errors` is what it printed as such. */
  end(errors: string): void {
    for (const running of this.#running.values()) if (!running.hasEnded) this.#endPackage(running, true, errors);
    for (const known of this.#options.packages.values()) this.#reportBuild(known, errors);
  }

  #receive(event: Event): void {
    if (event.Action === 'build-output') {
      const key = (event.ImportPath ?? '').split(' ')[0] ?? '';
      this.#builds.set(key, (this.#builds.get(key) ?? '') + (event.Output ?? ''));
      return;
    }
    const running = this.#packageOf(event.Package);
    if (running === null) return;
    if (event.Test === undefined) this.#receiveOfPackage(event, running);
    else this.#receiveOfTest(event, event.Test, running);
  }

  #packageOf(importPath: string | undefined): RunningPackage | null {
    const known = this.#options.packages.get(importPath ?? '');
    if (importPath === undefined || known === undefined) return null;
    const running = this.#running.get(importPath);
    if (running !== undefined) return running;
    const begun = { package: known, tests: new Map(), output: new OutputBuffer(), hasEnded: false, hasFailed: false };
    this.#running.set(importPath, begun);
    return begun;
  }

  #receiveOfPackage({ Action, Output = '' }: Event, running: RunningPackage): void {
    if (Action === 'output') running.output.add(Output);
    else if (Action === 'fail') this.#endPackage(running, true, '');
    else if (Action === 'pass' || Action === 'skip') this.#endPackage(running, false, '');
  }

  #receiveOfTest({ Action, Output = '', Elapsed = 0 }: Event, name: string, running: RunningPackage): void {
    const test = this.#testOf(name, running);
    switch (Action) {
      case 'output':
        if (!framing.test(Output)) test.output.add(Output);
        break;
      case 'pause':
      case 'cont':
        test.isPaused = Action === 'pause';
        break;
      case 'pass':
      case 'fail':
      case 'skip':
        this.#endTest(test, Elapsed * 1000, { running, status: statuses[Action] });
        break;
    }
  }

  #testOf(name: string, running: RunningPackage): RunningTest {
    const known = running.tests.get(name);
    if (known !== undefined) return known;
    const parent = parentOf(name, running.tests);
    const root = name.split('/')[0] ?? name;
    const declared = running.package.declared.get(root);
    const file = declared?.file ?? running.package.files[0];
    if (file === undefined) throw new Error(`package ${running.package.importPath} has tests, but no file`);
    const test: RunningTest = {
      name,
      titlePath: parent === null ? [name] : [...parent.titlePath, name.slice(parent.name.length + 1)],
      file,
      line: parent === null ? (declared?.line ?? null) : null,
      output: new OutputBuffer(),
      isPaused: false,
      hasFailedPart: false,
      status: null,
    };
    running.tests.set(name, test);
    this.#options.context.fileStarted(file);
    return test;
  }

  #endTest(test: RunningTest, durationMs: number, end: { running: RunningPackage; status: TestStatus }): void {
    test.status = end.status;
    const output = test.output.text;
    if (end.status === 'failed') {
      const parent = parentOf(test.name, end.running.tests);
      if (parent !== null) parent.hasFailedPart = true;
      this.#failures++;
      this.#options.context.log(`--- FAIL: ${test.name}\n${output}`);
    }
    this.#options.context.report({
      ...this.#resultOf(test, output, end.running.package),
      status: end.status,
      durationMs,
      ...(end.status === 'passed' ? {} : messageOf(test, output)),
    });
  }

  #resultOf(test: RunningTest, output: string, { folder }: GoPackage): Omit<ReportedResult, 'status' | 'durationMs'> {
    const { context, isFile } = this.#options;
    const places = { root: context.root, folders: [path.join(context.root, folder)], isFile };
    const failureAt = placeInText(output, places);
    return {
      file: test.file,
      titlePath: test.titlePath,
      ...(output === '' ? {} : { output }),
      ...(isPanic(output) ? { stack: output } : {}),
      ...(failureAt === undefined ? {} : { failureAt }),
      ...(test.line === null ? {} : { declaredAt: { file: test.file, line: test.line } }),
    };
  }

  /** Ends what is open in it, and its files. */
  #endPackage(running: RunningPackage, hasFailed: boolean, errors: string): void {
    running.hasEnded = true;
    running.hasFailed = hasFailed;
    const { signal } = this.#options.context;
    if (signal.aborted && !this.#options.context.isHanging()) return;
    const open = [...running.tests.values()].filter((test) => test.status === null && !test.isPaused);
    for (const test of innermost(open)) this.#reportOpen(test, running, errors);
    const isWhole = open.length === 0 && !signal.aborted && !this.#hasPanicked(running);
    if (isWhole && !(hasFailed && running.tests.size === 0)) this.#finishPackage(running);
  }

  #finishPackage(running: RunningPackage): void {
    const { chosen, folder } = running.package;
    const isUnexplained = running.hasFailed && ![...running.tests.values()].some((test) => test.status === 'failed');
    const text = running.output.text || 'the package failed although its tests passed';
    if (isUnexplained) this.#reportWhole(chosen, text, folder);
    for (const file of chosen) this.#options.context.fileFinished(file);
  }

  /** A test that panics takes its process with it: what had not run by then runs again without its file. */
  #hasPanicked({ tests, package: { chosen, declared } }: RunningPackage): boolean {
    const panicked = [...tests.values()].filter((test) => test.status === 'failed' && isPanic(test.output.text));
    const left = [...declared].filter(([name, { file }]) => chosen.includes(file) && !tests.has(name));
    if (panicked.length === 0 || left.every(([name]) => name.startsWith('Example'))) return false;
    for (const { file } of panicked) this.#died.add(file);
    return true;
  }

  #reportOpen(test: RunningTest, running: RunningPackage, errors: string): void {
    const { context } = this.#options;
    const isHanging = context.isHanging();
    const output = [test.output.text, running.output.text, errors].filter((text) => text.trim() !== '').join('\n');
    this.#failures++;
    this.#died.add(test.file);
    context.report({
      ...this.#resultOf(test, output, running.package),
      status: isHanging ? 'timed_out' : 'errored',
      durationMs: 0,
      message: isHanging
        ? `The test did not end in ${context.settings['test.defaultTimeout']} s (NOODLE_TEST_DEFAULT_TIMEOUT).`
        : `The test's process ended while it ran.${output === '' ? '' : `\n${output.slice(-4000)}`}`,
      ...(output === '' ? {} : { stack: output }),
    });
  }

  /** A package that failed without any test did not build, or its TestMain failed. */
  #reportBuild({ importPath, chosen, folder }: GoPackage, errors: string): void {
    const running = this.#running.get(importPath);
    // What was stopped did not fail by itself.
    if (this.#options.context.signal.aborted) return;
    if ((running?.tests.size ?? 0) > 0 || (running !== undefined && !running.hasFailed)) return;
    const printed = this.#builds.get(importPath) ?? buildFailure(errors, importPath);
    const text = [printed, running?.output.text ?? ''].filter((part) => part.trim() !== '').join('\n');
    if (text === '') return;
    this.#reportWhole(chosen, text, folder);
    for (const file of chosen) this.#options.context.fileFinished(file);
  }

  /** An error of these files: of those that the text names by themselves, with their own place. */
  #reportWhole(files: readonly RepoPath[], text: string, folder: string): void {
    const { context, isFile } = this.#options;
    context.log(text.endsWith('\n') ? text : `${text}\n`);
    for (const file of files) {
      this.#failures++;
      const folders = [folder, this.#options.moduleFolder, ''].map((each) => path.join(context.root, each));
      const own = placeInText(text, { root: context.root, folders, isFile: (each) => each === file });
      const failureAt = own ?? placeInText(text, { root: context.root, folders, isFile });
      context.report({
        file,
        titlePath: [],
        status: 'errored',
        durationMs: 0,
        message: text.trim(),
        ...(failureAt === undefined ? {} : { failureAt }),
      });
    }
  }
}

const statuses = { pass: 'passed', fail: 'failed', skip: 'skipped' } as const;

/** Lines by which test2json knows where a test begins and ends: they are no output of the test. */
const framing = /^\s*(?:=== (?:RUN|PAUSE|CONT|NAME)\s|--- (?:PASS|FAIL|SKIP): .*\(\d)/;

/** The longest name of a test that this one is part of: names of subtests may hold slashes themselves. */
function parentOf(name: string, tests: ReadonlyMap<string, RunningTest>): RunningTest | null {
  for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
    const parent = tests.get(name.slice(0, slash));
    if (parent !== undefined) return parent;
  }
  return null;
}

function messageOf(test: RunningTest, output: string): { message?: string } {
  const text = output.trim();
  if (text !== '') return { message: text };
  return test.hasFailedPart ? { message: 'a subtest failed' } : {};
}

function isPanic(output: string): boolean {
  return /^goroutine \d+ \[/m.test(output);
}

/** A test that waits for its subtests is not what hangs. */
function innermost(tests: readonly RunningTest[]): RunningTest[] {
  return tests.filter((test) => !tests.some((other) => other !== test && other.name.startsWith(`${test.name}/`)));
}
