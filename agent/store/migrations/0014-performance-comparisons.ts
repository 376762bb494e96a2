// What comparisons of performance found, a row for each set of benchmarks.
import type { Migration } from './migration.ts';

export const performanceComparisons: Migration = {
  version: 14,
  name: 'comparisons of performance',
  apply(tx) {
    // Content: the comparison as JSON, once an execution. Sets: their names and outcomes, to be asked for by gates.
    tx.run(`CREATE TABLE noodle.performance_comparisons (
      execution_id TEXT PRIMARY KEY,
      at INTEGER NOT NULL,
      content TEXT NOT NULL
    ) WITHOUT ROWID`);
    tx.run(`CREATE TABLE noodle.performance_sets (
      name TEXT PRIMARY KEY,
      at INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      execution_id TEXT NOT NULL
    ) WITHOUT ROWID`);
  },
};
