// What answers the operations on metrics, alerts and what is read out of them; and the routes of other programs' protocols.
import type { Analytics } from '../analytics/analytics.ts';
import { success, type Result } from '../protocol/failure.ts';
import type { Handlers, RawRoute } from '../server/server.ts';

/** The handlers of all but the dashboard's operation, which other parts have a share in. */
export function analyticsHandlers({ analytics }: { readonly analytics: Analytics }) {
  return { ...metricHandlers(analytics), ...alertHandlers(analytics), ...findingHandlers(analytics) };
}

function metricHandlers(analytics: Analytics) {
  return {
    createMetricDefinition: (definition) => analytics.define(definition),
    listMetrics: async () => success({ metrics: analytics.metrics() }),
    deleteMetric: ({ id }) => analytics.deleteMetric(id),
    recordMetric: ({ id, value, tags, at }) => analytics.record(id, value, { tags, at }),
    getMetricsSummary: async ({ id, limit, since }) => analytics.summary(id, { limit, since }),
    getMetricSeries: async (request) => analytics.series(request),
    exportMetric: async ({ id, format, since }) => {
      const exported = analytics.export(id, { format, since });
      return exported.ok ? success({ ...exported.value }) : exported;
    },
  } satisfies Partial<Handlers>;
}

function alertHandlers({ alerts }: Analytics) {
  return {
    listAlerts: async ({ limit, state }) => success({ alerts: alerts.list(limit, state) }),
    triggerAlert: async (given) => success(await alerts.trigger(given)),
    acknowledgeAlert: ({ id, note }, caller) => alerts.acknowledge(id, caller.client, note),
    resolveAlert: ({ id }) => alerts.resolve(id),
    createAlertRule: (rule) => alerts.createRule(rule),
    listAlertRules: async () => success({ rules: alerts.rules() }),
    deleteAlertRule: ({ id }) => alerts.deleteRule(id),
    createSilence: (request, caller) => alerts.createSilence(request, caller.client),
    listSilences: async () => success({ silences: alerts.silences() }),
    deleteSilence: ({ id }) => alerts.deleteSilence(id),
    listAlertChannels: async () => success({ channels: alerts.channels() }),
    testAlertChannel: ({ name }) => alerts.testChannel(name),
  } satisfies Partial<Handlers>;
}

function findingHandlers({ findings }: Analytics) {
  return {
    analyzeTrends: async (request) => {
      const trends = await findings.trends(request);
      return trends.ok ? success({ trends: trends.value }) : trends;
    },
    predictMetrics: ({ metricId, horizonDays }) => findings.predict(metricId, horizonDays),
    getDeliveryMetrics: async ({ days }) => success(await findings.deliveries(days)),
    getBottlenecks: async ({ days }) => success(findings.bottlenecks(days)),
    getCapacity: async () => success(await findings.capacity()),
    listTuningProposals: async () => success({ proposals: await findings.proposals() }),
    applyTuningProposal: ({ id }) => findings.apply(id),
    undoTuningProposal: ({ id }) => findings.undo(id),
  } satisfies Partial<Handlers>;
}

/** `/metrics` for Prometheus, and `/v1/metrics` for whatever sends OTLP. */
export function analyticsRoutes(analytics: Analytics): readonly RawRoute[] {
  const take = async (
    body: Uint8Array,
    isProtobuf: boolean,
  ): Promise<Result<{ type: string; body: string | Uint8Array }>> => await analytics.takeOtlp(body, isProtobuf);
  return [
    {
      method: 'GET',
      path: '/metrics',
      role: 'viewer',
      contentTypes: [],
      async answer() {
        const { type, text } = await analytics.exposition();
        return success({ type, body: text });
      },
    },
    {
      method: 'POST',
      path: '/v1/metrics',
      role: 'developer',
      contentTypes: ['application/json', 'application/x-protobuf'],
      answer: ({ body, contentType }) => take(body, contentType === 'application/x-protobuf'),
    },
  ];
}
