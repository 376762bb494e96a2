// Turns what JUnit's runners write into results.
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestStatus } from '../../protocol/test.ts';
import type { BatchContext, BatchOutcome, ReportedResult, TestBatch } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { javaStacks } from '../../platform/java-stack.ts';
import { present } from '../native/present.ts';
import { boundedText } from '../native/output-text.ts';
import type { JunitCase } from '../reports/junit-xml.ts';
import { placeInDumps, type HangingPlace } from './hanging.ts';
import { compileErrors, fileOfClass, nestedNames, placeInJavaStack, type JavaCompileError } from './classes.ts';

export interface JavaResult {
  readonly className: string;
  readonly titles: readonly string[];
  readonly status: TestStatus;
  readonly durationMs: number;
  readonly message?: string | null | undefined;
  readonly stack?: string | null | undefined;
  readonly output?: string | undefined;
  readonly retries?: number;
}

export interface EndedTool {
  readonly tool: string;
  readonly exitCode: number | null;
  readonly output: string;
  /** It ends with another code than 0 when tests fail. Default: it does. */
  readonly failsWithTests?: boolean;
}

/** Passes the results of one batch on. */
export class JavaResults {
  readonly #batch: TestBatch;
  readonly #context: BatchContext;
  readonly #modules: readonly string[];
  readonly #seen = new Set<RepoPath>();
  /** Files by the classes that were asked for. */
  readonly #files = new Map<string, RepoPath | null>();
  #hungAt: HangingPlace = {};
  failures = 0;
  count = 0;

  /** `modules`: absolute folders that hold sources. */
  constructor(batch: TestBatch, context: BatchContext, modules: readonly string[]) {
    this.#batch = batch;
    this.#context = context;
    this.#modules = modules;
  }

  /** For its processes: when they hang, notes what they are at. */
  readonly beforeKill = async (pid: number): Promise<void> => {
    if (!this.#context.isHanging()) return;
    const dumps = await javaStacks(pid, this.#context.environment);
    this.#hungAt = placeInDumps(dumps, this.#context.root, this.#modules);
  };

  /** The runner is at this class. */
  began(className: string): void {
    this.#context.touch();
    const file = this.#fileOf(className);
    if (file !== null) this.#begin(file);
  }

  report(result: JavaResult): void {
    const file = this.#fileOf(result.className);
    if (file === null) {
      this.#context.log(`${result.status} ${result.className} ${result.titles.join(' ')}: its source was not found\n`);
      return;
    }
    this.#begin(file);
    this.count++;
    const isBad = result.status !== 'passed' && result.status !== 'skipped';
    if (isBad) this.failures++;
    const titlePath = [...nestedNames(result.className), ...result.titles];
    const { only } = this.#batch;
    if (only.length > 0 && !only.some((titles) => titles.every((title, index) => titlePath[index] === title))) return;
    this.#context.report({
      file,
      titlePath,
      status: result.status,
      durationMs: result.durationMs,
      ...this.#textsOf(result, isBad),
    });
  }

  reportCase(each: JunitCase): void {
    this.report({
      className: each.className,
      titles: [each.name.replace(/\(\)$/, '')],
      status: each.status,
      durationMs: each.durationMs,
      message: each.message,
      stack: each.details,
      output: each.output,
      retries: each.retries,
    });
  }

  finishFiles(): void {
    for (const file of this.#batch.files ?? this.#seen) this.#context.fileFinished(file);
  }

  /** Sources that do not compile are errors of these files; resolves with how the run ended besides. */
  outcome({ tool, exitCode, output, failsWithTests = true }: EndedTool): BatchOutcome {
    if (this.#context.signal.aborted)
      return { state: 'broken', message: `${tool} was stopped`, exitCode, ...this.#hungAt, ...this.#hungFiles() };
    const errors = exitCode === 0 ? [] : compileErrors(output);
    this.#reportUncompiled(errors);
    this.finishFiles();
    // Where failed tests fail the tool, nothing tells a failure beside them.
    const isByTests = failsWithTests && this.failures > 0 && errors.length === 0;
    if (exitCode === 0 || isByTests) return { state: 'finished' };
    const places = errors.map(
      ({ file, line, message }) => `${path.relative(this.#context.root, file)}:${line} ${message}`,
    );
    const message =
      errors.length > 0
        ? `the tests do not compile:\n${places.join('\n')}`
        : `${tool} exited with ${exitCode}:\n${output.trim().slice(-4000)}`;
    return { state: 'broken', message, exitCode, isComplete: true };
  }

  #reportUncompiled(errors: readonly JavaCompileError[]): void {
    for (const [absolute, own] of Map.groupBy(errors, (error) => error.file)) {
      const file = repoPath(this.#context.root, absolute);
      const [first] = own;
      if (file === null || first === undefined || !this.#batch.project.files.includes(file)) continue;
      const failureAt = { file, line: first.line, ...(first.column === null ? {} : { column: first.column }) };
      this.#begin(file);
      this.failures++;
      this.#context.report({
        file,
        titlePath: [],
        status: 'errored',
        durationMs: 0,
        message: own.map((error) => error.message).join('\n'),
        failureAt,
      });
    }
  }

  /** The test file that the stack is in: the console launcher does not tell which class it is at. */
  #hungFiles(): { readonly files?: readonly RepoPath[] } {
    const classes = (this.#hungAt.stack ?? '').matchAll(/^\s*at (?:[\w.-]*\/+)*([\w.$]+)\.[^.(]+\(/gm);
    for (const [, className = ''] of classes) {
      const file = this.#fileOf(className);
      if (file !== null) return { files: [file] };
    }
    return {};
  }

  #fileOf(className: string): RepoPath | null {
    const known = this.#files.get(className);
    if (known !== undefined) return known;
    const found = fileOfClass(className, this.#batch.project.files);
    this.#files.set(className, found);
    return found;
  }

  #begin(file: RepoPath): void {
    if (this.#seen.has(file)) return;
    this.#seen.add(file);
    this.#context.fileStarted(file);
  }

  #textsOf({ message, stack, output = '', retries = 0 }: JavaResult, isBad: boolean): Partial<ReportedResult> {
    const text = message ?? '';
    // JUnit's own assertions write the compared values in one form.
    const compared = /expected: ?<([\s\S]*?)> but was: ?<([\s\S]*)>/.exec(text);
    return present({
      message: boundedText(text),
      stack: isBad ? boundedText(stack ?? '') : null,
      expected: compared?.[1],
      actual: compared?.[2],
      output: boundedText(output),
      retries: retries > 0 ? retries : null,
      failureAt: isBad ? placeInJavaStack(stack ?? '', this.#context.root, this.#modules) : null,
    });
  }
}
