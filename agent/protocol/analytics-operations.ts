// The operations on metrics, alerts and what is read out of them.
import { z } from 'zod';
import {
  Alert,
  AlertRule,
  AlertRuleId,
  AlertSeverity,
  AlertState,
  ChannelStatus,
  ListedAlertRule,
  Silence,
} from './alerts.ts';
import { DashboardSnapshot } from './analytics.ts';
import { Timestamp } from './execution.ts';
import { MetricDefinition, MetricId, MetricSeries, MetricSummary, MetricTags, MetricValue } from './metrics.ts';
import { limit, nothing, operation, type OperationDeclaration } from './operation.ts';
import { Bottlenecks, Capacity, DeliveryMetrics, Forecast, TrendAnalysis, TuningProposal } from './trends.ts';

const time = z.coerce.number().pipe(Timestamp);
const days = z.coerce.number().pipe(z.int().min(1).max(3650));
const alertId = z.object({ id: z.string().min(1).max(200) });
/** Tags of a series in a query: `branch=main,os=linux`. */
const tagsText = z
  .string()
  .max(2000)
  .default('')
  .transform((text) =>
    Object.fromEntries(
      text
        .split(',')
        .filter((part) => part.includes('='))
        .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
    ),
  )
  .pipe(MetricTags)
  .describe('`name=value,name=value`: only series with these tags.');

const metrics = {
  createMetricDefinition: operation({
    route: 'POST /metrics',
    summary: 'Declare a metric. Declaring the same one again changes nothing; another type or unit is a conflict.',
    input: MetricDefinition,
    output: MetricDefinition,
    role: 'developer',
    audited: true,
    effect: 'creates',
  }),
  listMetrics: operation({
    route: 'GET /metrics',
    summary: 'The declared metrics.',
    input: nothing,
    output: z.object({ metrics: z.array(MetricDefinition) }),
    role: 'viewer',
  }),
  deleteMetric: operation({
    route: 'DELETE /metrics/{id}',
    summary: "Forget a metric with all its values. The product's own ones come back with the next start, empty.",
    input: z.object({ id: MetricId }),
    output: z.object({ deleted: z.literal(true) }),
    role: 'operator',
    audited: true,
  }),
  recordMetric: operation({
    route: 'POST /metrics/{id}/record',
    summary: 'Record one value of a declared metric.',
    input: z.object({
      id: MetricId,
      value: z.number(),
      tags: MetricTags.default({}),
      at: Timestamp.optional().describe('When it was measured. Default: now.'),
    }),
    output: MetricValue,
    role: 'developer',
    effect: 'creates',
  }),
  getMetricsSummary: operation({
    route: 'GET /metrics/{id}/summary',
    summary: 'Count, sum, extremes and percentiles of a metric, and its last values.',
    input: z.object({ id: MetricId, limit, since: time.optional() }),
    output: MetricSummary,
    role: 'viewer',
  }),
  getMetricSeries: operation({
    route: 'GET /metrics/{id}/series',
    summary: 'The points of a plot, at the finest resolution that is kept so long.',
    input: z.object({
      id: MetricId,
      since: time,
      until: time.optional(),
      points: z.coerce.number().pipe(z.int().min(1).max(5000)).default(500),
      tags: tagsText,
    }),
    output: MetricSeries,
    role: 'viewer',
  }),
  exportMetric: operation({
    route: 'GET /metrics/{id}/export',
    summary: 'Every span and every kept value of a metric, as text in CSV or JSON.',
    input: z.object({ id: MetricId, format: z.enum(['csv', 'json']).default('csv'), since: time.default(0) }),
    output: z.object({ type: z.string(), text: z.string() }),
    role: 'viewer',
  }),
} as const satisfies Record<string, OperationDeclaration>;

