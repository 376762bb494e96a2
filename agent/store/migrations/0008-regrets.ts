// Failures that a selection had left out, and what is remembered of the repository's history: see store/regrets.ts and store/history.ts.
import type { Migration } from './migration.ts';

export const regrets: Migration = {
  version: 8,
  name: 'regrets and history',
  apply(tx) {
    for (const statement of statements) tx.run(statement);
  },
};

const statements = [
  `CREATE TABLE noodle.test_regrets (
     test TEXT NOT NULL,
     path TEXT NOT NULL,
     execution_id TEXT NOT NULL,
     at INTEGER NOT NULL,
     PRIMARY KEY (test, path)
   ) WITHOUT ROWID`,
  // Which files each commit changed, as one text: read whole, and written anew when the history has grown.
  `CREATE TABLE noodle.commit_files (
     key INTEGER PRIMARY KEY CHECK (key = 1),
     head TEXT NOT NULL,
     content BLOB NOT NULL
   )`,
];
