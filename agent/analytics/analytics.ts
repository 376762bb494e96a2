// Metrics, alerts and what is read out of them: listens to the bus, records, judges, tells.
import type { EventBus } from '../events/events.ts';
import { assetPath } from '../platform/assets.ts';
import type { Clock } from '../platform/clock.ts';
import { Disposables } from '../platform/disposables.ts';
import type { Log } from '../platform/log.ts';
import { createWorkerPool } from '../platform/worker-pool.ts';
import { declaredRule, type Alert, type AlertRule, type AlertState, type ChannelStatus } from '../protocol/alerts.ts';
import type { AgentCost, DashboardSnapshot } from '../protocol/analytics.ts';
import type { ConfigurationFile } from '../protocol/configuration-file.ts';
import type { Execution } from '../protocol/execution.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type {
  Aggregate,
  MetricDefinition,
  MetricSeries,
  MetricSummary,
  MetricTags,
  MetricValue,
} from '../protocol/metrics.ts';
import type { Settings } from '../protocol/settings.ts';
import { listAlerts } from '../store/alerts.ts';
import { pruneMetrics } from '../store/metric-retention.ts';
import { defineMetric, deleteMetric, getMetric, listMetrics, notDeclared } from '../store/metrics.ts';
import { prune } from '../store/retention.ts';
import type { Store } from '../store/store.ts';
import type { History } from '../workspace/workspace.ts';
import { createCostReader } from './agent-cost.ts';
import { createAlertAdministration, type AlertAdministration } from './alert-administration.ts';
import { blank, fired } from './alert-life.ts';
import { Alerts } from './alerts.ts';
import type { ChannelContext } from './channels/channel.ts';
import { Outbox } from './channels/outbox.ts';
import { dashboardSnapshot } from './dashboard.ts';
import { createFindings, type Findings } from './findings.ts';
import { listenToBus } from './measuring.ts';
import { exportMetric, type Exported } from './metric-export.ts';
import { metricFigure, metricSeries, metricSummary, type MetricFigure, type SeriesRequest } from './metric-queries.ts';
import { MetricRecorder } from './metric-recorder.ts';
import { OtlpExport } from './otlp-export.ts';
import { OtlpReader } from './otlp-input.ts';
import { takeOtlp, type OtlpAnswer } from './otlp-route.ts';
import { prometheusText, prometheusType } from './prometheus.ts';
import { ownMetrics } from './run-metrics.ts';
import type { AnalysisAnswer, AnalysisTask } from './trend-analysis.ts';

export { declaredRuleProblems } from './declared-rules.ts';

const dayMs = 86_400_000;
const mostMetrics = 1000;
/** The thread that looks for trends ends after this long without a question. */
const analysisIdleMs = 10_000;

export interface AnalyticsOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
  readonly version: string;
  /** Name of the repository, as alerts and telemetry tell it. */
  readonly repository: string;
  /** noodle.yaml as it is now. */
  readonly configured: () => Pick<ConfigurationFile, 'alerts' | 'telemetry'>;
  /** What is not trusted names no channels: nothing is sent. */
  readonly isTrusted: () => boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cores: number;
  /** On the disk that holds the records; null where that cannot be known. */
  readonly freeBytes: () => number | null;
  readonly history: (since: number) => Promise<History>;
  /** Starts a program for a channel; answers with its exit code, null when it could not be started. */
  readonly run: ChannelContext['run'];
  readonly onTuned: (values: Readonly<Record<string, number | boolean>>) => void;
}

