// What is forgotten of metrics: the finer the sooner, and never more than a bounded size.
import { rollupLevels, type RollupLevel } from './metrics.ts';
import type { Reader, Transaction } from './sql.ts';
import type { Store } from './store.ts';

const dayMs = 86_400_000;
const [minute, hour, day] = rollupLevels;

interface Kept {
  readonly level: RollupLevel;
  /** Infinite: as long as the retention says. */
  readonly days: number;
  readonly rows: number;
}

/** About 130 bytes a row: all of them together stay below 30 MB. */
const kept: readonly Kept[] = [
  { level: minute, days: 2, rows: 60_000 },
  { level: hour, days: 30, rows: 100_000 },
  { level: day, days: Number.POSITIVE_INFINITY, rows: 60_000 },
];

export interface MetricRetention {
  readonly now: number;
  readonly retentionDays: number;
  /** Most rows to remove in one call; a few more where many have one time. */
  readonly rows?: number;
}

/** `pruneMetricsOnce` until nothing is left to remove, with the event loop turning in between. */
export async function pruneMetrics(store: Pick<Store, 'transact'>, retention: MetricRetention): Promise<number> {
  let removed = 0;
  for (;;) {
    const once = await store.transact((tx) => pruneMetricsOnce(tx, retention));
    removed += once;
    if (once === 0) return removed;
  }
}

/** Removes some of what is too old or too much; answers how many rows. */
export function pruneMetricsOnce(tx: Transaction, { now, retentionDays, rows = 2000 }: MetricRetention): number {
  for (const { level, days, rows: most } of kept) {
    const tooOld = now - Math.min(days, retentionDays) * dayMs;
    const removed = removeRollups(tx, { level, before: boundOf(tx, { level, most, tooOld }), rows });
    if (removed > 0) return removed;
  }
  return removeValues(tx, now - retentionDays * dayMs, rows) + removeEmptySeries(tx);
}

/** Spans that begin before this time have to go. */
function boundOf(db: Reader, { level, most, tooOld }: { level: RollupLevel; most: number; tooOld: number }): number {
  const beyond = db.get<{ start: number }>(
    'SELECT start FROM metric_rollups WHERE level = ? ORDER BY start DESC LIMIT 1 OFFSET ?',
    [level, most],
  );
  return Math.max(tooOld, (beyond?.start ?? -1) + 1);
}

function removeRollups(
  tx: Transaction,
  { level, before, rows }: { level: RollupLevel; before: number; rows: number },
): number {
  const found = tx.all<{ start: number }>(
    'SELECT start FROM metric_rollups WHERE level = ? AND start < ? ORDER BY start LIMIT ?',
    [level, before, rows],
  );
  const last = found.at(-1);
  if (last !== undefined) tx.run('DELETE FROM metric_rollups WHERE level = ? AND start <= ?', [level, last.start]);
  return found.length;
}

function removeValues(tx: Transaction, before: number, rows: number): number {
  let removed = 0;
  for (const { key } of tx.all<{ key: number }>('SELECT key FROM metric_series ORDER BY key')) {
    const found = tx.all<{ at: number }>(
      'SELECT at FROM metric_values WHERE series_key = ? AND at < ? ORDER BY at LIMIT ?',
      [key, before, rows - removed],
    );
    const last = found.at(-1);
    if (last === undefined) continue;
    tx.run('DELETE FROM metric_values WHERE series_key = ? AND at <= ?', [key, last.at]);
    removed += found.length;
    if (removed >= rows) break;
  }
  return removed;
}

/** A tag that is not used any more makes room for another one. */
function removeEmptySeries(tx: Transaction): number {
  const empty = tx.all<{ key: number }>(
    `SELECT key FROM metric_series s WHERE NOT EXISTS (SELECT 1 FROM metric_values v WHERE v.series_key = s.key)
     AND NOT EXISTS (SELECT 1 FROM metric_rollups r WHERE r.level = ? AND r.series_key = s.key)`,
    [day],
  );
  for (const { key } of empty) tx.run('DELETE FROM metric_series WHERE key = ?', [key]);
  return empty.length;
}
