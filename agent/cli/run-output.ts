// A run as a person reads it: the plan in one line, failures at once and in full, the rest in numbers.
import { emptyTree } from '../protocol/change-set.ts';
import type { BuildResult } from '../protocol/build.ts';
import type { EventOf, NoodleEvent } from '../protocol/events.ts';
import type { TestCounts } from '../protocol/execution.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import { inOneLine } from '../protocol/one-line.ts';
import type { Plan, PlannedBuild, PlannedTest, ReusedTest } from '../protocol/plan.ts';
import { plannedFiles } from '../protocol/planned-files.ts';
import { counted, formatCount, formatDuration } from '../protocol/quantities.ts';
import type { TestResult } from '../protocol/test.ts';
import { differenceLines } from './difference.ts';
import type { Output } from './output.ts';
import { groupedTests, type TestGroup } from './plan-groups.ts';

const margin = '          ';
/** Further failures are named in a line each; `--verbose` shows all in full. */
const shownInFull = 20;
const longestLine = 240;

export interface RunRendererOptions {
  readonly output: Output;
  readonly repositoryName: string;
  readonly isVerbose: boolean;
}

export interface RunRenderer {
  show(event: NoodleEvent): void;
}

/** Renders the events of one execution, ignoring those of others. */
export function createRunRenderer(executionId: ExecutionId, options: RunRendererOptions): RunRenderer {
  const run = new RunRendering(options);
  return {
    show(event) {
      if ('executionId' in event && event.executionId === executionId) run.show(event);
    },
  };
}

class RunRendering {
  readonly #output: Output;
  readonly #options: RunRendererOptions;
  #plan: Plan | null = null;
  #label = '';
  #finished = 0;
  #failed = 0;
  #lastFailedFile = '';

  constructor(options: RunRendererOptions) {
    this.#options = options;
    this.#output = options.output;
  }

  show(event: NoodleEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#output.line(headline(this.#options.repositoryName, event));
        this.#output.progress('planning …');
        return;
      case 'plan.made':
        this.#showPlan(event.plan);
        return;
      case 'build.started':
        this.#output.progress(`building ${event.target} …`);
        return;
      case 'build.finished':
        this.#showBuild(event);
        return;
      case 'test.finished':
        this.#showTest(event.result);
        return;
      case 'run.finished':
        this.#showEnd(event);
        return;
      default:
    }
  }

  #section(label: string): string {
    const shown = label === this.#label ? '' : label;
    this.#label = label;
    return this.#output.style('bold', shown.padEnd(8));
  }

  #showPlan(plan: Plan): void {
    this.#plan = plan;
    for (const line of planLines(plan, this.#options.isVerbose ? 'full' : 'short')) this.#output.line(line.replace(/^plan/, this.#output.style('bold', 'plan')));
    this.#progress();
  }

  #showBuild({ result }: EventOf<'build.finished'>): void {
    const { style } = this.#output;
    const marks = { succeeded: style('green', '✓'), unchanged: style('dim', '='), skipped: style('dim', '-'), failed: style('red', '✗'), cancelled: style('yellow', '-'), timed_out: style('red', '✗') };
    const isBuilt = result.status === 'succeeded' && !result.cached;
    const detail = isBuilt ? formatDuration(result.durationMs) : result.status === 'succeeded' ? result.reason : `${result.status.replace('_', ' ')}: ${result.reason}`;
    this.#output.line(`${this.#section('build')}${marks[result.status]} ${result.target}   ${detail}`);
    for (const line of buildLines(result)) this.#output.line(`${margin}${line}`);
  }

  #showTest(result: TestResult): void {
    this.#finished++;
    const isFailure = result.status === 'failed' || result.status === 'errored' || result.status === 'timed_out';
    if (isFailure) this.#showFailure(result);
    else if (this.#options.isVerbose) this.#showOther(result);
    this.#progress();
  }

  #showFailure(result: TestResult): void {
    const { style } = this.#output;
    this.#failed++;
    const title = titleOf(result);
    const at = this.#failed === 1 ? `   ${style('dim', `after ${formatDuration(result.atMs)}`)}` : '';
    const status = result.status === 'failed' ? '' : ` (${result.status.replace('_', ' ')})`;
    this.#output.line(`${this.#section('test')}${style('red', '✗')} ${title}${status}${at}`);
    if (this.#failed > shownInFull && !this.#options.isVerbose) return;
    for (const line of failureLines(result)) this.#output.line(`${margin}${shortened(line)}`);
    const why = this.#plan?.tests.find((planned) => planned.file === result.file)?.why ?? [];
    const isNewFile = result.file !== this.#lastFailedFile;
    this.#lastFailedFile = result.file;
    if (why.length > 0 && isNewFile) this.#output.line(`${margin}${style('dim', `why: ${why.join(' → ')}`)}`);
  }

  #showOther(result: TestResult): void {
    const mark = result.status === 'passed' ? this.#output.style('green', '✓') : this.#output.style('dim', '-');
    const status = result.status === 'passed' ? formatDuration(result.durationMs) : result.status;
    this.#output.line(`${this.#section('test')}${mark} ${titleOf(result)}   ${this.#output.style('dim', status)}`);
  }

  #progress(): void {
    if (this.#plan === null) return;
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    this.#output.progress(`${counted(this.#finished, 'test')} finished${failed}, ${counted(this.#plan.tests.length, 'file')} planned`);
  }

  #showEnd(event: EventOf<'run.finished'>): void {
    this.#output.progress(null);
    for (const line of endLines(event, this.#plan, this.#output)) this.#output.line(line);
  }
}