export interface Analytics {
  define(definition: MetricDefinition): Promise<Result<MetricDefinition>>;
  metrics(): MetricDefinition[];
  deleteMetric(id: string): Promise<Result<{ deleted: true }>>;
  record(
    id: string,
    value: number,
    more: { readonly tags: MetricTags; readonly at?: number | undefined },
  ): Promise<Result<MetricValue>>;
  summary(id: string, request: { readonly limit: number; readonly since?: number | undefined }): Result<MetricSummary>;
  /** One figure of the values after a time. */
  figure(id: string, request: { readonly aggregate: Aggregate; readonly since: number }): Result<MetricFigure>;
  series(request: Omit<SeriesRequest, 'now' | 'until'> & { readonly until?: number | undefined }): Result<MetricSeries>;
  export(id: string, request: { readonly format: 'csv' | 'json'; readonly since: number }): Result<Exported>;
  /** For Prometheus. */
  exposition(): Promise<{ readonly type: string; readonly text: string }>;
  takeOtlp(body: Uint8Array, isProtobuf: boolean): Promise<Result<OtlpAnswer>>;
  readonly alerts: {
    list(limit: number, state?: AlertState): Alert[];
    trigger: Alerts['trigger'];
    resolve: Alerts['resolve'];
    /** noodle.yaml has changed: its rules are judged as they are now. */
    rulesChanged(): void;
    acknowledge: Alerts['acknowledge'];
    channels(): ChannelStatus[];
    testChannel(name: string): Promise<Result<{ delivered: true }>>;
  } & AlertAdministration;
  readonly findings: Findings;
  dashboard(repository: DashboardSnapshot['repository'], executions: readonly Execution[]): DashboardSnapshot;
  cost(): AgentCost;
  /** Forgets what is older than the retention; called once a day while the agent lives. */
  prune(): Promise<void>;
  dispose(): Promise<void>;
}

/** Declares the own metrics and default rules, and records, judges and tells from then on. */
export async function createAnalytics(options: AnalyticsOptions): Promise<Analytics> {
  const { store, events, clock, log, settings } = options;
  const disposables = new Disposables();
  await store.transact((tx) => ownMetrics.forEach((definition) => defineMetric(tx, definition)));
  const telling = await createTelling(options, disposables);
  const recorder = new MetricRecorder({
    store,
    events,
    clock,
    retentionDays: () => settings()['analytics.retentionDays'],
    onRecorded: () => telling.alerts.valuesRecorded(),
  });
  disposables.defer(() => recorder.flush());
  const telemetry = disposables.use(
    new OtlpExport({
      ...options,
      ...outbound(options),
      definition: () => (options.isTrusted() ? (options.configured().telemetry ?? null) : null),
    }),
  );
  const cost = createCostReader(store, clock);
  disposables.defer(listenToBus({ ...options, recorder, cost, telemetry }));
  const pool = disposables.use(
    createWorkerPool<AnalysisTask, AnalysisAnswer>({
      entry: assetPath('analytics-worker'),
      size: 1,
      idleMs: analysisIdleMs,
      clock,
    }),
  );
  return {
    ...metricOperations(options, recorder),
    alerts: alertOperations(options, telling),
    findings: createFindings({ ...options, analyze: (task) => pool.run(task) }),
    dashboard: (repository, executions) =>
      dashboardSnapshot({ store, repository, executions, cost: cost(), now: clock.now() }),
    cost,
    async prune() {
      const retentionDays = settings()['analytics.retentionDays'];
      const removed = await prune(store, clock.now() - retentionDays * dayMs);
      const metricRows = await pruneMetrics(store, { now: clock.now(), retentionDays });
      if (removed.executions > 0) log.info('forgot what is older than the retention', { ...removed, metricRows });
    },
    dispose: () => disposables.dispose(),
  };
}

/** Addresses and secrets of what is sent. */
function outbound({ configured, environment }: AnalyticsOptions) {
  return { allowed: () => configured().alerts.allow, secret: (name: string) => environment[name] };
}

function declaredRules({ configured }: Pick<AnalyticsOptions, 'configured'>): AlertRule[] {
  return Object.entries(configured().alerts.rules).map(([id, rule]) => declaredRule(id, rule));
}

interface Telling {
  readonly alerts: Alerts;
  readonly outbox: Outbox;
}

