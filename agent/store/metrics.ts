// Metrics and their values (metric_definitions, metric_values, trend_analyses).
import { z } from 'zod';
import { MetricDefinition, MetricValue } from '../protocol/analytics.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { fromJson } from './json-column.ts';
import { keyOf, nextKey } from './keys.ts';
import type { Reader, SqlValue, Transaction } from './sql.ts';

export interface MetricSummary {
  readonly definition: MetricDefinition;
  readonly count: number;
  readonly minimum: number | null;
  readonly median: number | null;
  /** By the nearest rank: a value that was recorded. */
  readonly p90: number | null;
  readonly maximum: number | null;
  /** The last `limit` values, newest first. */
  readonly values: MetricValue[];
}

export const TrendAnalysis = z.object({
  metricId: z.string(),
  at: z.number(),
  /** The values looked at: from, until, and how many. */
  from: z.number(),
  until: z.number(),
  count: z.int().nonnegative(),
  direction: z.enum(['rising', 'falling', 'steady', 'unknown']),
  /** Change a day, in the metric's unit. */
  slopePerDay: z.number(),
  /** How sure the direction is. */
  confidence: z.number().min(0).max(1),
});
export type TrendAnalysis = z.infer<typeof TrendAnalysis>;

/** Declares a metric. The same again changes nothing (but name and description); another type or unit is a `conflict`. */
export function defineMetric(tx: Transaction, definition: MetricDefinition): Result<MetricDefinition> {
  const { id, name, description, type, unit } = definition;
  const known = getMetric(tx, id);
  if (known !== null && (known.type !== type || known.unit !== unit)) {
    return failure(
      'conflict',
      `The metric ${id} is declared as a ${known.type} in ${known.unit}, not as a ${type} in ${unit}.`,
    );
  }
  if (known === null) {
    const values = [nextKey(tx, 'metric_definitions'), id, name, description, type, unit];
    tx.run('INSERT INTO metric_definitions (key, id, name, description, type, unit) VALUES (?, ?, ?, ?, ?, ?)', values);
  } else if (known.name !== name || known.description !== description) {
    tx.run('UPDATE metric_definitions SET name = ?, description = ? WHERE id = ?', [name, description, id]);
  }
  return success(definition);
}

export function getMetric(db: Reader, id: string): MetricDefinition | null {
  return readDefinitions(db, 'WHERE id = ?', [id])[0] ?? null;
}

export function listMetrics(db: Reader): MetricDefinition[] {
  return readDefinitions(db, 'ORDER BY id', []);
}

/** Records values of a declared metric; `not_found` when it is not declared. */
export function recordMetricValues(tx: Transaction, id: string, values: readonly MetricValue[]): Result<void> {
  const key = keyOf(tx, 'metric_definitions', id);
  if (key === null) return notDeclared(id);
  let next = nextKey(tx, 'metric_values');
  for (const { at, value, tags } of values) {
    const text = Object.keys(tags).length === 0 ? null : JSON.stringify(tags);
    tx.run('INSERT INTO metric_values (key, metric_key, at, value, tags) VALUES (?, ?, ?, ?, ?)', [
      next,
      key,
      at,
      value,
      text,
    ]);
    next += 1;
  }
  return success(undefined);
}

/** Over all recorded values; `not_found` when the metric is not declared. */
export function metricSummary(db: Reader, id: string, limit: number): Result<MetricSummary> {
  const definition = getMetric(db, id);
  const key = keyOf(db, 'metric_definitions', id);
  if (definition === null || key === null) return notDeclared(id);
  const range = db.get<{ count: number; minimum: number | null; maximum: number | null }>(
    'SELECT count(*) AS count, min(value) AS minimum, max(value) AS maximum FROM metric_values WHERE metric_key = ?',
    [key],
  );
  const { count, minimum, maximum } = range ?? { count: 0, minimum: null, maximum: null };
  const isEven = count % 2 === 0;
  const median = rankedMean(db, key, { from: Math.floor((count - 1) / 2), count: isEven ? 2 : 1 });
  const p90 = rankedMean(db, key, { from: Math.ceil(count * 0.9) - 1, count: 1 });
  const values = readValues(db, 'WHERE metric_key = ? ORDER BY at DESC, key DESC LIMIT ?', [key, limit]);
  return success({ definition, count, minimum, median, p90, maximum, values });
}

/** Values since a time, oldest first. */
export function metricValues(db: Reader, id: string, since: number): MetricValue[] {
  return readValues(db, 'WHERE metric_key = ? AND at >= ? ORDER BY at, key', [
    keyOf(db, 'metric_definitions', id),
    since,
  ]);
}

/** Records an analysis of a declared metric; `not_found` when it is not declared. */
export function saveTrendAnalysis(tx: Transaction, analysis: TrendAnalysis): Result<void> {
  const { metricId, at, from, until, count, direction, slopePerDay, confidence } = analysis;
  const key = keyOf(tx, 'metric_definitions', metricId);
  if (key === null) return notDeclared(metricId);
  tx.run(
    `INSERT OR REPLACE INTO trend_analyses (metric_key, at, from_at, until_at, count, direction, slope_per_day, confidence)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [key, at, from, until, count, direction, slopePerDay, confidence],
  );
  return success(undefined);
}

/** The latest analysis of each metric, by its id. */
export function latestTrendAnalyses(db: Reader): TrendAnalysis[] {
  const rows = db.all(
    `SELECT m.id AS metricId, t.at, t.from_at AS "from", t.until_at AS "until", t.count, t.direction,
       t.slope_per_day AS slopePerDay, t.confidence
     FROM trend_analyses t JOIN metric_definitions m ON m.key = t.metric_key
     WHERE t.at = (SELECT max(at) FROM trend_analyses WHERE metric_key = t.metric_key) ORDER BY m.id`,
  );
  return rows.map((row) => TrendAnalysis.parse(row));
}

const { tags: Tags } = MetricValue.shape;

function notDeclared(id: string) {
  return failure('not_found', `The metric ${id} is not declared.`, { place: 'id' });
}

function readDefinitions(db: Reader, rest: string, params: readonly SqlValue[]): MetricDefinition[] {
  const rows = db.all(`SELECT id, name, description, type, unit FROM metric_definitions ${rest}`, params);
  return rows.map((row) => MetricDefinition.parse(row));
}

function readValues(db: Reader, rest: string, params: readonly SqlValue[]): MetricValue[] {
  const rows = db.all<{ at: number; value: number; tags: string | null }>(
    `SELECT at, value, tags FROM metric_values ${rest}`,
    params,
  );
  return rows.map(({ at, value, tags }) => ({ at, value, tags: fromJson(Tags, tags, {}) }));
}

/** The mean of some values in order of size; null where there are none. */
function rankedMean(
  db: Reader,
  key: number,
  { from, count }: { readonly from: number; readonly count: number },
): number | null {
  const row = db.get<{ mean: number | null }>(
    'SELECT avg(value) AS mean FROM (SELECT value FROM metric_values WHERE metric_key = ? ORDER BY value LIMIT ? OFFSET ?)',
    [key, count, Math.max(from, 0)],
  );
  return row?.mean ?? null;
}