function titleOf({ file, titlePath }: TestResult): string {
  return inOneLine([file, ...titlePath].join(' › '));
}

/** What there is to say of a build beside how it ended: what was tried, what it reads, what to do, where it fails. */
function buildLines({ recovery = [], undeclaredReads = [], failure, problems }: BuildResult): string[] {
  const errors = problems.filter(({ severity }) => severity === 'error').slice(0, 10);
  const places = errors.map(({ location: { file, line, column }, message }) => `${file}:${line}:${column ?? 1}  ${message}`);
  const suggestion = failure?.suggestion ?? null;
  return [
    ...recovery,
    ...undeclaredReads.slice(0, 5).map((file) => `reads ${file}, which is not an input`),
    ...places,
    ...(suggestion === null || places.length === 0 ? [] : [suggestion]),
  ];
}

function headline(name: string, event: EventOf<'run.started'>): string {
  const branch = event.branch === null ? '' : ` · ${event.branch}`;
  const what = event.base === emptyTree ? `${counted(event.changedFiles, 'file')}, all of them new` : `${counted(event.changedFiles, 'file')} changed since ${event.base}`;
  return `${name}${branch} · ${what}`;
}

/** The plan in one line; with each item's reason, where tests of one reason may stand together; or in full. */
export function planLines(plan: Plan, detail: 'short' | 'grouped' | 'full'): string[] {
  const lines = [`plan    ${planned(plan)}   (${formatDuration(plan.planMs)})`];
  if (detail !== 'short') {
    for (const build of plan.builds) lines.push(`        ${build.cached ? '=' : '○'} ${build.target}   ${build.reason}${expectation(build)}`);
    lines.push(...(detail === 'full' ? plan.tests.map(testLine) : groupedTests(plan.tests).map(groupLine)));
    lines.push(...leftOutLines(plan), ...durationLines(plan));
    for (const test of plan.reused ?? []) lines.push(`        = ${test.file}   reused: unchanged since ${timeOf(test.since)} (${test.executionId}), ${test.why.join(' → ')}`);
  }
  for (const note of plan.notes) lines.push(`        note: ${note}`);
  return lines;
}

function testLine(test: PlannedTest): string {
  return `        ○ ${test.file}   ${test.why.join(' → ')}   ${testExpectation(test)}`;
}

/** `○ 84 test files   src/a.ts → src/b.ts → …   p 0.03 to 0.12, 12 s` */
function groupLine({ way, tests }: TestGroup): string {
  const [first] = tests;
  if (first !== undefined && tests.length === 1) return testLine(first);
  const chances = tests.map((test) => test.probability);
  const [least, most] = [Math.min(...chances).toFixed(2), Math.max(...chances).toFixed(2)];
  const together = tests.reduce((sum, test) => sum + test.expectedMs, 0);
  return `        ○ ${tests.length} test files   ${[...way, '…'].join(' → ')}   p ${least === most ? least : `${least} to ${most}`}, ${formatDuration(together)}   (--verbose lists them)`;
}