async function createTelling(options: AnalyticsOptions, disposables: Disposables): Promise<Telling> {
  const { configured, isTrusted, settings, log } = options;
  const channels = () => (isTrusted() ? configured().alerts.channels : {});
  const outbox = disposables.use(new Outbox({ ...options, ...outbound(options), channels }));
  const alerts = disposables.use(
    new Alerts({
      ...options,
      declaredRules: () => declaredRules(options),
      checkIntervalMs: () => settings()['alert.checkInterval'] * 1000,
      reportError: (error) => log.error('alerts could not be evaluated', { error }),
      tell: (tx, told) => outbox.put(tx, told),
      told: () => outbox.send(),
    }),
  );
  await alerts.install();
  // What could not be delivered before the last stop.
  outbox.send();
  return { alerts, outbox };
}

function metricOperations({ store, clock }: AnalyticsOptions, recorder: MetricRecorder) {
  const define = async (definition: MetricDefinition): Promise<Result<MetricDefinition>> => {
    const isNew = getMetric(store, definition.id) === null;
    if (isNew && listMetrics(store).length >= mostMetrics)
      return failure('too_large', `There are ${mostMetrics} metrics already.`, {
        hint: 'Delete one, or tell values apart by tags.',
      });
    return await store.transact((tx) => defineMetric(tx, definition));
  };
  const reader = new OtlpReader(() => clock.now());
  return {
    define,
    metrics: () => listMetrics(store),
    async deleteMetric(id: string): Promise<Result<{ deleted: true }>> {
      await recorder.flush();
      const isDeleted = await store.transact((tx) => deleteMetric(tx, id));
      return isDeleted ? success({ deleted: true }) : notDeclared(store, id);
    },
    async record(
      id: string,
      value: number,
      { tags, at = clock.now() }: { readonly tags: MetricTags; readonly at?: number | undefined },
    ): Promise<Result<MetricValue>> {
      const recorded = { at, value, tags };
      const result = await recorder.record(id, recorded);
      return result.ok ? success(recorded) : result;
    },
    figure: (id: string, request: { readonly aggregate: Aggregate; readonly since: number }) =>
      metricFigure(store, id, { ...request, now: clock.now() }),
    summary: (id: string, { limit, since = 0 }: { readonly limit: number; readonly since?: number | undefined }) =>
      metricSummary(store, id, { limit, since }),
    series: ({
      until = clock.now() + 1,
      ...request
    }: Omit<SeriesRequest, 'now' | 'until'> & { readonly until?: number | undefined }) =>
      metricSeries(store, { ...request, until, now: clock.now() }),
    export: (id: string, request: { readonly format: 'csv' | 'json'; readonly since: number }) =>
      exportMetric(store, id, request),
    exposition: async () => ({ type: prometheusType, text: await prometheusText(store, clock.now()) }),
    takeOtlp: (body: Uint8Array, isProtobuf: boolean) =>
      takeOtlp({ reader, define, record: (id, value) => recorder.record(id, value) }, body, isProtobuf),
  };
}

function alertOperations(
  { store, clock, settings, configured, repository }: AnalyticsOptions,
  { alerts, outbox }: Telling,
): Analytics['alerts'] {
  const administration = createAlertAdministration({
    store,
    clock,
    retentionDays: () => settings()['analytics.retentionDays'],
    channels: () => Object.keys(configured().alerts.channels),
    declaredRules: () => declaredRules({ configured }),
    onChanged: () => alerts.evaluate(),
  });
  return {
    ...administration,
    list: (limit, state) => {
      const all = listAlerts(store, state === undefined ? limit : 1000);
      return state === undefined ? all : all.filter((alert) => alert.state === state).slice(0, limit);
    },
    trigger: (given) => alerts.trigger(given),
    resolve: (id) => alerts.resolve(id),
    rulesChanged: () => alerts.valuesRecorded(),
    acknowledge: (id, by, note) => alerts.acknowledge(id, by, note),
    channels: () => outbox.statuses(),
    async testChannel(name) {
      const now = clock.now();
      const alert = fired(
        {
          ...blank({ id: 'test', rule: 'test', severity: 'info', tags: {}, metricId: null, now }),
          message: `a test message of ${repository}`,
        },
        now,
      );
      const tested = await outbox.test(name, alert);
      return tested.ok ? success({ delivered: true }) : tested;
    },
  };
}
