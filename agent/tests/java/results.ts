// Turns what JUnit's runners write into results.
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestStatus } from '../../protocol/test.ts';
import type { BatchContext, BatchOutcome, ReportedResult, TestBatch } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { present } from '../native/present.ts';
import { boundedText } from '../native/output-text.ts';
import type { JunitCase } from '../reports/junit-xml.ts';
import { compileErrors, fileOfClass, nestedNames, placeInJavaStack } from './classes.ts';

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

/** Passes the results of one batch on. */
export class JavaResults {
  readonly #batch: TestBatch;
  readonly #context: BatchContext;
  readonly #modules: readonly string[];
  readonly #seen = new Set<RepoPath>();
  /** Files by the classes that were asked for. */
  readonly #files = new Map<string, RepoPath | null>();
  failures = 0;
  count = 0;

  /** `modules`: absolute folders that hold sources. */
  constructor(batch: TestBatch, context: BatchContext, modules: readonly string[]) {
    this.#batch = batch;
    this.#context = context;
    this.#modules = modules;
  }

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
  outcome({ tool, exitCode, output }: { tool: string; exitCode: number | null; output: string }): BatchOutcome {
    if (this.#context.signal.aborted) return { state: 'broken', message: `${tool} was stopped`, exitCode };
    const errors = exitCode === 0 ? [] : compileErrors(output);
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
    this.finishFiles();
    if (exitCode === 0 || (this.failures > 0 && errors.length === 0)) return { state: 'finished' };
    const places = errors.map(
      ({ file, line, message }) => `${path.relative(this.#context.root, file)}:${line} ${message}`,
    );
    const message =
      errors.length > 0
        ? `the tests do not compile:\n${places.join('\n')}`
        : `${tool} exited with ${exitCode}:\n${output.trim().slice(-4000)}`;
    return { state: 'broken', message, exitCode, isComplete: true };
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
