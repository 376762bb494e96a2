// Metrics, alerts and the dashboard's figures: listens to the bus, records, judges.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import { Disposables } from '../platform/disposables.ts';
import type { Log } from '../platform/log.ts';
import type { AgentCost, Alert, DashboardSnapshot, MetricDefinition, MetricValue } from '../protocol/analytics.ts';
import type { Execution } from '../protocol/execution.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { Settings } from '../protocol/settings.ts';
import { defineMetric, metricSummary, recordMetricValues, type MetricSummary } from '../store/metrics.ts';
import { prune } from '../store/retention.ts';
import type { Store } from '../store/store.ts';
import { createCostReader } from './agent-cost.ts';
import { Alerts } from './alerts.ts';
import { dashboardSnapshot } from './dashboard.ts';
import { measureBuild, measureRun, ownMetrics, type Measurement } from './run-metrics.ts';

const dayMs = 86_400_000;

export interface AnalyticsOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
}

export interface Analytics {
  define(definition: MetricDefinition): Promise<Result<MetricDefinition>>;
  record(id: string, value: number, tags: MetricValue['tags']): Promise<Result<MetricValue>>;
  summary(id: string, limit: number): Result<MetricSummary>;
  alerts(limit: number): Alert[];
  resolveAlert(id: string): Promise<Result<Alert>>;
  dashboard(repository: DashboardSnapshot['repository'], executions: readonly Execution[]): DashboardSnapshot;
  cost(): AgentCost;
  /** Forgets what is older than the retention; called once a day while the agent lives. */
  prune(): Promise<void>;
  dispose(): Promise<void>;
}

/** Declares the own metrics and default rules, and records and judges from then on what the bus tells. */
export async function createAnalytics(options: AnalyticsOptions): Promise<Analytics> {
  const { store, events, clock, log, settings } = options;
  const reportError = (error: unknown) => log.error('analytics', { error });
  const disposables = new Disposables();
  const alerts = disposables.use(new Alerts({ store, events, clock, checkIntervalMs: () => settings()['alert.checkInterval'] * 1000, reportError }));
  await store.transact((tx) => ownMetrics.forEach((definition) => defineMetric(tx, definition)));
  await alerts.install();

  const keep = (measurements: readonly Measurement[]) => {
    if (measurements.length === 0) return;
    store
      .transact((tx) => measurements.forEach(({ metricId, value }) => recordMetricValues(tx, metricId, [value])))
      .then(() => alerts.valuesRecorded(), reportError);
  };
  disposables.defer(events.on('run.finished', (event) => keep(measureRun(event, clock.now()))));
  disposables.defer(events.on('build.finished', (event) => keep(measureBuild(event, clock.now()))));

  const cost = createCostReader(store, clock);
  return {
    define: (definition) => store.transact((tx) => defineMetric(tx, definition)),
    async record(id, value, tags) {
      if (!Number.isFinite(value)) return failure('invalid_input', `a metric's value must be a finite number, found ${value}`, { place: 'value' });
      const recorded = { at: clock.now(), value, tags };
      const result = await store.transact((tx) => recordMetricValues(tx, id, [recorded]));
      if (!result.ok) return result;
      alerts.valuesRecorded();
      return success(recorded);
    },
    summary: (id, limit) => metricSummary(store, id, limit),
    alerts: (limit) => alerts.list(limit),
    resolveAlert: (id) => alerts.resolve(id),
    dashboard: (repository, executions) => dashboardSnapshot({ store, repository, executions, cost: cost(), now: clock.now() }),
    cost,
    async prune() {
      const before = clock.now() - settings()['analytics.retentionDays'] * dayMs;
      const removed = await prune(store, before);
      if (removed.executions > 0) log.info('forgot what is older than the retention', { ...removed });
    },
    dispose: () => disposables.dispose(),
  };
}
