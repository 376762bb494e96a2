// Alert rules, alerts, and what keeps them quiet.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { Aggregate, MetricId, MetricTags } from './metrics.ts';

export const AlertSeverity = z.enum(['info', 'warning', 'error', 'critical']);
export type AlertSeverity = z.infer<typeof AlertSeverity>;

const longestWindowSeconds = 90 * 86_400;
const seconds = z.int().min(1).max(longestWindowSeconds);
/** A number of recorded values. */
const values = z.int().min(5).max(1000);

export const Operator = z.enum(['>', '>=', '<', '<=', '==', '!=']);
export type Operator = z.infer<typeof Operator>;

/** What has to be true of a metric. */
export const AlertCondition = z.discriminatedUnion('kind', [
  /** A figure over a window against a bound. */
  z.object({
    kind: z.literal('threshold'),
    aggregate: Aggregate.default('mean'),
    operator: Operator,
    value: z.number(),
    windowSeconds: seconds.default(300),
  }),
  /** The metric's sum over the window divided by that of another metric. */
  z.object({
    kind: z.literal('ratio'),
    totalMetricId: MetricId,
    operator: Operator,
    value: z.number(),
    windowSeconds: seconds.default(3600),
    /** Nothing is said while the other metric's sum is below this. */
    leastTotal: z.number().positive().default(1),
  }),
  /**
   * The metric counts what went wrong. Fires while, over both windows, the budget that the objective leaves is used up
   * at least `factor` times as fast as it may be (Google SRE workbook, multi-window burn rates).
   */
  z.object({
    kind: z.literal('burn_rate'),
    totalMetricId: MetricId,
    objective: z.number().gt(0).lt(1),
    factor: z.number().positive(),
    longWindowSeconds: seconds.default(3600),
    shortWindowSeconds: seconds.default(300),
  }),
  /** A metric that had values before has none for so long. */
  z.object({ kind: z.literal('no_data'), windowSeconds: seconds }),
  /** The last value is farther from the usual than all but `falseAlarmRate` of the last ones. */
  z.object({
    kind: z.literal('anomaly'),
    falseAlarmRate: z.number().min(0.002).max(0.2).default(0.01),
    direction: z.enum(['up', 'down', 'both']).default('both'),
    window: values.default(200),
  }),
  /** The last values are higher than those before them, by at least `atLeast` and beyond chance. */
  z.object({
    kind: z.literal('rise'),
    recent: values,
    baseline: values,
    atLeast: z.number().nonnegative(),
    significance: z.number().gt(0).max(0.2).default(0.01),
  }),
  /** The last value against the median of those before it. */
  z.object({ kind: z.literal('slower'), factor: z.number().gt(1), window: values, leastMs: z.number().nonnegative() }),
  /** The share of values above zero among the last ones. */
  z.object({ kind: z.literal('share'), above: z.number().min(0).lt(1), window: values }),
]);
export type AlertCondition = z.infer<typeof AlertCondition>;

export const AlertRuleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'lower-case letters, digits, dots, dashes and underscores');

export const AlertRule = z.object({
  id: AlertRuleId,
  name: z.string().min(1).max(200),
  description: z.string().max(2000).default(''),
  metricId: MetricId,
  /** Only series with these tags. */
  tags: MetricTags.default({}),
  /** An alert for each series, not one for all of them together. */
  perSeries: z.boolean().default(false),
  severity: AlertSeverity,
  condition: AlertCondition,
  /** How long the condition has to hold before the alert fires. */
  forSeconds: z.int().min(0).max(longestWindowSeconds).default(0),
  /** How long the condition has to be false before the alert is resolved. */
  keepFiringSeconds: z.int().min(0).max(longestWindowSeconds).default(0),
  /** Hysteresis of a threshold or ratio: the condition counts as false only beyond this value. */
  resolveValue: z.number().nullable().default(null),
  /** Rules that are the cause of this one: while one of them fires, nobody is told of it. */
  inhibitedBy: z.array(AlertRuleId).max(20).default([]),
  /** Alerts of one group are told in one message. */
  group: z.string().max(64).default(''),
  /** Channels that are told; none named: all of them. */
  channels: z.array(z.string().min(1).max(64)).max(20).default([]),
  /** What happens when nobody acknowledges it. */
  escalation: z
    .object({
      afterSeconds: seconds,
      severity: AlertSeverity,
      channels: z.array(z.string().min(1).max(64)).max(20).default([]),
    })
    .nullable()
    .default(null),
  isEnabled: z.boolean().default(true),
});
export type AlertRule = z.infer<typeof AlertRule>;

/** `pending` → `firing` → `resolved`; a pending one whose condition ends is forgotten. */
export const AlertState = z.enum(['pending', 'firing', 'resolved']);
export type AlertState = z.infer<typeof AlertState>;

export const Alert = z.object({
  id: z.string(),
  /** Id of the rule; for an alert that a program triggered, the name that it gave. */
  rule: z.string(),
  severity: AlertSeverity,
  state: AlertState,
  /** One line with the value, its unit and the bound: `runs take 12.1 s, median of the last 20 is 4.0 s`. */
  message: z.string(),
  firedAt: Timestamp,
  resolvedAt: Timestamp.nullable(),
  /** The same for the same rule and tags: what fires again is one alert. */
  fingerprint: z.string(),
  metricId: z.string().nullable(),
  tags: MetricTags,
  value: z.number().nullable(),
  /** Since when the condition holds. */
  startedAt: Timestamp,
  acknowledged: z.object({ at: Timestamp, by: z.string(), note: z.string() }).nullable(),
  /** The silence, or the rule of the root cause, because of which nobody is told. */
  silencedBy: z.string().nullable(),
  inhibitedBy: z.string().nullable(),
  /** It fires and is resolved again and again: told once, until it has been quiet for a while. */
  isFlapping: z.boolean(),
  /** How often it has fired. */
  occurrences: z.int().nonnegative(),
  escalatedAt: Timestamp.nullable(),
  /** Which state of it the channels have been told last. */
  told: z.enum(['none', 'firing', 'resolved']),
  /** Resolved by a person while its condition held: it fires again only after that was false. */
  isHeld: z.boolean(),
});
export type Alert = z.infer<typeof Alert>;

export const Silence = z.object({
  id: z.string(),
  /** All that are given have to fit. */
  rule: z.string().nullable(),
  metricId: z.string().nullable(),
  severity: AlertSeverity.nullable(),
  tags: MetricTags,
  reason: z.string(),
  createdBy: z.string(),
  startsAt: Timestamp,
  endsAt: Timestamp,
});
export type Silence = z.infer<typeof Silence>;

export const ChannelType = z.enum(['desktop', 'webhook', 'slack', 'email', 'alertmanager']);
export type ChannelType = z.infer<typeof ChannelType>;

/** A channel and how its deliveries go. Addresses and secrets are not shown. */
export const ChannelStatus = z.object({
  name: z.string(),
  type: ChannelType,
  least: AlertSeverity,
  waiting: z.int().nonnegative(),
  lastDeliveredAt: Timestamp.nullable(),
  /** Why the last attempt failed; null when it went well. */
  problem: z.string().nullable(),
});
export type ChannelStatus = z.infer<typeof ChannelStatus>;
