// Metrics and the series that their tags tell apart (metric_definitions, metric_series).
import { MetricDefinition, MetricTags } from '../protocol/metrics.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';
import { fromJson } from './json-column.ts';
import { keyOf, nextKey } from './keys.ts';
import type { Reader, SqlValue, Transaction } from './sql.ts';

/** More series than these are counted together, tagged as OpenTelemetry does it. */
export const seriesLimits = { ofMetric: 200, ofAll: 2000 } as const;
export const overflowTags: MetricTags = { 'otel.metric.overflow': 'true' };

/** The tags of the series that sums up all others of its metric. */
const everything = '*';

export interface RecordedSeries {
  readonly key: number;
  readonly tags: MetricTags;
  /** Over everything that was ever recorded. */
  readonly count: number;
  readonly sum: number;
}

/** Declares a metric. The same again changes nothing (but name and description); another type or unit is a `conflict`. */
export function defineMetric(tx: Transaction, definition: MetricDefinition): Result<MetricDefinition> {
  const { id, name, description, type, unit } = definition;
  const known = getMetric(tx, id);
  if (known !== null && (known.type !== type || known.unit !== unit)) {
    return failure(
      'conflict',
      `The metric ${id} is declared as a ${known.type} in ${known.unit}, not as a ${type} in ${unit}.`,
      {
        place: known.type === type ? 'unit' : 'type',
        hint: 'Use another id, or delete the metric with its values first.',
      },
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

/** By id. */
export function listMetrics(db: Reader): MetricDefinition[] {
  return readDefinitions(db, 'ORDER BY id', []);
}

/** Forgets a metric with all that was recorded of it; false when there is none. */
export function deleteMetric(tx: Transaction, id: string): boolean {
  const key = keyOf(tx, 'metric_definitions', id);
  if (key === null) return false;
  for (const { key: series } of tx.all<{ key: number }>('SELECT key FROM metric_series WHERE metric_key = ?', [key])) {
    tx.run('DELETE FROM metric_values WHERE series_key = ?', [series]);
    for (const level of rollupLevels) {
      tx.run('DELETE FROM metric_rollups WHERE level = ? AND series_key = ?', [level, series]);
    }
  }
  tx.run('DELETE FROM metric_series WHERE metric_key = ?', [key]);
  tx.run('DELETE FROM trend_analyses WHERE metric_key = ?', [key]);
  tx.run('DELETE FROM metric_definitions WHERE key = ?', [key]);
  return true;
}

const minuteMs = 60_000;
/** Lengths of the spans that values are added up to: minute, hour and day (UTC). */
export const rollupLevels = [minuteMs, 60 * minuteMs, 1440 * minuteMs] as const;
export type RollupLevel = (typeof rollupLevels)[number];

/** The series of a metric by their tags, without the one that sums them up. */
export function seriesOf(db: Reader, metricId: string): RecordedSeries[] {
  const rows = db.all<{ key: number; tags: string; count: number; sum: number }>(
    `SELECT s.key, s.tags, s.total_count AS count, s.total_sum AS sum FROM metric_series s JOIN metric_definitions m ON m.key = s.metric_key
     WHERE m.id = ? AND s.tags <> '${everything}' ORDER BY s.tags`,
    [metricId],
  );
  return rows.map(({ tags, ...row }) => ({ ...row, tags: fromJson(MetricTags, tags, {}) }));
}

/** The keys of the series that have these tags among theirs; without tags, of one that holds everything. */
export function seriesWith(db: Reader, metricId: string, tags: MetricTags): number[] {
  const wanted = Object.entries(tags);
  if (wanted.length === 0) {
    const sum = db.get<{ key: number }>(
      `SELECT s.key FROM metric_series s JOIN metric_definitions m ON m.key = s.metric_key
       WHERE m.id = ? ORDER BY s.tags = '${everything}' DESC, s.tags = '{}' DESC LIMIT 1`,
      [metricId],
    );
    return sum === undefined ? [] : [sum.key];
  }
  const matches = (series: RecordedSeries) => wanted.every(([name, value]) => series.tags[name] === value);
  return seriesOf(db, metricId)
    .filter(matches)
    .map(({ key }) => key);
}

/** JSON with the keys in order, so that equal tags are equal texts. */
export function tagsText(tags: MetricTags): string {
  return JSON.stringify(Object.fromEntries(Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/**
 * The series that a value with these tags belongs to, made where it is new: its own (or the one for what is too many),
 * and the one that sums up all of them as soon as there are tagged ones.
 */
export function seriesFor(tx: Transaction, metricKey: number, tags: MetricTags): number[] {
  const own = findSeries(tx, metricKey, tagsText(tags)) ?? addSeries(tx, metricKey, tags);
  const sum = findSeries(tx, metricKey, everything);
  return sum === null ? [own] : [own, sum];
}

function findSeries(db: Reader, metricKey: number, tags: string): number | null {
  return (
    db.get<{ key: number }>('SELECT key FROM metric_series WHERE metric_key = ? AND tags = ?', [metricKey, tags])
      ?.key ?? null
  );
}

function addSeries(tx: Transaction, metricKey: number, tags: MetricTags): number {
  const isTagged = Object.keys(tags).length > 0;
  const kept = isTagged && isFull(tx, metricKey) ? overflowTags : tags;
  const found = kept === tags ? null : findSeries(tx, metricKey, tagsText(kept));
  if (found !== null) return found;
  if (isTagged && findSeries(tx, metricKey, everything) === null) addSum(tx, metricKey);
  return insertSeries(tx, metricKey, tagsText(kept));
}

function isFull(db: Reader, metricKey: number): boolean {
  const own = db.get<{ count: number }>('SELECT count(*) AS count FROM metric_series WHERE metric_key = ?', [
    metricKey,
  ]);
  if ((own?.count ?? 0) >= seriesLimits.ofMetric) return true;
  const all = db.get<{ count: number }>('SELECT count(*) AS count FROM metric_series');
  return (all?.count ?? 0) >= seriesLimits.ofAll;
}

/** Whether a metric has as many series as it may have. */
export function hasAllSeries(db: Reader, metricId: string): boolean {
  const key = keyOf(db, 'metric_definitions', metricId);
  return key !== null && isFull(db, key);
}

/** Until now every series of the metric was the untagged one. */
function addSum(tx: Transaction, metricKey: number): void {
  const untagged = findSeries(tx, metricKey, '{}');
  const sum = insertSeries(tx, metricKey, everything);
  if (untagged === null) return;
  tx.run(
    `UPDATE metric_series SET (recorded, total_count, total_sum) =
       (SELECT recorded, total_count, total_sum FROM metric_series WHERE key = ?) WHERE key = ?`,
    [untagged, sum],
  );
  tx.run(
    'INSERT INTO metric_values (series_key, at, number, value) SELECT ?, at, number, value FROM metric_values WHERE series_key = ?',
    [sum, untagged],
  );
  for (const level of rollupLevels) {
    tx.run(
      `INSERT INTO metric_rollups (level, series_key, start, count, sum, minimum, maximum, last, last_at, sketch)
       SELECT level, ?, start, count, sum, minimum, maximum, last, last_at, sketch FROM metric_rollups WHERE level = ? AND series_key = ?`,
      [sum, level, untagged],
    );
  }
}

function insertSeries(tx: Transaction, metricKey: number, tags: string): number {
  const key = nextKey(tx, 'metric_series');
  tx.run('INSERT INTO metric_series (key, metric_key, tags, recorded) VALUES (?, ?, ?, 0)', [key, metricKey, tags]);
  return key;
}

/** What is said of a metric that nobody declared, with the one that may have been meant. */
export function notDeclared(db: Reader, id: string) {
  const meant = nearest(
    id,
    db.all<{ id: string }>('SELECT id FROM metric_definitions').map((row) => row.id),
  );
  const hint = meant === null ? `Declare it first, as \`noodle metric define ${id}\` does.` : `Did you mean ${meant}?`;
  return failure('not_found', `The metric ${id} is not declared.`, { place: 'id', hint });
}

function readDefinitions(db: Reader, rest: string, params: readonly SqlValue[]): MetricDefinition[] {
  const rows = db.all(`SELECT id, name, description, type, unit FROM metric_definitions ${rest}`, params);
  return rows.map((row) => MetricDefinition.parse(row));
}
