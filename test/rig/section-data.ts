// What the agent answers to the sections of the dashboard: fixed data, one thing of every kind.
import { AlertRule } from '../../agent/protocol/alerts.ts';
import { BuildMetrics, BuildTarget } from '../../agent/protocol/build.ts';
import { CoverageSummary, TestSuggestion } from '../../agent/protocol/coverage.ts';
import { FlakyTest } from '../../agent/protocol/flakiness.ts';
import { FailureCluster } from '../../agent/protocol/triage.ts';
import { Approval, Pipeline } from '../../agent/protocol/pipeline.ts';
import { MetricDefinition, type MetricPoint } from '../../agent/protocol/metrics.ts';
import {
  Bottlenecks,
  Capacity,
  DeliveryMetrics,
  Forecast,
  TrendAnalysis,
  TuningProposal,
} from '../../agent/protocol/trends.ts';
import { alert, now, targetId } from './dashboard-data.ts';
import { here, models, providers } from './model-data.ts';
import type { ScriptedAnswers } from './scripted-agent.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

const duration = MetricDefinition.parse({
  id: 'run.duration',
  name: 'Duration of a run',
  description: 'From the start of the execution to its end.',
  type: 'histogram',
  unit: 'ms',
});
const size = MetricDefinition.parse({
  id: 'bundle.size',
  name: 'Size of the bundle',
  description: 'What is sent to a browser.',
  type: 'gauge',
  unit: 'bytes',
});

/** One point an hour over ten days; three days ago the level doubled. */
export const points: readonly MetricPoint[] = Array.from({ length: 240 }, (_, index) => {
  const at = now - (240 - index) * hourMs;
  const level = at < now - 3 * dayMs ? 2000 : 4000;
  const value = level + 200 * Math.sin(index / 3);
  return {
    at,
    count: 3,
    sum: value * 3,
    mean: value,
    minimum: value - 100,
    maximum: value + 100,
    last: value,
    p50: value,
    p90: value + 80,
    p95: value + 90,
    p99: value + 99,
  };
});

export const trend = TrendAnalysis.parse({
  metricId: duration.id,
  at: now,
  from: now - 10 * dayMs,
  until: now,
  count: 240,
  resolutionMs: hourMs,
  direction: 'rising',
  slopePerDay: 210,
  confidence: 0.99,
  changePoints: [
    {
      at: now - 3 * dayMs,
      after: now - 3 * dayMs - hourMs,
      medianBefore: 2000,
      medianAfter: 4000,
      pValue: 0.0001,
      commits: [
        { hash: 'a1b2c3d4e5f60718', subject: 'Load the catalogue at the start', author: 'Ada', at: now - 3 * dayMs },
        { hash: 'b1b2c3d4e5f60718', subject: 'Tidy up', author: 'Ada', at: now - 3 * dayMs },
      ],
    },
  ],
  season: null,
  anomalies: [{ at: now - 5 * dayMs, value: 2600, expected: 2000, pValue: 0.004 }],
  falseAlarmRate: 0.01,
  summary: 'Rising by 0.2 s a day (p < 0.01); the level doubled three days ago.',
});

const forecast = Forecast.parse({
  metricId: duration.id,
  at: now,
  resolutionMs: dayMs,
  method: 'last value',
  isNaive: true,
  points: Array.from({ length: 7 }, (_, index) => ({
    at: now + (index + 1) * dayMs,
    value: 4000,
    low: 3500,
    high: 4500,
  })),
  coverage: 0.8,
  error: 120,
  naiveError: 120,
  backTests: 20,
  summary: 'Expected to stay at 4.0 s; nothing forecast better than the last value.',
});

export const rule = AlertRule.parse({
  id: 'runs-slower',
  name: 'Runs are slower',
  description: 'The last run took twice as long as usual.',
  metricId: duration.id,
  severity: 'warning',
  condition: { kind: 'slower', factor: 2, window: 20, leastMs: 5000 },
});

