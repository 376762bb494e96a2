// Runs of a remote CI, with their test results.
import type { Migration } from './migration.ts';

export const remoteRuns: Migration = {
  version: 18,
  name: 'remote runs',
  apply(tx) {
    // Run: JSON. Tests: a list of them as deflated JSON.
    tx.run(`CREATE TABLE noodle.remote_runs (
      id TEXT PRIMARY KEY,
      imported_at INTEGER NOT NULL,
      run TEXT NOT NULL,
      tests BLOB NOT NULL
    ) WITHOUT ROWID`);
  },
};
