// Where the output of a build came from, and what few builds have to tell: class of failure, recovery, undeclared reads.
import type { Migration } from './migration.ts';

export const buildDetails: Migration = {
  version: 3,
  name: 'build details',
  apply(tx) {
    tx.run('ALTER TABLE noodle.build_executions ADD COLUMN cache_source TEXT');
    tx.run('ALTER TABLE noodle.build_executions ADD COLUMN details TEXT');
  },
};
