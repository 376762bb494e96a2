// Pipelines that are declared through the API, what each execution of a pipeline was made from, and approvals.
import type { Migration } from './migration.ts';

export const pipelines: Migration = {
  version: 5,
  name: 'pipelines',
  apply(tx) {
    for (const statement of statements) tx.run(statement);
  },
};

const statements = [
  // As JSON; null for names under which something ran that is not declared through the API.
  `ALTER TABLE noodle.pipeline_configs ADD COLUMN definition TEXT`,
  `ALTER TABLE noodle.pipeline_configs ADD COLUMN created_at INTEGER`,
  // Definition, request and plan as deflated JSON, as they were when the execution was started.
  `CREATE TABLE noodle.pipeline_runs (
     execution_key INTEGER PRIMARY KEY,
     content BLOB NOT NULL
   )`,
  `CREATE TABLE noodle.pipeline_approvals (
     execution_key INTEGER NOT NULL,
     step_id TEXT NOT NULL,
     pipeline TEXT NOT NULL,
     question TEXT NOT NULL,
     asked_at INTEGER NOT NULL,
     state TEXT NOT NULL,
     decided_at INTEGER,
     decided_by TEXT,
     comment TEXT,
     diff TEXT NOT NULL,
     PRIMARY KEY (execution_key, step_id)
   ) WITHOUT ROWID`,
];
