// The risk of the change that an approval was asked over.
import type { Migration } from './migration.ts';

export const approvalRisk: Migration = {
  version: 12,
  name: 'the risk of a change that is approved',
  apply(tx) {
    // JSON; null of what was asked before.
    tx.run('ALTER TABLE noodle.pipeline_approvals ADD COLUMN risk TEXT');
  },
};
