// What predictions are made from and measured by: starts of runners, budgets that were checked, what was learned.
import type { Migration } from './migration.ts';

export const predictions: Migration = {
  version: 11,
  name: 'starts of runners, checked budgets, what was learned',
  apply(tx) {
    for (const statement of statements) tx.run(statement);
  },
};

const statements = [
  // The last values of each are JSON, the latest last.
  `CREATE TABLE noodle.runner_starts (
     project TEXT PRIMARY KEY,
     start_ms TEXT NOT NULL,
     file_ms TEXT NOT NULL,
     pace TEXT NOT NULL
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.budget_checks (
     execution_id TEXT PRIMARY KEY,
     at INTEGER NOT NULL,
     kind TEXT NOT NULL,
     target REAL NOT NULL,
     left_out INTEGER NOT NULL,
     expected_missed REAL,
     missed INTEGER NOT NULL
   ) WITHOUT ROWID`,
  // What was worked out of the records in idle time, JSON, by name: the order of tests that does best here.
  `CREATE TABLE noodle.learned (
     name TEXT PRIMARY KEY,
     at INTEGER NOT NULL,
     content TEXT NOT NULL
   ) WITHOUT ROWID`,
];
