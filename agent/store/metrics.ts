// Metrics and their values (metric_definitions, metric_values, trend_analyses).
import type { MetricDefinition, MetricValue } from '../protocol/analytics.ts';
import type { Result } from '../protocol/failure.ts';
import type { Reader, Transaction } from './sql.ts';

export interface MetricSummary {
  readonly definition: MetricDefinition;
  readonly count: number;
  readonly minimum: number | null;
  readonly median: number | null;
  readonly p90: number | null;
  readonly maximum: number | null;
  /** The last `limit` values, newest first. */
  readonly values: MetricValue[];
}

export interface TrendAnalysis {
  readonly metricId: string;
  readonly at: number;
  /** The values looked at: from, until, and how many. */
  readonly from: number;
  readonly until: number;
  readonly count: number;
  readonly direction: 'rising' | 'falling' | 'steady' | 'unknown';
  /** Change a day, in the metric's unit. */
  readonly slopePerDay: number;
  /** 0 to 1: how sure the direction is. */
  readonly confidence: number;
}

/** Declares a metric. The same again changes nothing; another type or unit is a `conflict`. */
export declare function defineMetric(tx: Transaction, definition: MetricDefinition): Result<MetricDefinition>;
export declare function getMetric(db: Reader, id: string): MetricDefinition | null;
export declare function listMetrics(db: Reader): MetricDefinition[];
/** Records values of a declared metric; `not_found` when it is not declared. */
export declare function recordMetricValues(tx: Transaction, id: string, values: readonly MetricValue[]): Result<void>;
/** Over all recorded values; `not_found` when the metric is not declared. */
export declare function metricSummary(db: Reader, id: string, limit: number): Result<MetricSummary>;
/** Values since a time, oldest first. */
export declare function metricValues(db: Reader, id: string, since: number): MetricValue[];
export declare function saveTrendAnalysis(tx: Transaction, analysis: TrendAnalysis): void;
/** The latest analysis of each metric. */
export declare function latestTrendAnalyses(db: Reader): TrendAnalysis[];
