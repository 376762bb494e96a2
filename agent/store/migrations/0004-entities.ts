// Build configurations and test suites made through the API, what was executed for them, and idempotency keys.
import type { Migration } from './migration.ts';

export const entities: Migration = {
  version: 4,
  name: 'entities of the API',
  apply(tx) {
    for (const statement of statements) tx.run(statement);
  },
};

const statements = [
  // The content as JSON. build_configs holds what targets were built with; this is what somebody asked to be built.
  `CREATE TABLE noodle.build_definitions (
     id TEXT PRIMARY KEY,
     content TEXT NOT NULL,
     created_at INTEGER NOT NULL
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.suite_definitions (
     id TEXT PRIMARY KEY,
     content TEXT NOT NULL,
     created_at INTEGER NOT NULL
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.definition_executions (
     kind TEXT NOT NULL,
     id TEXT NOT NULL,
     at INTEGER NOT NULL,
     execution_id TEXT NOT NULL,
     PRIMARY KEY (kind, id, at, execution_id)
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.idempotency_keys (
     key TEXT PRIMARY KEY,
     operation TEXT NOT NULL,
     request TEXT NOT NULL,
     answer TEXT,
     at INTEGER NOT NULL
   ) WITHOUT ROWID`,
  `CREATE INDEX noodle.idempotency_keys_by_time ON idempotency_keys (at)`,
];
