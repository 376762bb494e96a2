import assert from 'node:assert/strict';
import { runEvidence } from '../../../agent/analytics/run-evidence.ts';
import { ExecutionId, RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { saveRegrets } from '../../../agent/store/regrets.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anExecution } from '../../rig/recorded.ts';

describe('the evidence of a run', () => {
  it('is how long it was queued, and how many test files a selection should not have left out', async () => {
    using db = await MemoryDatabase.create();
    const executionId = ExecutionId.parse('run-1');
    const test = TestId.parse('vitest:a.test.ts');
    const regret = (path: string, id = executionId) => ({ executionId: id, at: 1, test, path: RepoPath.parse(path) });
    db.transact((tx) => {
      saveExecution(tx, anExecution('run-1', { queuedAt: 1000, startedAt: 1250 }));
      saveRegrets(tx, [regret('a.ts'), regret('b.ts'), regret('c.ts', ExecutionId.parse('run-0'))]);
    });
    assert.deepEqual(runEvidence(db, executionId), { queueMs: 250, regret: 1 });
    assert.deepEqual(runEvidence(db, ExecutionId.parse('gone')), { queueMs: null, regret: 0 });
  });
});
