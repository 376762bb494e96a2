// Tests that were made and offered, once an execution.
import type { Migration } from './migration.ts';

export const generatedTests: Migration = {
  version: 15,
  name: 'generated tests',
  apply(tx) {
    // Content: the offer as JSON.
    tx.run(`CREATE TABLE noodle.generated_tests (
      execution_id TEXT PRIMARY KEY,
      at INTEGER NOT NULL,
      content TEXT NOT NULL
    ) WITHOUT ROWID`);
  },
};