const figure = (value: number | null, unit: string) => ({
  value,
  unit,
  count: 12,
  definition: 'The median over the time shown, of those that ended.',
});

const delivery = DeliveryMetrics.parse({
  from: now - 30 * dayMs,
  until: now,
  source: 'tags',
  branch: 'main',
  deploymentFrequency: figure(2.5, '1/d'),
  leadTime: figure(86_400_000 * 1.5, 'ms'),
  changeFailureRate: figure(0.08, '1'),
  timeToRestore: figure(7_200_000, 'ms'),
  timeToGreen: figure(null, 'ms'),
  weekly: [],
});

const bottlenecks = Bottlenecks.parse({
  from: now - 30 * dayMs,
  executions: 120,
  steps: [
    {
      id: 'tests:vitest',
      name: 'Tests of vitest',
      kind: 'tests',
      onPath: 118,
      medianMs: 2900,
      share: 0.71,
      medianWaitMs: 40,
    },
    { id: 'build:core', name: 'Build core', kind: 'build', onPath: 80, medianMs: 800, share: 0.22, medianWaitMs: 0 },
  ],
  queue: { medianMs: 4, p95Ms: 900 },
  waiting: {
    totalMs: 3_600_000,
    perDayMs: 120_000,
    runs: 60,
    definition: 'From the start to the first failure, else to the end, of runs that a person started.',
  },
  saved: { testsMs: 2_460_000, buildsMs: 720_000, definition: 'Recorded duration of what a run left out.' },
});

const capacity = Capacity.parse({
  cores: 8,
  busyMsPerDay: 3_000_000,
  utilization: 0.004,
  peakParallelSteps: 4,
  disk: { stateBytes: 18_000_000, freeBytes: 90_000_000_000, growthBytesPerDay: 100_000, daysUntilFull: null },
  forecasts: [],
  summary: 'The machine has room: runs use 0.4 % of its cores.',
});

export const proposal = TuningProposal.parse({
  id: 'tests-parallel',
  setting: 'test.parallelExecutions',
  present: 5,
  proposed: 8,
  state: 'proposed',
  expectedGainMs: -900,
  reason: 'Tests waited for a free worker in 80 of the last 100 runs.',
  at: now,
});

const core = targetId('core');
export const targetMetrics = BuildMetrics.parse({
  target: core,
  requests: 40,
  built: 9,
  failed: 1,
  unchanged: 25,
  fromLocalCache: 5,
  fromRemoteCache: 1,
  hitRate: 0.775,
  medianMs: 800,
  savedMs: 24_800,
  onCriticalPath: true,
});

const target = BuildTarget.parse({
  id: core,
  folder: 'packages/core',
  command: 'npm run build',
  language: 'typescript',
  inputs: [],
  outputs: [],
  needs: ['tokens'],
  foundIn: 'packages/core/package.json script build',
  environment: {},
});

const pipeline = Pipeline.parse({
  id: 'release',
  type: 'deploy',
  source: 'noodle.yaml',
  evidence: [],
  steps: { build: { command: 'npm run build' }, ship: { command: 'npm publish', needs: ['build'] } },
});

export const approval = Approval.parse({
  executionId: 'run-11',
  stepId: 'ship',
  pipeline: 'release',
  question: 'Publish 1.4.0?',
  askedAt: now - 60_000,
  state: 'waiting',
  decidedAt: null,
  decidedBy: null,
  comment: null,
  diff: '-  "version": "1.3.0"\n+  "version": "1.4.0"\n',
  risk: {
    sentence: 'What is not committed is riskier than 92 % of 1,204 earlier changes.',
    percentile: 0.92,
    among: 1204,
    reasons: ['lines added in all (raises it)'],
  },
});

const flaky = FlakyTest.parse({
  test: 'vitest:test/clock.test.ts > clock > ticks',
  probability: 0.12,
  trials: 40,
  failures: 4,
  cause: 'time',
  evidence: ['It failed in a run and passed when it ran alone.'],
  seenAt: now,
  quarantine: null,
});

