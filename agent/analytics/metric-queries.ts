// Questions to the recorded values: figures of a window, points of a plot, summaries.
import type {
  Aggregate,
  MetricDefinition,
  MetricPoint,
  MetricSeries,
  MetricSummary,
  MetricTags,
} from '../protocol/metrics.ts';
import { success, type Result } from '../protocol/failure.ts';
import {
  firstRollupStart,
  lastTaggedValues,
  lastValues,
  mergeRollups,
  readRollups,
  type Rollup,
} from '../store/metric-values.ts';
import {
  getMetric,
  hasAllSeries,
  notDeclared,
  rollupLevels,
  seriesOf,
  seriesWith,
  type RollupLevel,
} from '../store/metrics.ts';
import { QuantileSketch, relativeError } from '../store/quantile-sketch.ts';
import type { Reader } from '../store/store.ts';

const [minuteMs, hourMs, dayMs] = rollupLevels;

/** A shorter window is worked out from single values, a longer one from whole minutes, hours or days. */
const exactWindowMs = 600_000;

export interface Window {
  readonly series: readonly number[];
  readonly since: number;
  readonly now: number;
}

/** What the values of a window add up to; null when there are none. */
export function windowRollup(db: Reader, { series, since, now }: Window): Rollup | null {
  const exact = now - since <= exactWindowMs ? lastValues(db, series, 1000).filter(({ at }) => at > since) : [];
  if (exact.length > 0 && exact.length < 1000) return rollupOfValues(since, exact);
  const rollups = readRollups(db, {
    series,
    level: levelFor(now - since),
    since,
    until: Number.MAX_SAFE_INTEGER,
  });
  // The minute in which a short window begins may lie mostly before it.
  const inside = rollups.filter(({ lastAt }) => lastAt > since);
  return inside.length === 0 ? null : mergeRollups(since, inside);
}

function rollupOfValues(start: number, values: readonly { at: number; value: number }[]): Rollup {
  const sketch = new QuantileSketch();
  values.forEach(({ value }) => sketch.add(value));
  const [latest] = values;
  const all = values.map(({ value }) => value);
  return {
    start,
    count: values.length,
    sum: all.reduce((sum, value) => sum + value, 0),
    minimum: Math.min(...all),
    maximum: Math.max(...all),
    last: latest?.value ?? 0,
    lastAt: latest?.at ?? start,
    sketch,
  };
}

/** One figure of what a window adds up to; null where the metric has no such figure (percentiles of a counter). */
export function aggregateOf(rollup: Rollup, aggregate: Aggregate, windowMs: number): number | null {
  switch (aggregate) {
    case 'last':
      return rollup.last;
    case 'mean':
      return rollup.sum / rollup.count;
    case 'minimum':
      return rollup.minimum;
    case 'maximum':
      return rollup.maximum;
    case 'sum':
      return rollup.sum;
    case 'count':
      return rollup.count;
    case 'rate':
      return rollup.sum / (windowMs / 1000);
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      return percentileOf(rollup, Number(aggregate.slice(1)) / 100);
  }
}

/** Never outside of what was recorded; null of counters, which have none. */
export function percentileOf({ sketch, minimum, maximum }: Rollup, share: number): number | null {
  const value = sketch?.quantile(share) ?? null;
  return value === null ? null : Math.min(Math.max(value, minimum), maximum);
}

export interface SeriesRequest {
  readonly id: string;
  readonly tags: MetricTags;
  readonly since: number;
  readonly until: number;
  /** Most points wanted. */
  readonly points: number;
  readonly now: number;
}

/** The points of a plot, at the finest resolution that is kept so long and gives no more points than wanted. */
export function metricSeries(db: Reader, { id, tags, since, until, points, now }: SeriesRequest): Result<MetricSeries> {
  const definition = getMetric(db, id);
  if (definition === null) return notDeclared(db, id);
  const series = seriesWith(db, id, tags);
  // What was first measured yesterday is on record by the minute, however far back is looked.
  const from = Math.max(since, firstRollupStart(db, { series, level: dayMs, since: since - dayMs }) ?? since);
  const level = levelFor(now - from);
  const width = level * Math.max(1, Math.ceil((until - from) / level / points));
  const rollups = readRollups(db, { series, level, since, until });
  const groups = Map.groupBy(rollups, ({ start }) => start - (start % width));
  const merged = [...groups].map(([start, each]) => pointOf(mergeRollups(start, each)));
  return success({ definition, tags, resolutionMs: width, points: merged });
}

/** The finest level that is kept for so long. Who asks for 30 days asks a moment after having read the clock. */
function levelFor(ageMs: number): RollupLevel {
  if (ageMs <= 2 * dayMs + minuteMs) return minuteMs;
  return ageMs <= 30 * dayMs + minuteMs ? hourMs : dayMs;
}

function pointOf(rollup: Rollup): MetricPoint {
  return {
    at: rollup.start,
    count: rollup.count,
    sum: rollup.sum,
    mean: rollup.sum / rollup.count,
    minimum: rollup.minimum,
    maximum: rollup.maximum,
    last: rollup.last,
    p50: percentileOf(rollup, 0.5),
    p90: percentileOf(rollup, 0.9),
    p95: percentileOf(rollup, 0.95),
    p99: percentileOf(rollup, 0.99),
  };
}

/** One figure of the values after a time, over all series. */
export interface MetricFigure {
  readonly definition: MetricDefinition;
  readonly count: number;
  /** Null without values, and where the metric has no such figure (percentiles of a counter). */
  readonly figure: number | null;
}

/** `not_found` when the metric is not declared. */
export function metricFigure(
  db: Reader,
  id: string,
  { aggregate, since, now }: { readonly aggregate: Aggregate; readonly since: number; readonly now: number },
): Result<MetricFigure> {
  const definition = getMetric(db, id);
  if (definition === null) return notDeclared(db, id);
  const rollup = windowRollup(db, { series: seriesWith(db, id, {}), since, now });
  if (rollup === null) return success({ definition, count: 0, figure: null });
  return success({ definition, count: rollup.count, figure: aggregateOf(rollup, aggregate, now - since) });
}

/** Over everything that is kept, or since a time. */
export function metricSummary(
  db: Reader,
  id: string,
  { limit, since = 0 }: { readonly limit: number; readonly since?: number },
): Result<MetricSummary> {
  const definition = getMetric(db, id);
  if (definition === null) return notDeclared(db, id);
  const series = seriesOf(db, id);
  const rollups = readRollups(db, {
    series: seriesWith(db, id, {}),
    level: dayMs,
    since,
    until: Number.MAX_SAFE_INTEGER,
  });
  const whole = rollups.length === 0 ? null : mergeRollups(since, rollups);
  const percentile = (share: number) => (whole === null ? null : percentileOf(whole, share));
  return success({
    definition,
    series: { count: series.length, isFull: hasAllSeries(db, id) },
    count: whole?.count ?? 0,
    sum: whole?.sum ?? 0,
    minimum: whole?.minimum ?? null,
    median: percentile(0.5),
    p90: percentile(0.9),
    p95: percentile(0.95),
    p99: percentile(0.99),
    maximum: whole?.maximum ?? null,
    percentileError: relativeError,
    values: lastTaggedValues(db, series, limit),
  });
}
