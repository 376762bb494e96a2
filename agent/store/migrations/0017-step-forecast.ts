// What a step was expected to take, and whether the longest way through the execution led over it.
import type { Migration } from './migration.ts';

export const stepForecast: Migration = {
  version: 17,
  name: 'forecast of steps',
  apply(tx) {
    // Null where nothing was known, and where it is not on the longest way.
    tx.run('ALTER TABLE noodle.pipeline_steps ADD COLUMN expected_ms REAL');
    tx.run('ALTER TABLE noodle.pipeline_steps ADD COLUMN is_critical INTEGER');
  },
};