const alerts = {
  listAlerts: operation({
    route: 'GET /alerts',
    summary: 'Alerts that fire, and those resolved lately.',
    input: z.object({ limit, state: AlertState.optional() }),
    output: z.object({ alerts: z.array(Alert) }),
    role: 'viewer',
  }),
  triggerAlert: operation({
    route: 'POST /alerts',
    summary: 'Raise an alert by hand. The same name and tags again are the same alert.',
    input: z.object({
      name: AlertRuleId,
      severity: AlertSeverity,
      message: z.string().min(1).max(500),
      tags: MetricTags.default({}),
    }),
    output: Alert,
    role: 'developer',
    audited: true,
    effect: 'creates',
  }),
  acknowledgeAlert: operation({
    route: 'POST /alerts/{id}/acknowledge',
    summary: 'Say that somebody looks after an alert: it does not escalate.',
    input: alertId.extend({ note: z.string().max(500).default('') }),
    output: Alert,
    role: 'developer',
    audited: true,
  }),
  resolveAlert: operation({
    route: 'POST /alerts/{id}/resolve',
    summary: 'Mark an alert as resolved. It fires again only after its condition has been false.',
    input: alertId,
    output: Alert,
    role: 'developer',
    audited: true,
  }),
  createAlertRule: operation({
    route: 'POST /alerts/rules',
    summary:
      'Create or change a rule. One that can never fire, or always would, is refused, and so is one that noodle.yaml declares; notes say what the past says of it.',
    input: AlertRule,
    output: z.object({ rule: AlertRule, notes: z.array(z.string()) }),
    role: 'developer',
    audited: true,
    effect: 'creates',
  }),
  listAlertRules: operation({
    route: 'GET /alerts/rules',
    summary: 'The rules in force, with where each comes from.',
    input: nothing,
    output: z.object({ rules: z.array(ListedAlertRule) }),
    role: 'viewer',
  }),
  deleteAlertRule: operation({
    route: 'DELETE /alerts/rules/{id}',
    summary:
      'Remove a rule; its alerts are resolved. A default one is switched off instead, one of noodle.yaml is removed there.',
    input: z.object({ id: AlertRuleId }),
    output: z.object({ deleted: z.literal(true) }),
    role: 'developer',
    audited: true,
  }),
  createSilence: operation({
    route: 'POST /alerts/silences',
    summary:
      'Tell nobody of alerts that fit, for some time. They are recorded and shown all the same. A rule has to be known; what is silenced by metric, severity or tags may come later, and notes say when nothing fits now.',
    input: z.object({
      rule: z.string().min(1).max(200).optional(),
      metricId: MetricId.optional(),
      severity: AlertSeverity.optional(),
      tags: MetricTags.default({}),
      durationSeconds: z.int().min(1).max(31_536_000),
      reason: z.string().max(500).default(''),
    }),
    output: Silence.extend({ notes: z.array(z.string()).default([]) }),
    role: 'developer',
    audited: true,
    effect: 'creates',
  }),
  listSilences: operation({
    route: 'GET /alerts/silences',
    summary: 'The silences that have not ended.',
    input: nothing,
    output: z.object({ silences: z.array(Silence) }),
    role: 'viewer',
  }),
  deleteSilence: operation({
    route: 'DELETE /alerts/silences/{id}',
    summary: 'End a silence now.',
    input: alertId,
    output: z.object({ deleted: z.literal(true) }),
    role: 'developer',
    audited: true,
  }),
  listAlertChannels: operation({
    route: 'GET /alerts/channels',
    summary: 'The channels of noodle.yaml, and how their deliveries go.',
    input: nothing,
    output: z.object({ channels: z.array(ChannelStatus) }),
    role: 'viewer',
  }),
  testAlertChannel: operation({
    route: 'POST /alerts/channels/{name}/test',
    summary: 'Send one message to a channel now.',
    input: z.object({ name: z.string().min(1).max(64) }),
    output: z.object({ delivered: z.literal(true) }),
    role: 'operator',
    audited: true,
  }),
} as const satisfies Record<string, OperationDeclaration>;

const findings = {
  getAnalyticsDashboardData: operation({
    route: 'GET /analytics/dashboard',
    summary: 'Everything that the dashboard shows at first; events keep it live.',
    input: nothing,
    output: DashboardSnapshot,
    role: 'viewer',
  }),
  analyzeTrends: operation({
    route: 'GET /analytics/trends',
    summary:
      'Direction, changes of level with the commits that they point to, season and anomalies of one metric, or of all that have enough values.',
    input: z.object({ metricId: MetricId.optional(), days: days.default(30) }),
    output: z.object({ trends: z.array(TrendAnalysis) }),
    role: 'viewer',
  }),
  predictMetrics: operation({
    route: 'GET /analytics/predictions',
    summary: 'What a metric is expected to be, with an interval, beside how wrong such forecasts were.',
    input: z.object({
      metricId: MetricId,
      horizonDays: days.optional().describe('Default: the setting NOODLE_PREDICTION_HORIZON.'),
    }),
    output: Forecast,
    role: 'viewer',
  }),
  getDeliveryMetrics: operation({
    route: 'GET /analytics/deliveries',
    summary: 'The four keys of DORA, with their definitions.',
    input: z.object({ days: days.default(90) }),
    output: DeliveryMetrics,
    role: 'viewer',
  }),
  getBottlenecks: operation({
    route: 'GET /analytics/bottlenecks',
    summary: 'What takes the time on the critical path, queueing, waiting, and time saved.',
    input: z.object({ days: days.default(30) }),
    output: Bottlenecks,
    role: 'viewer',
  }),
  getCapacity: operation({
    route: 'GET /analytics/capacity',
    summary: 'How much of processors and disk is used, and until when it lasts.',
    input: nothing,
    output: Capacity,
    role: 'viewer',
  }),
  listTuningProposals: operation({
    route: 'GET /analytics/tuning',
    summary: 'Settings that would be better, with the expected gain. Nothing is changed.',
    input: nothing,
    output: z.object({ proposals: z.array(TuningProposal) }),
    role: 'viewer',
  }),
  applyTuningProposal: operation({
    route: 'POST /analytics/tuning/{id}/apply',
    summary: 'Take a proposal over. A value from noodle.yaml, the editor or the environment still counts more.',
    input: alertId,
    output: TuningProposal,
    role: 'operator',
    audited: true,
  }),
  undoTuningProposal: operation({
    route: 'POST /analytics/tuning/{id}/undo',
    summary: 'Take an applied proposal back.',
    input: alertId,
    output: TuningProposal,
    role: 'operator',
    audited: true,
  }),
} as const satisfies Record<string, OperationDeclaration>;

export const analyticsOperations = { ...metrics, ...alerts, ...findings } as const;
