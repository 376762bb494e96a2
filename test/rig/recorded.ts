// Contract values for tests of what is recorded; each says only what matters to it.
import type { Alert } from '../../agent/protocol/alerts.ts';
import type { BuildResult, BuildTarget } from '../../agent/protocol/build.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import { ExecutionId, Fingerprint, RepoPath, TargetId, TestId } from '../../agent/protocol/ids.ts';
import type { Plan } from '../../agent/protocol/plan.ts';
import type { TestResult } from '../../agent/protocol/test.ts';

export function anExecution(id: string, more: Partial<Execution> = {}): Execution {
  return {
    id: ExecutionId.parse(id),
    kind: 'pipeline',
    name: 'main',
    state: 'succeeded',
    reason: null,
    trigger: 'watch',
    queuedAt: 1000,
    startedAt: 1001,
    finishedAt: 2000,
    changedFiles: 1,
    plannedTests: 0,
    finishedTests: 0,
    counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
    firstFailureAtMs: null,
    steps: [],
    ...more,
  };
}

/** A result of `file > title`; without a title, of the file itself. */
export function aResult(file: string, title: string, more: Partial<TestResult> = {}): TestResult {
  const suffix = title === '' ? '' : ` > ${title}`;
  return {
    id: TestId.parse(`vitest:${file}${suffix}`),
    file: RepoPath.parse(file),
    framework: 'vitest',
    name: title === '' ? file : title,
    titlePath: title === '' ? [] : title.split(' > '),
    status: 'passed',
    durationMs: 10,
    atMs: 100,
    ...more,
  };
}

export function aTarget(id: string, more: Partial<BuildTarget> = {}): BuildTarget {
  return {
    id: TargetId.parse(id),
    folder: `packages/${id}`,
    command: 'npm run build',
    language: 'typescript',
    inputs: ['src/**'],
    outputs: ['lib/**'],
    needs: [],
    foundIn: `packages/${id}/package.json script build`,
    environment: {},
    kind: "npm",
    type: "incremental",
    tools: [],
    automatic: true,
    stored: true,
    ...more,
  };
}

export function aBuildResult(target: string, more: Partial<BuildResult> = {}): BuildResult {
  return {
    target: TargetId.parse(target),
    status: 'succeeded',
    durationMs: 100,
    cached: false,
    fingerprint: Fingerprint.parse('0123456789abcdef'),
    reason: 'never built',
    problems: [],
    changedInputs: [],
    ...more,
  };
}

export function aPlan(more: Partial<Plan> = {}): Plan {
  return { changes: [], builds: [], tests: [], skipped: { count: 0, files: [] }, notes: [], planMs: 1, ...more };
}

/** An alert that fires. */
export function anAlert(id: string, more: Partial<Alert> = {}): Alert {
  return {
    id,
    rule: 'slow',
    severity: 'warning',
    state: 'firing',
    message: 'runs take 12 s',
    firedMessage: 'runs take 12 s',
    firedAt: 1,
    resolvedAt: null,
    fingerprint: 'fingerprint',
    metricId: 'run.duration',
    tags: {},
    value: null,
    startedAt: 1,
    acknowledged: null,
    silencedBy: null,
    inhibitedBy: null,
    isFlapping: false,
    occurrences: 1,
    escalatedAt: null,
    told: 'none',
    isHeld: false,
    ...more,
  };
}
