// Metrics become series with roll-ups; alerts get their whole life, silences and an outbox; trends all of their findings.
//
// A series is a metric with one set of tags. Of each the last values are kept one by one, and minutes, hours and days
// add up what there was. `tags` is JSON with sorted keys, or `*` for the sum of all series of a metric that has tagged ones.
import type { Migration } from './migration.ts';

export const metricsAndAlerts: Migration = {
  version: 6,
  name: 'metrics and alerts',
  apply(tx) {
    for (const statement of [...metrics, ...alerts, ...findings]) tx.run(statement);
  },
};

const dayMs = 86_400_000;

const metrics = [
  `CREATE TABLE noodle.metric_series (
     key INTEGER PRIMARY KEY,
     metric_key INTEGER NOT NULL,
     tags TEXT NOT NULL,
     recorded INTEGER NOT NULL,
     UNIQUE (metric_key, tags)
   )`,
  `CREATE TABLE noodle.metric_points (
     series_key INTEGER NOT NULL,
     at INTEGER NOT NULL,
     number INTEGER NOT NULL,
     value REAL NOT NULL,
     PRIMARY KEY (series_key, at, number)
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.metric_rollups (
     level INTEGER NOT NULL,
     series_key INTEGER NOT NULL,
     start INTEGER NOT NULL,
     count INTEGER NOT NULL,
     sum REAL NOT NULL,
     minimum REAL NOT NULL,
     maximum REAL NOT NULL,
     last REAL NOT NULL,
     last_at INTEGER NOT NULL,
     sketch BLOB,
     PRIMARY KEY (level, series_key, start)
   ) WITHOUT ROWID`,
  `CREATE INDEX noodle.metric_rollups_by_time ON metric_rollups (level, start)`,
  // What was recorded before: its tags as they were written, and days without percentiles.
  `INSERT INTO noodle.metric_series (key, metric_key, tags, recorded)
     SELECT row_number() OVER (ORDER BY metric_key, tags), metric_key, coalesce(tags, '{}'), count(*)
     FROM noodle.metric_values GROUP BY metric_key, coalesce(tags, '{}')`,
  `INSERT INTO noodle.metric_points (series_key, at, number, value)
     SELECT s.key, v.at, v.key, v.value FROM noodle.metric_values v
     JOIN noodle.metric_series s ON s.metric_key = v.metric_key AND s.tags = coalesce(v.tags, '{}')`,
  `INSERT INTO noodle.metric_rollups (level, series_key, start, count, sum, minimum, maximum, last, last_at)
     SELECT ${dayMs}, series_key, at - at % ${dayMs}, count(*), sum(value), min(value), max(value), value, max(at)
     FROM noodle.metric_points GROUP BY series_key, at - at % ${dayMs}`,
  `DROP TABLE noodle.metric_values`,
  `ALTER TABLE noodle.metric_points RENAME TO metric_values`,
];

const alerts = [
  // What the columns of before have no place for, as JSON.
  `ALTER TABLE noodle.alert_rules ADD COLUMN details TEXT NOT NULL DEFAULT '{}'`,
  `ALTER TABLE noodle.alerts ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE noodle.alerts ADD COLUMN details TEXT NOT NULL DEFAULT '{}'`,
  `CREATE INDEX noodle.alerts_by_fingerprint ON alerts (fingerprint, fired_at)`,
  `CREATE TABLE noodle.alert_silences (
     id TEXT PRIMARY KEY,
     ends_at INTEGER NOT NULL,
     content TEXT NOT NULL
   ) WITHOUT ROWID`,
  // Messages that a channel has not taken yet; one a channel and alert, the latest state of it.
  `CREATE TABLE noodle.alert_deliveries (
     channel TEXT NOT NULL,
     alert_id TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     due_at INTEGER NOT NULL,
     attempts INTEGER NOT NULL,
     problem TEXT,
     content TEXT NOT NULL,
     PRIMARY KEY (channel, alert_id)
   ) WITHOUT ROWID`,
];

const findings = [
  `ALTER TABLE noodle.trend_analyses ADD COLUMN content TEXT NOT NULL DEFAULT '{}'`,
  `CREATE TABLE noodle.tuning_proposals (
     id TEXT PRIMARY KEY,
     at INTEGER NOT NULL,
     state TEXT NOT NULL,
     content TEXT NOT NULL
   ) WITHOUT ROWID`,
];