/** `1 of 3 targets, 2 of 10 test files, 1 reused, about 1.5 s`, without what there is none of. */
function planned(plan: Plan): string {
  const { builds, tests, reused = [] } = plan;
  const files = plannedFiles(plan);
  const parts = [
    ...(builds.length === 0 ? [] : [`${builds.filter((build) => !build.cached).length} of ${counted(builds.length, 'target')}`]),
    ...(files === 0 ? [] : [`${formatCount(tests.length)} of ${counted(files, 'test file')}`]),
    ...(reused.length === 0 ? [] : [`${formatCount(reused.length)} reused`]),
    ...(plan.expected === undefined ? [] : [`about ${formatDuration(plan.expected.medianMs)}`]),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** `20:05:13` of today, else with its day. */
function timeOf(timestamp: number): string {
  const at = new Date(timestamp);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? at.toLocaleTimeString() : at.toLocaleString();
}

/** `5 tests in 2 files: unchanged since 20:05:13`. */
function reusedLine(reused: readonly ReusedTest[]): string {
  const tests = reused.reduce((sum, each) => sum + each.tests, 0);
  const since = Math.min(...reused.map((each) => each.since));
  return `${counted(tests, 'test')} in ${counted(reused.length, 'file')}: unchanged since ${reused.length === 1 ? '' : 'they passed, the first at '}${timeOf(since)}`;
}

/** `p 0.12, 0.8 s`, as far as it was measured. */
function testExpectation({ probability, p90Ms, expectedMs }: PlannedTest): string {
  return `p ${probability.toFixed(2)}, ${p90Ms === undefined ? 'never measured' : formatDuration(expectedMs)}`;
}

/** What a budget left out and does not run to be measured. */
function leftOutOf({ budget, tests }: Plan): readonly PlannedTest[] {
  const ran = new Set(tests.map(({ id }) => id));
  return budget?.leftOut.filter(({ id }) => !ran.has(id)) ?? [];
}

function leftOutLines(plan: Plan): string[] {
  return leftOutOf(plan).map((test) => `        - ${test.file}   left out by the budget   ${testExpectation(test)}`);
}

function durationLines({ expected }: Plan): string[] {
  if (expected === undefined) return [];
  const { medianMs, p90Ms, buildsMs, startMs } = expected;
  return [`        about ${formatDuration(medianMs)}, nine of ten times below ${formatDuration(p90Ms)}: builds ${formatDuration(buildsMs)}, start of runners ${formatDuration(startMs)}`];
}

/** `   p 0.12, 0.8 s`, as far as it is known. */
function expectation({ cached, failureProbability, expectedMs, p90Ms, verdict }: PlannedBuild): string {
  if (cached || expectedMs === undefined) return '';
  const probability = failureProbability === undefined ? '' : `p ${failureProbability.toFixed(2)}, `;
  const said = verdict === undefined || verdict.says === "don't know" ? '' : `, ${verdict.says}: ${verdict.because}`;
  const most = p90Ms === undefined ? '' : `, p90 ${formatDuration(p90Ms)}`;
  return `   ${probability}${formatDuration(expectedMs)}${most}${said}`;
}

function shortened(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine - 1)}…`;
}

function failureLines(result: TestResult): string[] {
  const where = result.failureAt === undefined ? [] : [`${result.failureAt.file}:${result.failureAt.line}${result.failureAt.column === undefined ? '' : `:${result.failureAt.column}`}`];
  const isCompared = result.expected !== undefined && result.actual !== undefined;
  // What the framework compares in words is shown as values below.
  const message = (result.message ?? '').split('\n').map((line) => line.trimEnd()).filter((line) => line !== '').slice(0, isCompared ? 1 : 6);
  return [...message, ...(isCompared ? differenceLines(result.expected ?? '', result.actual ?? '') : []), ...where];
}

function endLines(event: EventOf<'run.finished'>, plan: Plan | null, { style }: Output): string[] {
  const { counts, status } = event;
  const lines: string[] = [];
  if (counts.total > 0) lines.push(countLine(counts, style));
  if (plan !== null) lines.push(...notRunLines(plan, style));
  // What the plan told already is not news.
  const told = plan?.notes ?? [];
  for (const note of event.notes) if (!told.some((each) => note.endsWith(`: ${each}`))) lines.push(`note    ${note}`);
  return [...lines, style(status === 'succeeded' ? 'green' : 'red', lastLine(event))];
}

/** What did not run, and how to ask why. */
function notRunLines(plan: Plan, style: Output['style']): string[] {
  const { reused = [], skipped } = plan;
  const leftOut = leftOutOf(plan).length;
  return [
    ...(reused.length === 0 ? [] : [`${style('bold', 'reused')}  ${reusedLine(reused)}   noodle run --no-cache`]),
    ...(skipped.count === 0 ? [] : [`${style('bold', 'skipped')} ${counted(skipped.count, 'test')}: nothing that they depend on changed   noodle explain --skipped`]),
    ...(leftOut === 0 ? [] : [`${style('bold', 'skipped')} ${counted(leftOut, 'test file')} by the budget   noodle explain <test>`]),
  ];
}

function countLine({ passed, failed, skipped }: TestCounts, style: Output['style']): string {
  const failedPart = failed === 0 ? '' : `${style('red', '✗')} ${formatCount(failed)} failed, `;
  const skippedPart = skipped === 0 ? '' : `, ${formatCount(skipped)} skipped by their own marks`;
  return `${' '.repeat(8)}${failedPart}${style(failed === 0 ? 'green' : 'dim', '✓')} ${formatCount(passed)} passed${skippedPart}`;
}

function lastLine({ status, durationMs, firstFailureAtMs, saved, reason, counts }: EventOf<'run.finished'>): string {
  const savedMs = saved.testsMs + saved.buildsMs;
  const parts = [
    `${status.replace('_', ' ')} in ${formatDuration(durationMs)}`,
    ...(firstFailureAtMs === null ? [] : [`first failure after ${formatDuration(firstFailureAtMs)}`]),
    ...(savedMs >= 1000 ? [`${formatDuration(savedMs)} saved`] : []),
    ...(reason === null || counts.failed > 0 ? [] : [reason]),
  ];
  return parts.join(' · ');
}
