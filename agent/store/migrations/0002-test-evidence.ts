// What test files were seen to use: see store/evidence.ts.
import type { Migration } from './migration.ts';

export const testEvidence: Migration = {
  version: 2,
  name: 'test evidence',
  apply(tx) {
    for (const statement of statements) tx.run(statement);
  },
};

const statements = [
  // A content of a source file with the functions that its runtime told of: JSON of [name, first line, last line].
  `CREATE TABLE noodle.coverage_files (
     key INTEGER PRIMARY KEY,
     path TEXT NOT NULL,
     content_hash TEXT NOT NULL,
     functions TEXT NOT NULL
   )`,
  `CREATE INDEX noodle.coverage_files_by_path ON coverage_files (path, content_hash)`,
  // Which of its lines and functions ran.
  `CREATE TABLE noodle.coverage_units (
     key INTEGER PRIMARY KEY,
     file_key INTEGER NOT NULL,
     lines BLOB NOT NULL
   )`,
  `CREATE UNIQUE INDEX noodle.coverage_units_by_lines ON coverage_units (file_key, lines)`,
  // By the id of the test file: the keys of its units, ascending, as differences; what it read, as deflated JSON.
  `CREATE TABLE noodle.test_evidence (
     test TEXT PRIMARY KEY,
     execution_id TEXT NOT NULL,
     recorded_at INTEGER NOT NULL,
     is_complete INTEGER NOT NULL,
     units BLOB NOT NULL,
     reads BLOB NOT NULL
   ) WITHOUT ROWID`,
];
