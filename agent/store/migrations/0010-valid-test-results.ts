// Results of test files that may be reused: see store/valid-results.ts.
import type { Migration } from './migration.ts';

export const validTestResults: Migration = {
  version: 10,
  name: 'valid test results',
  apply(tx) {
    tx.run(
      `CREATE TABLE noodle.valid_test_results (
         test TEXT NOT NULL PRIMARY KEY,
         fingerprint TEXT NOT NULL,
         execution_id TEXT NOT NULL,
         finished_at INTEGER NOT NULL,
         tests INTEGER NOT NULL
       ) WITHOUT ROWID`,
    );
  },
};
