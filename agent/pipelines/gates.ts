// Whether a gate lets a pipeline go on: a pure function of what is on record. What nothing is known of does not pass.
import type { Gate, GateKind, MetricLimit } from '../protocol/gate.ts';
import type { MetricType } from '../protocol/metrics.ts';
import type { PerformanceOutcome } from '../protocol/performance.ts';
import { counted } from '../protocol/quantities.ts';
import type { Settings } from '../protocol/settings.ts';

/** The last result of a test file; null when it never ran. */
export interface FileEvidence {
  readonly file: string;
  readonly hasPassed: boolean;
  /** Milliseconds since 1970; null when it never ran. */
  readonly ranAt: number | null;
}

export interface SuiteEvidence {
  /** `the test suite load`, `all tests`. */
  readonly name: string;
  readonly files: readonly FileEvidence[];
}

/** How a set of benchmarks fared beside its base. */
export interface ComparisonEvidence {
  readonly name: string;
  /** `at`: milliseconds since 1970. Null when it never was compared. */
  readonly last: { readonly outcome: PerformanceOutcome; readonly at: number } | null;
}

export interface MetricEvidence {
  readonly type: MetricType;
  readonly unit: string;
  /** How many values were recorded. */
  readonly count: number;
  /** Null where the metric has no such figure. */
  readonly figure: number | null;
}

/** Everything that a gate asks about. */
export interface GateEvidence {
  /** Why there are none, where suites are asked for and none is there. */
  readonly suites: readonly SuiteEvidence[] | { readonly missing: string };
  /** Sets of benchmarks that are asked for, as they were compared last. */
  readonly comparisons: readonly ComparisonEvidence[];
  /** In the order of the gate's limits; null where the metric is not declared. */
  readonly metrics: readonly (MetricEvidence | null)[];
  /** Lines that tests run, of those there are; null when none is recorded. */
  readonly coverage: { readonly covered: number; readonly total: number; readonly recordedAt: number } | null;
}

export interface GateFinding {
  readonly outcome: 'passed' | 'failed' | 'no evidence';
  readonly words: string;
}

export interface GateWindow {
  /** What was recorded before does not count; null: any age. */
  readonly since: number | null;
  /** `in the last 5 min`. */
  readonly words: string;
}

/** The setting that a kind of gate is switched off with. */
export const gateSettings = {
  'pre-deployment': 'cicd.preDeployTests',
  'post-deployment': 'cicd.postDeployTests',
  performance: 'cicd.performanceTests',
  security: 'cicd.securityTests',
} as const satisfies Readonly<Record<GateKind, keyof Settings>>;

/** One finding for each thing that the gate asks for; it passes when all of them did. */
export function judgeGate(gate: Gate, evidence: GateEvidence, window: GateWindow): GateFinding[] {
  const { suites } = evidence;
  return [
    ...('missing' in suites ? [nothing(suites.missing)] : suites.map((suite) => judgeSuite(suite, window))),
    ...evidence.comparisons.map((comparison) => judgeComparison(comparison, window)),
    ...gate.metrics.map((limit, index) => judgeMetric(limit, evidence.metrics[index] ?? null, window)),
    ...(gate.coverage === undefined ? [] : [judgeCoverage(gate.coverage, evidence.coverage, window)]),
  ];
}

function judgeSuite({ name, files }: SuiteEvidence, window: GateWindow): GateFinding {
  if (files.length === 0) return nothing(`${name} has no test`);
  const never = files.filter(({ ranAt }) => ranAt === null);
  if (never.length > 0) return nothing(`${name}: ${listed(never)} never ran`);
  const failed = files.filter(({ hasPassed }) => !hasPassed);
  if (failed.length > 0) return { outcome: 'failed', words: `${name}: ${listed(failed)} failed last` };
  const old = files.filter(({ ranAt }) => isTooOld(ranAt ?? 0, window));
  if (old.length > 0) return nothing(`${name}: ${listed(old)} did not run ${window.words}`);
  return { outcome: 'passed', words: `${name}: ${counted(files.length, 'test file')} passed` };
}

function judgeComparison({ name, last }: ComparisonEvidence, window: GateWindow): GateFinding {
  const subject = `the benchmarks ${name}`;
  if (last === null) return nothing(`${subject} were never compared; \`noodle perf\` does it`);
  if (isTooOld(last.at, window)) return nothing(`${subject} were not compared ${window.words}`);
  switch (last.outcome) {
    case 'slower':
      return { outcome: 'failed', words: `${subject} were slower than their base` };
    case 'not_compared':
      return nothing(`${subject} could not be compared with their base`);
    case 'passed':
      return { outcome: 'passed', words: `${subject} were not slower than their base` };
  }
}

function judgeMetric(limit: MetricLimit, evidence: MetricEvidence | null, window: GateWindow): GateFinding {
  const { metric, aggregate, below, above } = limit;
  if (evidence === null) return nothing(`the metric ${metric} is not declared`);
  const { count, figure, type } = evidence;
  if (count === 0) return nothing(`${metric} has no value ${window.words}`);
  const name = `${aggregate} of ${metric}`;
  if (figure === null) return nothing(`${name} is not known of a ${type}`);
  const unit = evidence.unit === '1' ? '' : ` ${evidence.unit}`;
  const expected = [
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
  ];
  const isMet = (below === undefined || figure < below) && (above === undefined || figure > above);
  return {
    outcome: isMet ? 'passed' : 'failed',
    words: `${name} is ${rounded(figure)}${unit}, expected ${expected.join(' and ')} (${counted(count, 'value')})`,
  };
}

function judgeCoverage(least: number, coverage: GateEvidence['coverage'], window: GateWindow): GateFinding {
  if (coverage === null || coverage.total === 0)
    return nothing('no coverage is recorded; `noodle run --coverage` does it');
  if (isTooOld(coverage.recordedAt, window)) return nothing(`no coverage was recorded ${window.words}`);
  const percent = (100 * coverage.covered) / coverage.total;
  return {
    outcome: percent >= least ? 'passed' : 'failed',
    words: `tests run ${rounded(percent)} % of ${counted(coverage.total, 'line')}, expected at least ${least} %`,
  };
}

function isTooOld(at: number, { since }: GateWindow): boolean {
  return since !== null && at < since;
}

function nothing(words: string): GateFinding {
  return { outcome: 'no evidence', words };
}

const mostListed = 3;

function listed(files: readonly FileEvidence[]): string {
  const names = files.slice(0, mostListed).map(({ file }) => file);
  return files.length > mostListed ? `${names.join(', ')} and ${files.length - mostListed} more` : names.join(', ');
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
