// For every operation of the contract an input that fits and an answer that fits.
import { Alert } from '../../agent/protocol/alerts.ts';
import { AgentCost, DashboardSnapshot } from '../../agent/protocol/analytics.ts';
import { MetricValue } from '../../agent/protocol/metrics.ts';
import { ChangeSet } from '../../agent/protocol/change-set.ts';
import { Execution } from '../../agent/protocol/execution.ts';
import { ExecutionId, StepId, TargetId, TestId } from '../../agent/protocol/ids.ts';
import type { InputOf, OperationName, OutputOf } from '../../agent/protocol/operations.ts';
import { Plan } from '../../agent/protocol/plan.ts';
import { TestFile } from '../../agent/protocol/test.ts';
import { namedRunInputs, namedRunOutputs } from './named-run-examples.ts';

export const runId = ExecutionId.parse('run-1');
const testId = TestId.parse('mocha:test/cart.test.ts > total > applies the discount');

/** An execution that has just ended. */
export const execution = Execution.parse({
  id: runId,
  kind: 'pipeline',
  name: 'impacted tests',
  state: 'failed',
  reason: '1 test failed',
  trigger: 'api',
  queuedAt: 1,
  startedAt: 2,
  finishedAt: 3,
  changedFiles: 1,
  plannedTests: 1,
  finishedTests: 1,
  counts: { total: 1, passed: 0, failed: 1, skipped: 0 },
  firstFailureAtMs: 400,
  steps: [],
});

export const plan = Plan.parse({
  changes: [],
  builds: [],
  tests: [],
  skipped: { count: 0, files: [] },
  notes: [],
  planMs: 1,
});

const cost = AgentCost.parse({ cpu: 0, memoryBytes: 1, databaseBytes: 1, stateBytes: 1, uptimeMs: 1 });
const alert = Alert.parse({
  id: 'slow',
  rule: 'run.duration',
  severity: 'warning',
  state: 'resolved',
  message: 'runs take 12 s',
  firedAt: 1,
  resolvedAt: 2,
  fingerprint: 'f1',
  metricId: 'run.duration',
  tags: {},
  value: 12_000,
  startedAt: 1,
  acknowledged: null,
  silencedBy: null,
  inhibitedBy: null,
  isFlapping: false,
  occurrences: 1,
  escalatedAt: null,
  told: 'none',
  isHeld: false,
});
const definition = {
  id: 'build.size',
  name: 'Size',
  description: 'Of the bundle.',
  type: 'gauge',
  unit: 'bytes',
} as const;
const testFile = TestFile.parse({
  id: 'mocha:test/cart.test.ts',
  file: 'test/cart.test.ts',
  framework: 'mocha',
  project: '',
  cases: [],
});

export const exampleInputs: { readonly [N in OperationName]: InputOf<N> } = {
  getAgentStatus: {},
  stopAgent: {},
  setWatching: { watching: true },
  configureClient: { trusted: true, settings: { 'test.parallelExecutions': 2 } },
  getConfiguration: {},
  getChanges: { base: 'HEAD' },
  makePlan: { all: true },
  startRun: { tests: [testId], trigger: 'editor' },
  listExecutions: { limit: 5 },
  getExecutionStatus: { id: runId },
  cancelExecution: { id: runId },
  getExecutionResults: { id: runId },
  getExecutionLog: { id: runId, stepId: StepId.parse('build:core'), offset: 0 },
  listTests: {},
  listTestCases: { id: testFile.id },
  getTestHistory: { id: testId, limit: 3 },
  getDebugCommand: { id: testId },
  listTargets: {},
  explain: { subject: 'core' },
  getCertificates: { subject: 'test/cart.test.ts' },
  getCodeLenses: { file: 'src/cart.ts' },
  createMetricDefinition: definition,
  recordMetric: { id: definition.id, value: 12, tags: { branch: 'main' } },
  getMetricsSummary: { id: definition.id, limit: 10 },
  listAlerts: { limit: 1 },
  resolveAlert: { id: 'slow' },
  getAnalyticsDashboardData: {},
  ...namedRunInputs,
};

export const exampleOutputs: { readonly [N in OperationName]: OutputOf<N> } = {
  ...namedRunOutputs(execution),
  getAgentStatus: {
    version: '1.0.0',
    root: '/repository',
    pid: 1,
    address: 'http://127.0.0.1:1',
    clients: 1,
    watching: false,
    trusted: true,
    cost,
    health: [],
  },
  stopAgent: { stopping: true },
  setWatching: { watching: true },
  configureClient: { problems: [] },
  getConfiguration: { settings: [], sources: ['default'], problems: [] },
  getChanges: ChangeSet.parse({ base: 'HEAD', head: null, branch: null, files: [], notes: [] }),
  makePlan: plan,
  startRun: { executionId: runId },
  listExecutions: { executions: [execution], nextCursor: null },
  getExecutionStatus: execution,
  cancelExecution: execution,
  getExecutionResults: { plan, builds: [], tests: [], notes: ['pytest: python is not installed'] },
  getExecutionLog: { text: 'built\n', nextOffset: null, droppedBytes: 0 },
  listTests: { files: [testFile], problems: [] },
  listTestCases: { cases: testFile.cases },
  getTestHistory: { history: [{ status: 'passed', durationMs: 1, finishedAt: 1 }] },
  getDebugCommand: {
    type: 'node',
    program: 'mocha',
    arguments: [],
    runtimeArguments: [],
    cwd: '/repository',
    environment: {},
  },
  listTargets: {
    targets: [
      {
        id: TargetId.parse('core'),
        folder: 'packages/core',
        command: 'npm run build',
        language: 'typescript',
        inputs: [],
        outputs: [],
        needs: [],
        foundIn: 'packages/core/package.json script build',
        environment: {},
        kind: 'npm',
        type: 'incremental',
        tools: ['node'],
        automatic: true,
        stored: true,
      },
    ],
    problems: [],
  },
  explain: { explanations: [] },
  getCertificates: { certificates: [] },
  getCodeLenses: { lenses: [{ line: 3, name: 'total', tests: [testId], failing: 1 }] },
  createMetricDefinition: definition,
  recordMetric: MetricValue.parse({ at: 1, value: 12, tags: { branch: 'main' } }),
  getMetricsSummary: { definition, count: 0, minimum: null, median: null, p90: null, maximum: null, values: [] },
  listAlerts: { alerts: [alert] },
  resolveAlert: alert,
  getAnalyticsDashboardData: DashboardSnapshot.parse({
    repository: { name: 'sample', root: '/repository', branch: 'main', changedFiles: 0, found: [] },
    current: execution,
    recent: [execution],
    failing: [],
    alerts: [alert],
    durations: [],
    saved: { testsMs: 0, buildsMs: 0 },
    slowest: [],
    cost,
  }),
};
