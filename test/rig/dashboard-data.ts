// Fixed data for the dashboard: a small repository at a fixed time, of which a test changes what it is about.
import type { Alert } from '../../agent/protocol/alerts.ts';
import type { DashboardSnapshot, FailingTest } from '../../agent/protocol/analytics.ts';
import type { Execution, Step } from '../../agent/protocol/execution.ts';
import type { ExecutionId, Fingerprint, RepoPath, StepId, TargetId, TestId } from '../../agent/protocol/ids.ts';
import type { Plan } from '../../agent/protocol/plan.ts';
import type { TestResult } from '../../agent/protocol/test.ts';

/** 23 November 2026, 12:41:40 in UTC. */
export const now = Date.UTC(2026, 10, 23, 12, 41, 40);
const second = 1000;
const minute = 60 * second;

// Ids of the fixed data fit by construction; the scripted agent parses what it sends all the same.
export const executionId = (id: string): ExecutionId => id as ExecutionId;
export const testId = (id: string): TestId => id as TestId;
export const repoPath = (path: string): RepoPath => path as RepoPath;
export const targetId = (id: string): TargetId => id as TargetId;
export const stepId = (id: string): StepId => id as StepId;
export const fingerprint = 'a1b2c3d4e5f60718' as Fingerprint;

export function step(id: string, change: Partial<Step> = {}): Step {
  const kind = id === 'plan' ? 'plan' : id.startsWith('build:') ? 'build' : 'tests';
  const started = now - 43 * second;
  return {
    id: stepId(id),
    name: id.replace(/^(build|tests):/, ''),
    kind,
    state: 'succeeded',
    needs: [],
    startedAt: started,
    finishedAt: started + 800,
    exitCode: 0,
    reason: null,
    ...change,
  };
}

/** A run of nine tests of which one fails. */
export function execution(change: Partial<Execution> = {}): Execution {
  return {
    id: executionId('run-9'),
    kind: 'pipeline',
    name: 'Impacted tests',
    state: 'failed',
    reason: null,
    trigger: 'watch',
    queuedAt: now - 43 * second,
    startedAt: now - 43 * second,
    finishedAt: now - 43 * second + 2900,
    changedFiles: 3,
    plannedTests: 4,
    finishedTests: 4,
    counts: { total: 9, passed: 8, failed: 1, skipped: 0 },
    firstFailureAtMs: 400,
    steps: [
      step('plan', { finishedAt: now - 43 * second + 12 }),
      step('build:core'),
      step('build:web', {
        state: 'skipped',
        startedAt: null,
        finishedAt: null,
        exitCode: null,
        reason: "unchanged: core's output is the same",
      }),
      step('tests:vitest', { state: 'failed', exitCode: 1, finishedAt: now - 43 * second + 2800 }),
    ],
    ...change,
  };
}

/** A run that ended well `ago` milliseconds before now. */
export function earlierRun(id: string, ago: number, change: Partial<Execution> = {}): Execution {
  const at = now - ago;
  return execution({
    id: executionId(id),
    state: 'succeeded',
    queuedAt: at,
    startedAt: at,
    finishedAt: at + 1800,
    changedFiles: 1,
    counts: { total: 12, passed: 12, failed: 0, skipped: 0 },
    firstFailureAtMs: null,
    steps: [step('plan'), step('build:core'), step('tests:vitest')],
    ...change,
  });
}

export function failingTest(change: Partial<FailingTest> = {}): FailingTest {
  return {
    id: testId('vitest:test/cart.test.ts > cart > total > applies the discount'),
    name: 'cart > total > applies the discount',
    status: 'failed',
    message: 'AssertionError: expected 100 to be 90 // Object.is equality',
    expected: '90',
    actual: '100',
    failureAt: { file: repoPath('test/cart.test.ts'), line: 41, column: 10 },
    failingSince: now - 40 * second,
    executionId: executionId('run-9'),
    why: ['src/cart.ts', 'src/checkout.ts', 'test/cart.test.ts'],
    history: (
      ['failed', 'passed', 'passed', 'failed', 'passed', 'passed', 'skipped', 'passed', 'passed', 'passed'] as const
    ).map((status, index) => ({ status, durationMs: 4, finishedAt: now - index * 6 * minute })),
    ...change,
  };
}

export function testResult(change: Partial<TestResult> = {}): TestResult {
  return {
    id: testId('vitest:test/cart.test.ts > cart > adds an item'),
    file: repoPath('test/cart.test.ts'),
    framework: 'vitest',
    name: 'cart > adds an item',
    titlePath: ['cart', 'adds an item'],
    status: 'passed',
    durationMs: 4,
    atMs: 420,
    ...change,
  };
}