const cluster = FailureCluster.parse({
  kind: 'new',
  message: 'expected 90, received 100',
  at: { file: 'test/cart.test.ts', line: 41 },
  tests: ['vitest:test/cart.test.ts > cart > total'],
  failingSince: now - 40_000,
  executionId: 'run-9',
  suspects: ['src/cart.ts'],
  owners: ['@shop'],
  reproduce: "npx vitest run test/cart.test.ts -t 'total'",
});

const coverage = CoverageSummary.parse({
  files: [
    {
      path: 'src/cart.ts',
      lines: { covered: 80, total: 100 },
      functions: { covered: 8, total: 10 },
      tests: [],
      isOutdated: false,
    },
  ],
  lines: { covered: 80, total: 100 },
  functions: { covered: 8, total: 10 },
  tests: 12,
  recorded: { from: now - hourMs, until: now },
  notes: [],
});

/** Answers of an agent that knows one thing of every kind. */
export const sectionAnswers: ScriptedAnswers = {
  getTriage: () => ({ clusters: [cluster] }),
  listFlakyTests: () => ({ tests: [flaky] }),
  getCoverage: () => coverage,
  suggestTests: () => ({
    notes: [],
    suggestions: [
      TestSuggestion.parse({
        path: 'src/cart.ts',
        name: 'refund',
        startLine: 50,
        endLine: 60,
        uncoveredLines: 9,
        changes: 4,
        why: 'changed 4 times lately, and no test runs it',
      }),
    ],
  }),
  getMetricsSummary: ({ id }) => ({
    definition: { ...duration, id },
    series: { count: 1, isFull: false },
    count: 18,
    sum: 1,
    minimum: 0,
    median: 0,
    p90: 0,
    p95: 0,
    p99: 0,
    maximum: 1,
    percentileError: 0.01,
    values: [],
  }),
  listPipelines: () => ({ pipelines: [pipeline], broken: [], nextCursor: null }),
  listApprovals: () => ({ approvals: [approval] }),
  listTargets: () => ({ targets: [target], problems: ['web and core write the same file dist/index.js'] }),
  listTargetMetrics: () => ({ targets: [targetMetrics] }),
  listModels: () => ({ models, here, providers }),
  getChangeRisk: () => ({
    commit: null,
    percentile: 0.92,
    reasons: [{ words: 'lines added in all (raises it)', weight: 1 }],
    by: '3b5f17',
    among: 412,
  }),
  listMetrics: () => ({ metrics: [duration, size, { ...size, id: 'test.regret', name: 'Regret' }] }),
  analyzeTrends: () => ({ trends: [trend] }),
  predictMetrics: () => forecast,
  getMetricSeries: ({ id }) => ({
    definition: id === size.id ? size : duration,
    tags: {},
    resolutionMs: hourMs,
    points: id === size.id ? [] : [...points],
  }),
  listAlerts: () => ({ alerts: [alert(), alert({ id: 'old', state: 'resolved', resolvedAt: now - hourMs })] }),
  getConfiguration: () => ({
    settings: [],
    sources: [],
    problems: [
      'noodle.yaml:28: alerts.rules.broken.severity: found "urgent", expected one of info, warning, error, critical',
    ],
  }),
  listAlertRules: () => ({ rules: [{ ...rule, source: 'default' }] }),
  listSilences: () => ({
    silences: [
      {
        id: 's',
        rule: 'disk',
        metricId: null,
        severity: null,
        tags: {},
        reason: 'moving the disk',
        createdBy: 'Ada',
        startsAt: now,
        endsAt: now + hourMs,
      },
    ],
  }),
  listAlertChannels: () => ({
    channels: [
      {
        name: 'team',
        type: 'slack',
        least: 'error',
        waiting: 2,
        lastDeliveredAt: null,
        problem: 'answered 500, tried again in 40 s',
      },
    ],
  }),
  getDeliveryMetrics: () => delivery,
  getBottlenecks: () => bottlenecks,
  getCapacity: () => capacity,
  listTuningProposals: () => ({ proposals: [proposal] }),
};
