// What the bus tells becomes values.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import { Disposables } from '../platform/disposables.ts';
import type { Log } from '../platform/log.ts';
import type { AgentCost } from '../protocol/analytics.ts';
import type { EventOf } from '../protocol/events.ts';
import { getExecution } from '../store/executions.ts';
import type { Store } from '../store/store.ts';
import type { MetricRecorder } from './metric-recorder.ts';
import type { OtlpExport } from './otlp-export.ts';
import { runEvidence } from './run-evidence.ts';
import { measureAlert, measureBuild, measurePlan, measureRun, measureTest, type Measurement } from './run-metrics.ts';

export interface MeasuringOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: MetricRecorder;
  readonly cost: () => AgentCost;
  readonly freeBytes: () => number | null;
  readonly telemetry: OtlpExport;
}

/** Records from now on; the returned function ends it. */
export function listenToBus(options: MeasuringOptions): () => Promise<void> {
  const { events, clock, recorder, log, telemetry, store } = options;
  const disposables = new Disposables();
  const keep = (measurements: readonly Measurement[]) => {
    for (const { metricId, value } of measurements) {
      recorder.record(metricId, value).then(
        (result) =>
          result.ok ||
          result.failure.reason === 'shutting_down' ||
          log.warn('a value was not recorded', { metricId, problem: result.failure.message }),
        (error: unknown) => log.error('a value could not be recorded', { metricId, error }),
      );
    }
  };
  const branches = new Map<string, string | null>();
  const flaky = new Map<string, Set<string>>();
  disposables.defer(
    events.on('test.flaky', ({ executionId, flaky: { test } }) => {
      flaky.set(executionId, (flaky.get(executionId) ?? new Set()).add(test));
    }),
  );
  disposables.defer(events.on('run.started', (event) => branches.set(event.executionId, event.branch)));
  disposables.defer(events.on('plan.made', (event) => keep(measurePlan(event, clock.now()))));
  disposables.defer(events.on('build.finished', (event) => keep(measureBuild(event, clock.now()))));
  disposables.defer(events.on('test.finished', (event) => keep(measureTest(event, clock.now()))));
  disposables.defer(events.on('alert.changed', (event) => keep(measureAlert(event, clock.now()))));
  disposables.defer(
    events.on('run.finished', (event) => {
      keep([...measureRun(event, clock.now()), ...evidenceOf(event, flaky.get(event.executionId)?.size ?? 0, options)]);
      const execution = getExecution(store, event.executionId);
      if (execution !== null) telemetry.runEnded(execution, branches.get(event.executionId) ?? null);
      branches.delete(event.executionId);
      flaky.delete(event.executionId);
    }),
  );
  return () => disposables.dispose();
}

function evidenceOf(
  event: EventOf<'run.finished'>,
  flaky: number,
  { store, clock, cost, freeBytes }: MeasuringOptions,
): Measurement[] {
  if (event.status !== 'succeeded' && event.status !== 'failed') return [];
  const at = clock.now();
  const { queueMs, regret } = runEvidence(store, event.executionId);
  const { memoryBytes, stateBytes } = cost();
  const free = freeBytes();
  const values: [string, number | null][] = [
    ['run.queue', queueMs],
    ['test.flaky', flaky],
    ['test.regret', regret === 0 ? null : regret],
    ['agent.memory', memoryBytes],
    ['agent.state', stateBytes],
    ['disk.free', free],
  ];
  return values.flatMap(([metricId, value]) => (value === null ? [] : [{ metricId, value: { at, value, tags: {} } }]));
}