export function plan(change: Partial<Plan> = {}): Plan {
  const tests = ['cart', 'checkout', 'receipt', 'shop'].map((name, index) => ({
    id: testId(`vitest:test/${name}.test.ts`),
    file: repoPath(`test/${name}.test.ts`),
    framework: 'vitest',
    probability: [0.82, 0.3, 0.12, 0.04][index] ?? 0,
    expectedMs: 700,
    p90Ms: 900,
    why: ['src/cart.ts', `test/${name}.test.ts`],
  }));
  return {
    changes: ['src/cart.ts', 'src/price.ts', 'README.md'].map((path) => ({
      path: repoPath(path),
      kind: 'modified',
      lines: [[1, 2]],
    })),
    builds: [
      { target: targetId('core'), reason: 'src/cart.ts changed', fingerprint, cached: false },
      { target: targetId('web'), reason: "unchanged: core's output is the same", fingerprint, cached: true },
    ],
    tests,
    skipped: { count: 1195, files: [] },
    notes: [],
    planMs: 12,
    expected: { medianMs: 2800, p90Ms: 3200, buildsMs: 0, startMs: 0 },
    ...change,
  };
}

export function alert(change: Partial<Alert> = {}): Alert {
  return {
    id: 'alert-1',
    rule: 'Runs take longer',
    severity: 'warning',
    state: 'firing',
    message: 'runs take 12.1 s, median of the last 20 is 4.0 s',
    firedMessage: null,
    firedAt: now - 20 * minute,
    resolvedAt: null,
    fingerprint: 'f1',
    metricId: 'run.duration',
    tags: {},
    value: 12_100,
    startedAt: now - 20 * minute,
    acknowledged: null,
    silencedBy: null,
    inhibitedBy: null,
    isFlapping: false,
    occurrences: 1,
    escalatedAt: null,
    told: 'none',
    isHeld: false,
    ...change,
  };
}

/** Fifty runs, every seventh of which fails. */
export function durations(count = 50): DashboardSnapshot['durations'] {
  return Array.from({ length: count }, (_, index) => {
    const isBroken = (count - 1 - index) % 7 === 0;
    const wave = Math.sin(index / 4) * 500 + Math.cos(index * 1.7) * 250;
    return {
      executionId: executionId(`run-${index}`),
      at: now - (count - 1 - index) * 6 * minute - 40 * second,
      durationMs: Math.round(index === count - 1 ? 2900 : 2300 + wave),
      firstFailureAtMs: isBroken ? Math.round(index === count - 1 ? 400 : 500 + Math.abs(wave) / 3) : null,
      state: isBroken ? 'failed' : 'succeeded',
    };
  });
}

/** The failing run and those before it. */
function recentRuns(current: Execution): Execution[] {
  return [
    current,
    earlierRun('run-8', 5 * minute),
    earlierRun('run-7', 11 * minute, { changedFiles: 2, finishedAt: now - 11 * minute + 2200 }),
    earlierRun('run-6', 17 * minute, {
      state: 'cancelled',
      reason: 'a newer change',
      counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
    }),
    earlierRun('run-5', 26 * minute, {
      changedFiles: 12,
      counts: { total: 1204, passed: 1200, failed: 0, skipped: 4 },
      finishedAt: now - 26 * minute + 112_000,
    }),
  ];
}

/** The dashboard after the failing run. */
export function snapshot(change: Partial<DashboardSnapshot> = {}): DashboardSnapshot {
  const current = execution();
  const recent = recentRuns(current);
  return {
    repository: {
      name: 'my-app',
      root: '/home/me/my-app',
      branch: 'main',
      changedFiles: 3,
      found: ['npm workspaces (2 targets)', 'vitest (41 files)'],
    },
    current,
    recent,
    failing: [failingTest()],
    alerts: [
      alert(),
      alert({
        id: 'alert-0',
        rule: 'Disk',
        state: 'resolved',
        severity: 'error',
        message: 'state takes 1.2 GB, the bound is 1 GB',
        resolvedAt: now - 60 * minute,
      }),
    ],
    durations: durations(),
    saved: { testsMs: 41 * minute, buildsMs: 12 * minute },
    slowest: [
      {
        id: testId('vitest:test/shop.test.ts > shop > opens'),
        name: 'shop > opens with a thousand products',
        durationMs: 1840,
      },
      { id: testId('vitest:test/checkout.test.ts > pays'), name: 'checkout > pays by card', durationMs: 910 },
      { id: testId('unittest:reports/test_sum.py > sums'), name: 'TestSum > sums a year', durationMs: 430 },
      { id: testId('vitest:test/receipt.test.ts > prints'), name: 'receipt > prints', durationMs: 120 },
    ],
    cost: {
      cpu: 0.002,
      memoryBytes: 96_000_000,
      databaseBytes: 2_400_000,
      stateBytes: 18_000_000,
      uptimeMs: 3_600_000,
    },
    ...change,
  };
}
