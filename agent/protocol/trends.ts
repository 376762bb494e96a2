// What is read out of metrics over time: trends, forecasts, deliveries, bottlenecks, capacity, proposals.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { MetricId } from './metrics.ts';

export const TrendDirection = z.enum(['rising', 'falling', 'steady', 'unknown']);
export type TrendDirection = z.infer<typeof TrendDirection>;

export const CommitReference = z.object({ hash: z.string(), subject: z.string(), author: z.string(), at: Timestamp });
export type CommitReference = z.infer<typeof CommitReference>;

export const ChangePoint = z.object({
  /** The first point that belongs to the new level. */
  at: Timestamp,
  /** The last point of the old level: what caused it lies between the two. */
  after: Timestamp,
  medianBefore: z.number(),
  medianAfter: z.number(),
  /** By Mann–Whitney, between the two levels. */
  pValue: z.number(),
  /** Commits between the two points, the latest first, at most ten. */
  commits: z.array(CommitReference),
});
export type ChangePoint = z.infer<typeof ChangePoint>;

export const Anomaly = z.object({ at: Timestamp, value: z.number(), expected: z.number(), pValue: z.number() });
export type Anomaly = z.infer<typeof Anomaly>;

export const TrendAnalysis = z.object({
  metricId: MetricId,
  at: Timestamp,
  /** What was looked at. */
  from: Timestamp,
  until: Timestamp,
  count: z.int().nonnegative(),
  resolutionMs: z.number().positive(),
  /** `unknown` below 20 values or three days. Steady values are called rising or falling at most once in a hundred times. */
  direction: TrendDirection,
  /** Theil–Sen: the median of the slopes between all pairs of points, in the metric's unit a day. */
  slopePerDay: z.number(),
  /** 1 − p of the Mann–Kendall test. */
  confidence: z.number().min(0).max(1),
  changePoints: z.array(ChangePoint),
  season: z.object({ periodMs: z.number().positive(), strength: z.number() }).nullable(),
  anomalies: z.array(Anomaly),
  /** The stated rate at which a point without cause is called an anomaly; null with too few points to state one. */
  falseAlarmRate: z.number().nullable(),
  /** One line. */
  summary: z.string(),
});
export type TrendAnalysis = z.infer<typeof TrendAnalysis>;

export const Forecast = z.object({
  metricId: MetricId,
  at: Timestamp,
  resolutionMs: z.number().positive(),
  /** The method that was best in the back-test; `last value` is the naive one. */
  method: z.string(),
  isNaive: z.boolean(),
  points: z.array(z.object({ at: Timestamp, value: z.number(), low: z.number(), high: z.number() })),
  /** The share of past forecasts whose outcome lay between low and high is about this. */
  coverage: z.number(),
  /** Mean absolute error of the back-tested forecasts, beside that of the naive one. */
  error: z.number().nullable(),
  naiveError: z.number().nullable(),
  backTests: z.int().nonnegative(),
  /** One line: what is expected, and why this method. */
  summary: z.string(),
});
export type Forecast = z.infer<typeof Forecast>;

/** A figure with how it is worked out and from how much. */
const figure = z.object({
  value: z.number().nullable(),
  unit: z.string(),
  count: z.int().nonnegative(),
  definition: z.string(),
});

export const DeliveryMetrics = z.object({
  from: Timestamp,
  until: Timestamp,
  /** What counts as a delivery here. */
  source: z.enum(['tags', 'commits']),
  branch: z.string().nullable(),
  deploymentFrequency: figure,
  leadTime: figure,
  changeFailureRate: figure,
  timeToRestore: figure,
  /** From the first failing run to the next one that passes, on this machine. */
  timeToGreen: figure,
  /** Deliveries a week, oldest first. */
  weekly: z.array(
    z.object({
      at: Timestamp,
      deliveries: z.int().nonnegative(),
      failed: z.int().nonnegative(),
      leadTimeMs: z.number().nullable(),
    }),
  ),
});
export type DeliveryMetrics = z.infer<typeof DeliveryMetrics>;

export const Bottlenecks = z.object({
  from: Timestamp,
  executions: z.int().nonnegative(),
  /** Steps by the time that they add to the critical path, the most costly first. */
  steps: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.string(),
      /** In how many executions it was on the critical path. */
      onPath: z.int().nonnegative(),
      medianMs: z.number(),
      /** Share of the time of all critical paths. */
      share: z.number(),
      /** Median time between what it needs having ended and its own start. */
      medianWaitMs: z.number(),
    }),
  ),
  /** From being queued to being started. */
  queue: z.object({ medianMs: z.number(), p95Ms: z.number() }),
  /** How long somebody waited for an answer (first failure, else end) of runs that a person started. */
  waiting: z.object({ totalMs: z.number(), perDayMs: z.number(), runs: z.int().nonnegative(), definition: z.string() }),
  saved: z.object({ testsMs: z.number(), buildsMs: z.number(), definition: z.string() }),
});
export type Bottlenecks = z.infer<typeof Bottlenecks>;

export const Capacity = z.object({
  cores: z.int().positive(),
  /** Time in which steps ran, a day, over the last seven days; and as a share of what the cores could do. */
  busyMsPerDay: z.number(),
  utilization: z.number(),
  peakParallelSteps: z.int().nonnegative(),
  disk: z.object({
    stateBytes: z.number(),
    freeBytes: z.number().nullable(),
    growthBytesPerDay: z.number(),
    /** When the disk is full at this growth; null when it is not growing, or not for ten years. */
    daysUntilFull: z.number().nullable(),
  }),
  forecasts: z.array(Forecast),
  summary: z.string(),
});
export type Capacity = z.infer<typeof Capacity>;

export const TuningProposal = z.object({
  id: z.string(),
  setting: z.string(),
  present: z.union([z.number(), z.boolean()]),
  proposed: z.union([z.number(), z.boolean()]),
  state: z.enum(['proposed', 'applied', 'undone']),
  /** Expected change of the median run, of a timeout that of the mean run, in milliseconds; negative is faster. Null where it is about safety, or nothing hung. */
  expectedGainMs: z.number().nullable(),
  reason: z.string(),
  at: Timestamp,
});
export type TuningProposal = z.infer<typeof TuningProposal>;
