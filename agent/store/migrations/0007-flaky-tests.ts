// Which tests are flaky, which are quarantined, and what the inputs of executions were: see store/flakiness.ts.
import type { Migration } from './migration.ts';

export const flakyTests: Migration = {
  version: 7,
  name: 'flaky tests',
  apply(tx) {
    for (const statement of statements) tx.run(statement);
  },
};

const statements = [
  `CREATE TABLE noodle.flaky_tests (
     test TEXT PRIMARY KEY,
     trials INTEGER NOT NULL,
     failures INTEGER NOT NULL,
     cause TEXT NOT NULL,
     evidence TEXT NOT NULL,
     seen_at INTEGER NOT NULL
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.test_quarantines (
     test TEXT PRIMARY KEY,
     since INTEGER NOT NULL,
     until INTEGER NOT NULL,
     reason TEXT NOT NULL
   ) WITHOUT ROWID`,
  // Executions with the same text here saw the same files.
  `CREATE TABLE noodle.test_run_inputs (
     execution_key INTEGER PRIMARY KEY,
     inputs TEXT NOT NULL
   )`,
  `CREATE INDEX noodle.test_run_inputs_by_inputs ON test_run_inputs (inputs)`,
];
