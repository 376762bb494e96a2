// Metrics: what is measured, its values, and what they add up to.
import { z } from 'zod';
import { Timestamp } from './execution.ts';

/** `counter`: values are increments. `gauge`: a level. `histogram` and `summary`: single measurements. */
export const MetricType = z.enum(['counter', 'gauge', 'histogram', 'summary']);
export type MetricType = z.infer<typeof MetricType>;

export const MetricId = z
  .string()
  .regex(/^[a-z][a-z0-9_.]{0,127}$/, 'lower-case letters, digits, dots and underscores, starting with a letter');

export const MetricDefinition = z.object({
  id: MetricId,
  name: z.string().min(1).max(200),
  description: z.string().max(2000),
  type: MetricType,
  /** Unit of the values: `ms`, `bytes`, `1` for a count or a ratio. */
  unit: z.string().regex(/^[\x21-\x7e]{1,32}$/, 'a unit such as ms, bytes, % or 1, without spaces'),
});
export type MetricDefinition = z.infer<typeof MetricDefinition>;

const maximumTags = 16;

/** What tells the series of one metric apart. */
export const MetricTags = z
  .record(
    z
      .string()
      .regex(
        /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/,
        'letters, digits, dots, dashes and underscores, starting with a letter',
      ),
    z.string().max(256),
  )
  .refine((tags) => Object.keys(tags).length <= maximumTags, `at most ${maximumTags} tags`);
export type MetricTags = z.infer<typeof MetricTags>;

/** What is larger, on either side of zero, is refused: the sums of values have to stay numbers. */
export const largestMetricValue = 1e100;

export const MetricValue = z.object({ at: Timestamp, value: z.number(), tags: MetricTags });
export type MetricValue = z.infer<typeof MetricValue>;

/** Values of a span of time in one figure. `rate`: the sum a second. */
export const Aggregate = z.enum([
  'last',
  'mean',
  'minimum',
  'maximum',
  'sum',
  'count',
  'rate',
  'p50',
  'p90',
  'p95',
  'p99',
]);
export type Aggregate = z.infer<typeof Aggregate>;

/** What the values of a span of time add up to. Percentiles are null of counters, which have none. */
export const MetricPoint = z.object({
  /** The beginning of the span. */
  at: Timestamp,
  count: z.int().nonnegative(),
  sum: z.number(),
  mean: z.number(),
  minimum: z.number(),
  maximum: z.number(),
  last: z.number(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});
export type MetricPoint = z.infer<typeof MetricPoint>;

/** Points of equal span, oldest first; spans without values are left out. */
export const MetricSeries = z.object({
  definition: MetricDefinition,
  tags: MetricTags,
  /** Length of the span of each point, in milliseconds. */
  resolutionMs: z.number().positive(),
  points: z.array(MetricPoint),
});
export type MetricSeries = z.infer<typeof MetricSeries>;

export const MetricSummary = z.object({
  definition: MetricDefinition,
  /** Series that are told apart by their tags; `isFull`: further ones are counted in the one tagged `otel.metric.overflow`. */
  series: z.object({ count: z.int().nonnegative(), isFull: z.boolean() }),
  count: z.int().nonnegative(),
  sum: z.number(),
  minimum: z.number().nullable(),
  median: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  maximum: z.number().nullable(),
  /** How far a percentile can be from the exact one, as a share of it. */
  percentileError: z.number(),
  /** The last values, newest first. */
  values: z.array(MetricValue),
});
export type MetricSummary = z.infer<typeof MetricSummary>;
