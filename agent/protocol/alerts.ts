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
  z
    .strictObject({
      kind: z.literal('threshold'),
      aggregate: Aggregate.default('mean').describe('The figure that the values of the window make.'),
      operator: Operator.describe('How that figure compares with `value`.'),
      value: z.number().describe('The bound, in the unit of the metric.'),
      windowSeconds: seconds.default(300).describe('How far back values count, in seconds.'),
    })
    .describe('A figure over a window against a bound.'),
  z
    .strictObject({
      kind: z.literal('ratio'),
      totalMetricId: MetricId.describe('The metric that this one is a share of.'),
      operator: Operator,
      value: z.number(),
      windowSeconds: seconds.default(3600),
      leastTotal: z
        .number()
        .positive()
        .default(1)
        .describe("Nothing is said while the other metric's sum is below this."),
    })
    .describe("The metric's sum over the window divided by that of another metric."),
  z
    .strictObject({
      kind: z.literal('burn_rate'),
      totalMetricId: MetricId,
      objective: z.number().gt(0).lt(1).describe('The share that has to go well: 0.99.'),
      factor: z.number().positive().describe('How many times as fast as it may the budget is used up.'),
      longWindowSeconds: seconds.default(3600),
      shortWindowSeconds: seconds.default(300),
    })
    .describe(
      'The metric counts what went wrong. Fires while, over both windows, the budget that the objective leaves is used up at least `factor` times as fast as it may be (Google SRE workbook, multi-window burn rates).',
    ),
  z
    .strictObject({ kind: z.literal('no_data'), windowSeconds: seconds })
    .describe('A metric that had values before has none for so long.'),
  z
    .strictObject({
      kind: z.literal('anomaly'),
      falseAlarmRate: z
        .number()
        .min(0.002)
        .max(0.2)
        .default(0.01)
        .describe('How often a value without cause may be called one.'),
      direction: z.enum(['up', 'down', 'both']).default('both'),
      window: values.default(200).describe('How many values it is judged by.'),
    })
    .describe('The last value is farther from the usual than all but `falseAlarmRate` of the last ones.'),
  z
    .strictObject({
      kind: z.literal('rise'),
      recent: values,
      baseline: values,
      atLeast: z.number().nonnegative(),
      significance: z.number().gt(0).max(0.2).default(0.01),
    })
    .describe('The last values are higher than those before them, by at least `atLeast` and beyond chance.'),
  z
    .strictObject({
      kind: z.literal('slower'),
      factor: z.number().gt(1),
      window: values,
      leastMs: z.number().nonnegative(),
    })
    .describe('The last value is more than `factor` times the median of the `window` values before it.'),
  z
    .strictObject({ kind: z.literal('share'), above: z.number().min(0).lt(1), window: values })
    .describe('The share of values above zero among the last `window` ones.'),
]);
export type AlertCondition = z.infer<typeof AlertCondition>;

export const AlertRuleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'lower-case letters, digits, dots, dashes and underscores');

const channelNames = z.array(z.string().min(1).max(64)).max(20);
const severity = AlertSeverity.describe('How serious it is.');

const ruleParts = {
  name: z.string().min(1).max(200).describe('What a person reads.'),
  description: z.string().max(2000).default('').describe('What it means, and what to do.'),
  metricId: MetricId.describe('The metric that is watched.'),
  tags: MetricTags.default({}).describe('Only series with these tags.'),
  perSeries: z.boolean().default(false).describe('An alert for each series, not one for all of them together.'),
  severity,
  condition: AlertCondition.describe('What has to be true of the metric.'),
  forSeconds: z
    .int()
    .min(0)
    .max(longestWindowSeconds)
    .default(0)
    .describe('How long the condition has to hold before the alert fires.'),
  keepFiringSeconds: z
    .int()
    .min(0)
    .max(longestWindowSeconds)
    .default(0)
    .describe('How long the condition has to be false before the alert is resolved.'),
  inhibitedBy: z
    .array(AlertRuleId)
    .max(20)
    .default([])
    .describe('Rules that are the cause of this one: while one of them fires, nobody is told of it.'),
  group: z.string().max(64).default('').describe('Alerts of one group are told in one message.'),
  channels: channelNames.default([]).describe('Channels that are told; none named: all of them.'),
  isEnabled: z.boolean().default(true).describe('Whether it is judged at all.'),
};

/** Hysteresis of a threshold or ratio. */
const resolveValue = z.number().describe('The condition counts as false only beyond this value.');
const escalationParts = {
  afterSeconds: seconds.describe('How long it may fire before.'),
  severity,
  channels: channelNames.default([]),
};
const escalationMeaning = 'What happens when nobody acknowledges it.';

export const AlertRule = z.object({
  id: AlertRuleId,
  ...ruleParts,
  resolveValue: resolveValue.nullable().default(null),
  escalation: z.object(escalationParts).describe(escalationMeaning).nullable().default(null),
});
export type AlertRule = z.infer<typeof AlertRule>;

/** A rule as noodle.yaml declares it, below its id. */
export const AlertRuleDefinition = z.strictObject({
  ...ruleParts,
  resolveValue: resolveValue.optional(),
  escalation: z.strictObject(escalationParts).describe(escalationMeaning).optional(),
});
export type AlertRuleDefinition = z.infer<typeof AlertRuleDefinition>;

/** The rule that a definition is. */
export function declaredRule(id: string, { resolveValue: bound, escalation, ...rest }: AlertRuleDefinition): AlertRule {
  return { id, ...rest, resolveValue: bound ?? null, escalation: escalation ?? null };
}

/** Where a rule comes from. Of two with one id that of noodle.yaml counts. */
export const RuleSource = z.enum(['noodle.yaml', 'default', 'api']);
export type RuleSource = z.infer<typeof RuleSource>;

/** A rule in force, with where it comes from. */
export const ListedAlertRule = AlertRule.extend({ source: RuleSource.default('api') });
export type ListedAlertRule = z.infer<typeof ListedAlertRule>;

/** `pending` → `firing` → `resolved`; a pending one whose condition ends is forgotten. */
export const AlertState = z.enum(['pending', 'firing', 'resolved']);
export type AlertState = z.infer<typeof AlertState>;

export const Alert = z.object({
  id: z.string(),
  /** Id of the rule; for an alert that a program triggered, the name that it gave. */
  rule: z.string(),
  severity: AlertSeverity,
  state: AlertState,
  /** One line with the value as it is now, its unit and the bound: `runs take 12.1 s, median of the last 20 is 4.0 s`. */
  message: z.string(),
  /** The same line as it was when the alert fired; null where it has not fired, or a program raised it. */
  firedMessage: z.string().nullable().default(null),
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
