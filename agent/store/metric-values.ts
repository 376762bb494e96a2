// Values of metrics, and what they add up to (metric_values, metric_rollups).
import type { MetricTags, MetricType, MetricValue } from '../protocol/metrics.ts';
import { success, type Result } from '../protocol/failure.ts';
import { keyOf } from './keys.ts';
import { getMetric, notDeclared, rollupLevels, seriesFor, tagsText, type RollupLevel } from './metrics.ts';
import { QuantileSketch } from './quantile-sketch.ts';
import type { Reader, Transaction } from './sql.ts';

/** The latest values of a series that are kept one by one. With many series it is fewer of each; see `keptValues`. */
const keptOfSeries = 1000;
const keptOfAll = 200_000;
const leastKept = 100;
/** A series is cut when it has grown by so many. */
const trimEvery = 50;

/** What the values of a span add up to. */
export interface Rollup {
  readonly start: number;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly last: number;
  readonly lastAt: number;
  /** Null of counters. */
  readonly sketch: QuantileSketch | null;
}

/** Values that arrived as one figure: `count` of them, as histograms of other programs come. */
export interface WeightedValue extends MetricValue {
  readonly count?: number;
}

/** Records values of a declared metric; `not_found` when it is not declared. */
export function recordMetricValues(tx: Transaction, id: string, values: readonly WeightedValue[]): Result<void> {
  const key = keyOf(tx, 'metric_definitions', id);
  const definition = getMetric(tx, id);
  if (key === null || definition === null) return notDeclared(tx, id);
  // The sum of all series takes everything at once: it is in each list, and so it is written once.
  const bySeries = new Map<number, WeightedValue[]>();
  for (const ofTags of grouped(values, (value) => tagsText(value.tags)).values()) {
    for (const series of seriesFor(tx, key, ofTags[0]?.tags ?? {})) {
      bySeries.set(series, [...(bySeries.get(series) ?? []), ...ofTags]);
    }
  }
  for (const [series, ofSeries] of bySeries) {
    recordOfSeries(tx, { series, type: definition.type, values: ofSeries });
  }
  return success(undefined);
}

interface SeriesValues {
  readonly series: number;
  readonly type: MetricType;
  readonly values: readonly WeightedValue[];
}

function recordOfSeries(tx: Transaction, { series, type, values }: SeriesValues): void {
  const before =
    tx.get<{ recorded: number }>('SELECT recorded FROM metric_series WHERE key = ?', [series])?.recorded ?? 0;
  const recorded = before + values.length;
  // Of more than can be kept only the last ones are written at all; what stands for many values is none of them.
  const kept = values.filter(({ count }) => count === undefined).slice(-keptOfSeries);
  kept.forEach(({ at, value }, index) => {
    tx.run('INSERT INTO metric_values (series_key, at, number, value) VALUES (?, ?, ?, ?)', [
      series,
      at,
      recorded - kept.length + index,
      value,
    ]);
  });
  const [count, sum] = totals(values);
  tx.run(
    'UPDATE metric_series SET recorded = ?, total_count = total_count + ?, total_sum = total_sum + ? WHERE key = ?',
    [recorded, count, sum, series],
  );
  if (Math.floor(before / trimEvery) !== Math.floor(recorded / trimEvery)) trim(tx, series);
  for (const level of rollupLevels) {
    for (const [start, ofSpan] of grouped(values, ({ at }) => at - (at % level))) {
      addToRollup(tx, { series, level, start, type, values: ofSpan });
    }
  }
}

function totals(values: readonly WeightedValue[]): [count: number, sum: number] {
  let [count, sum] = [0, 0];
  for (const { value, count: times = 1 } of values) [count, sum] = [count + times, sum + value * times];
  return [count, sum];
}

function trim(tx: Transaction, series: number): void {
  const oldest = tx.get<{ at: number }>(
    'SELECT at FROM metric_values WHERE series_key = ? ORDER BY at DESC, number DESC LIMIT 1 OFFSET ?',
    [series, keptValues(tx)],
  );
  if (oldest !== undefined) tx.run('DELETE FROM metric_values WHERE series_key = ? AND at <= ?', [series, oldest.at]);
}

/** How many of its latest values each series keeps. */
export function keptValues(db: Reader): number {
  const count = db.get<{ count: number }>('SELECT count(*) AS count FROM metric_series')?.count ?? 0;
  return Math.max(leastKept, Math.min(keptOfSeries, Math.floor(keptOfAll / Math.max(count, 1))));
}

interface Addition extends SeriesValues {
  readonly level: RollupLevel;
  readonly start: number;
}

