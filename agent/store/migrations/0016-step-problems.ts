// What the outputs of pipelines' steps say about places in files.
import type { Migration } from './migration.ts';

export const stepProblems: Migration = {
  version: 16,
  name: 'problems of steps',
  apply(tx) {
    // Problems: as JSON; none where a step said nothing after an execution in which it had said something.
    tx.run(`CREATE TABLE noodle.pipeline_step_problems (
      pipeline TEXT NOT NULL,
      step_id TEXT NOT NULL,
      execution_key INTEGER NOT NULL,
      at INTEGER NOT NULL,
      problems TEXT NOT NULL,
      PRIMARY KEY (pipeline, step_id, execution_key)
    ) WITHOUT ROWID`);
    tx.run('CREATE INDEX noodle.pipeline_step_problems_execution ON pipeline_step_problems (execution_key)');
  },
};
