// The product's own metrics: what is measured of every run, plan, build and test.
import type { MetricDefinition, MetricValue } from '../protocol/metrics.ts';
import type { EventOf } from '../protocol/events.ts';

/** Declared at start; recorded as the bus tells. */
export const ownMetrics: readonly MetricDefinition[] = [
  {
    id: 'run.duration',
    name: 'Duration of a run',
    description: 'From the start of the execution to its end.',
    type: 'histogram',
    unit: 'ms',
  },
  {
    id: 'run.queue',
    name: 'Queue time of a run',
    description: 'From being asked for to its start.',
    type: 'histogram',
    unit: 'ms',
  },
  {
    id: 'run.first_failure',
    name: 'Time to the first failure',
    description: 'From the start of the execution to the first failing test or build; only of runs that fail.',
    type: 'histogram',
    unit: 'ms',
  },
  {
    id: 'run.tests',
    name: 'Tests of a run',
    description: 'Tests that were run, skipped ones included.',
    type: 'histogram',
    unit: '1',
  },
  {
    id: 'run.failed',
    name: 'Failed runs',
    description: '1 for a run in which something failed, 0 for one in which everything passed.',
    type: 'gauge',
    unit: '1',
  },
  {
    id: 'run.saved_tests',
    name: 'Test time saved',
    description: 'Expected duration of the tests that a run left out.',
    type: 'counter',
    unit: 'ms',
  },
  {
    id: 'run.saved_builds',
    name: 'Build time saved',
    description: 'Recorded duration of the builds that a run left out.',
    type: 'counter',
    unit: 'ms',
  },
  {
    id: 'plan.duration',
    name: 'Duration of planning',
    description: 'From the change to the plan of a run.',
    type: 'histogram',
    unit: 'ms',
  },
  {
    id: 'plan.selected',
    name: 'Selected test files',
    description: 'Test files in the plan of a run.',
    type: 'histogram',
    unit: '1',
  },
  {
    id: 'build.duration',
    name: 'Duration of a build',
    description: 'Of a target that was really built; tagged with it.',
    type: 'histogram',
    unit: 'ms',
  },
  {
    id: 'build.reused',
    name: 'Builds that were not needed',
    description: '1 for a target that was unchanged or came from a cache, 0 for one that was built.',
    type: 'gauge',
    unit: '1',
  },
  {
    id: 'test.duration',
    name: 'Duration of a test',
    description: 'Of each test; tagged with its framework.',
    type: 'histogram',
    unit: 'ms',
  },
  {
    id: 'test.failed',
    name: 'Failed tests of a run',
    description: 'Tests that failed in a run.',
    type: 'histogram',
    unit: '1',
  },
  {
    id: 'test.flaky',
    name: 'Flaky tests of a run',
    description: 'Tests that were seen in a run to pass and to fail with equal inputs.',
    type: 'gauge',
    unit: '1',
  },
  {
    id: 'test.regret',
    name: 'Failures that the selection missed',
    description: 'Test files that failed when everything ran, and that a selection had left out.',
    type: 'counter',
    unit: '1',
  },
  {
    id: 'alert.fired',
    name: 'Alerts',
    description: 'Alerts that began to fire; tagged with their rule.',
    type: 'counter',
    unit: '1',
  },
  {
    id: 'agent.memory',
    name: 'Memory of the agent',
    description: 'Resident, without the processes that it runs; at the end of each run.',
    type: 'gauge',
    unit: 'bytes',
  },
  {
    id: 'agent.state',
    name: 'Records of the agent',
    description: 'Everything recorded, on disk; at the end of each run.',
    type: 'gauge',
    unit: 'bytes',
  },
  {
    id: 'disk.free',
    name: 'Free space on the disk',
    description: 'On the disk that holds the records; at the end of each run.',
    type: 'gauge',
    unit: 'bytes',
  },
];

export interface Measurement {
  readonly metricId: string;
  readonly value: MetricValue;
}

function one(metricId: string, value: number, at: number): Measurement {
  return { metricId, value: { at, value, tags: {} } };
}

/** What the end of a run measures. A cancelled or interrupted run measures nothing: it says nothing of the code. */
export function measureRun(event: EventOf<'run.finished'>, at: number): Measurement[] {
  if (event.status !== 'succeeded' && event.status !== 'failed') return [];
  return [
    one('run.duration', event.durationMs, at),
    ...(event.firstFailureAtMs === null ? [] : [one('run.first_failure', event.firstFailureAtMs, at)]),
    one('run.tests', event.counts.total, at),
    one('run.failed', event.status === 'failed' ? 1 : 0, at),
    one('test.failed', event.counts.failed, at),
    ...(event.saved.testsMs > 0 ? [one('run.saved_tests', event.saved.testsMs, at)] : []),
    ...(event.saved.buildsMs > 0 ? [one('run.saved_builds', event.saved.buildsMs, at)] : []),
  ];
}

/** What the end of a build measures. Of one that did not come to its end, nothing. */
export function measureBuild(event: EventOf<'build.finished'>, at: number): Measurement[] {
  const { status, durationMs, target, cached } = event.result;
  if (status === 'unchanged' || (status === 'succeeded' && cached)) return [one('build.reused', 1, at)];
  if (status !== 'succeeded' && status !== 'failed') return [];
  return [
    one('build.reused', 0, at),
    { metricId: 'build.duration', value: { at, value: durationMs, tags: { target: target.slice(0, 256) } } },
  ];
}

export function measurePlan(event: EventOf<'plan.made'>, at: number): Measurement[] {
  return [one('plan.duration', event.plan.planMs, at), one('plan.selected', event.plan.tests.length, at)];
}

/** What did not run has no duration. */
export function measureTest({ result }: EventOf<'test.finished'>, at: number): Measurement[] {
  if (result.status === 'skipped' || result.status === 'todo') return [];
  return [
    { metricId: 'test.duration', value: { at, value: result.durationMs, tags: { framework: result.framework } } },
  ];
}

/** The beginning of an alert, once. */
export function measureAlert({ alert }: EventOf<'alert.changed'>, now: number): Measurement[] {
  if (alert.state !== 'firing' || alert.firedAt !== now) return [];
  return [
    {
      metricId: 'alert.fired',
      value: { at: now, value: 1, tags: { rule: alert.rule.slice(0, 256), severity: alert.severity } },
    },
  ];
}
