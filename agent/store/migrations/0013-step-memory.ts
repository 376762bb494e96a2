// The most memory that a step's processes had at once.
import type { Migration } from './migration.ts';

export const stepMemory: Migration = {
  version: 13,
  name: 'memory of steps',
  apply(tx) {
    // Null where it was over too soon, or the system does not tell.
    tx.run('ALTER TABLE noodle.pipeline_steps ADD COLUMN peak_bytes INTEGER');
  },
};