function addToRollup(tx: Transaction, { series, level, start, type, values }: Addition): void {
  const known = readRow(tx, { series, level, start });
  const sum = mergeRollups(start, [...(known === null ? [] : [known]), rollupOf(start, type, values)]);
  tx.run(
    `INSERT OR REPLACE INTO metric_rollups (level, series_key, start, count, sum, minimum, maximum, last, last_at, sketch)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      level,
      series,
      start,
      sum.count,
      sum.sum,
      sum.minimum,
      sum.maximum,
      sum.last,
      sum.lastAt,
      sum.sketch?.encode() ?? null,
    ],
  );
}

function readRow(
  db: Reader,
  { series, level, start }: { series: number; level: number; start: number },
): Rollup | null {
  const row = db.get<RollupRow>('SELECT * FROM metric_rollups WHERE level = ? AND series_key = ? AND start = ?', [
    level,
    series,
    start,
  ]);
  return row === undefined ? null : fromRow(row);
}

function rollupOf(start: number, type: MetricType, values: readonly WeightedValue[]): Rollup {
  const sketch = type === 'counter' ? null : new QuantileSketch();
  let [count, sum, minimum, maximum, last, lastAt] = [0, 0, Infinity, -Infinity, 0, -Infinity];
  for (const { at, value, count: times = 1 } of values) {
    sketch?.add(value, times);
    count += times;
    sum += value * times;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    if (at >= lastAt) [last, lastAt] = [value, at];
  }
  return { start, count, sum, minimum, maximum, last, lastAt, sketch };
}

/** The sum of spans, of one series or of several; of none, a span without values. */
export function mergeRollups(start: number, rollups: readonly Rollup[]): Rollup {
  const [only] = rollups;
  if (only !== undefined && rollups.length === 1) return { ...only, start };
  let [count, sum, minimum, maximum, last, lastAt] = [0, 0, Infinity, -Infinity, 0, -Infinity];
  const sketch = rollups.some((each) => each.sketch !== null) ? new QuantileSketch() : null;
  for (const each of rollups) {
    count += each.count;
    sum += each.sum;
    minimum = Math.min(minimum, each.minimum);
    maximum = Math.max(maximum, each.maximum);
    if (each.lastAt >= lastAt) [last, lastAt] = [each.last, each.lastAt];
    if (each.sketch !== null) sketch?.merge(each.sketch);
  }
  return { start, count, sum, minimum, maximum, last, lastAt, sketch };
}

export interface RollupRange {
  readonly series: readonly number[];
  readonly level: RollupLevel;
  readonly since: number;
  /** Spans that begin at this time or later are left out. */
  readonly until: number;
}

/** The spans that have values, oldest first, over all named series together. */
export function readRollups(db: Reader, { series, level, since, until }: RollupRange): Rollup[] {
  const rows = series.flatMap((key) =>
    db.all<RollupRow>(
      'SELECT * FROM metric_rollups WHERE level = ? AND series_key = ? AND start >= ? AND start < ? ORDER BY start',
      [level, key, since - (since % level), until],
    ),
  );
  if (series.length === 1) return rows.map(fromRow);
  return [...grouped(rows.map(fromRow), ({ start }) => start)]
    .map(([start, each]) => mergeRollups(start, each))
    .toSorted((a, b) => a.start - b.start);
}

/** The last values of series, newest first. */
export function lastValues(
  db: Reader,
  series: readonly number[],
  limit: number,
): { readonly at: number; readonly value: number }[] {
  const values = series.flatMap((key) =>
    db.all<{ at: number; value: number }>(
      'SELECT at, value FROM metric_values WHERE series_key = ? ORDER BY at DESC, number DESC LIMIT ?',
      [key, limit],
    ),
  );
  return series.length === 1 ? values : values.toSorted((a, b) => b.at - a.at).slice(0, limit);
}

/** The start of the first span of a level at or after a time; null where there is none. */
export function firstRollupStart(
  db: Reader,
  { series, level, since }: Pick<RollupRange, 'series' | 'level' | 'since'>,
): number | null {
  const starts = series.flatMap((key) => {
    const row = db.get<{ start: number }>(
      'SELECT start FROM metric_rollups WHERE level = ? AND series_key = ? AND start >= ? ORDER BY start LIMIT 1',
      [level, key, since],
    );
    return row === undefined ? [] : [row.start];
  });
  return starts.length === 0 ? null : Math.min(...starts);
}

/** When the last value of series was recorded; null before the first. */
export function lastRecordedAt(db: Reader, series: readonly number[]): number | null {
  const times = series.flatMap((key) => {
    const row = db.get<{ last_at: number }>(
      'SELECT last_at FROM metric_rollups WHERE level = ? AND series_key = ? ORDER BY start DESC LIMIT 1',
      [rollupLevels[2], key],
    );
    return row === undefined ? [] : [row.last_at];
  });
  return times.length === 0 ? null : Math.max(...times);
}

/** The last values of a metric with their tags, newest first. */
export function lastTaggedValues(
  db: Reader,
  series: readonly { key: number; tags: MetricTags }[],
  limit: number,
): MetricValue[] {
  const values = series.flatMap(({ key, tags }) => lastValues(db, [key], limit).map((value) => ({ ...value, tags })));
  return values.toSorted((a, b) => b.at - a.at).slice(0, limit);
}

interface RollupRow {
  readonly start: number;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly last: number;
  readonly last_at: number;
  readonly sketch: Uint8Array | null;
}

function fromRow({ start, count, sum, minimum, maximum, last, last_at, sketch }: RollupRow): Rollup {
  return {
    start,
    count,
    sum,
    minimum,
    maximum,
    last,
    lastAt: last_at,
    sketch: sketch === null ? null : QuantileSketch.decode(sketch),
  };
}

function grouped<T, K>(items: readonly T[], keyOfItem: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
