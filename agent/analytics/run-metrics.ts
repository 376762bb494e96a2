// The product's own metrics: what is measured of every run and build.
import type { MetricDefinition, MetricValue } from '../protocol/analytics.ts';
import type { EventOf } from '../protocol/events.ts';

/** Declared at start; recorded at the end of each run and build. */
export const ownMetrics: readonly MetricDefinition[] = [
  { id: 'run.duration', name: 'Duration of a run', description: 'From the start of the execution to its end.', type: 'histogram', unit: 'ms' },
  { id: 'run.first_failure', name: 'Time to the first failure', description: 'From the start of the execution to the first failing test or build; only of runs that fail.', type: 'histogram', unit: 'ms' },
  { id: 'run.tests', name: 'Tests of a run', description: 'Tests that were run, skipped ones included.', type: 'histogram', unit: '1' },
  { id: 'run.failed', name: 'Failed runs', description: '1 for a run in which something failed, 0 for one in which everything passed.', type: 'gauge', unit: '1' },
  { id: 'run.saved_tests', name: 'Test time saved', description: 'Expected duration of the tests that a run left out.', type: 'counter', unit: 'ms' },
  { id: 'run.saved_builds', name: 'Build time saved', description: 'Recorded duration of the builds that a run left out.', type: 'counter', unit: 'ms' },
  { id: 'build.duration', name: 'Duration of a build', description: 'Of a target that was really built; tagged with it.', type: 'histogram', unit: 'ms' },
];

export interface Measurement {
  readonly metricId: string;
  readonly value: MetricValue;
}

/** What the end of a run measures. A cancelled or interrupted run measures nothing: it says nothing of the code. */
export function measureRun(event: EventOf<'run.finished'>, at: number): Measurement[] {
  if (event.status !== 'succeeded' && event.status !== 'failed') return [];
  const one = (metricId: string, value: number): Measurement => ({ metricId, value: { at, value, tags: {} } });
  return [
    one('run.duration', event.durationMs),
    ...(event.firstFailureAtMs === null ? [] : [one('run.first_failure', event.firstFailureAtMs)]),
    one('run.tests', event.counts.total),
    one('run.failed', event.status === 'failed' ? 1 : 0),
    ...(event.saved.testsMs > 0 ? [one('run.saved_tests', event.saved.testsMs)] : []),
    ...(event.saved.buildsMs > 0 ? [one('run.saved_builds', event.saved.buildsMs)] : []),
  ];
}

/** What the end of a build measures. One that was not built, or did not come to its end, measures nothing. */
export function measureBuild(event: EventOf<'build.finished'>, at: number): Measurement[] {
  const { status, durationMs, target } = event.result;
  if (status !== 'succeeded' && status !== 'failed') return [];
  return [{ metricId: 'build.duration', value: { at, value: durationMs, tags: { target: target.slice(0, 256) } } }];
}
