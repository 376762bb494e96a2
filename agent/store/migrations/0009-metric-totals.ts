// Totals of a series since its first value: they go on when old days are forgotten, as counters of other programs have to.
import type { Migration } from './migration.ts';

export const metricTotals: Migration = {
  version: 9,
  name: 'metric totals',
  apply(tx) {
    for (const statement of statements) tx.run(statement);
  },
};

const dayMs = 86_400_000;
const ofSeries = `FROM noodle.metric_rollups r WHERE r.level = ${dayMs} AND r.series_key = metric_series.key`;

const statements = [
  `ALTER TABLE noodle.metric_series ADD COLUMN total_count INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE noodle.metric_series ADD COLUMN total_sum REAL NOT NULL DEFAULT 0`,
  `UPDATE noodle.metric_series SET
     total_count = coalesce((SELECT sum(r.count) ${ofSeries}), 0),
     total_sum = coalesce((SELECT sum(r.sum) ${ofSeries}), 0)`,
];
