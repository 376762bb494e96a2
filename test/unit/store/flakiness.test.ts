import assert from 'node:assert/strict';
import { ExecutionId } from '../../../agent/protocol/ids.ts';
import type { TestStatus } from '../../../agent/protocol/test.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { disagreementsAt, saveRunInputs } from '../../../agent/store/flakiness.ts';
import { saveTestResults } from '../../../agent/store/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anExecution, aResult } from '../../rig/recorded.ts';

describe('results with equal files', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  function run(id: string, inputs: string, status: TestStatus): void {
    const executionId = ExecutionId.parse(id);
    db.transact((tx) => {
      saveExecution(tx, anExecution(id));
      saveTestResults(tx, executionId, [aResult('test/a.js', 'adds', { status })], 1);
      saveRunInputs(tx, executionId, inputs);
    });
  }

  it('differ where a test both passed and failed with them', () => {
    run('run-1', 'same', 'passed');
    run('run-2', 'same', 'failed');
    const [found, ...others] = disagreementsAt(db, 'same');
    assert.deepEqual([found?.trials, found?.failures, others], [2, 1, []]);
  });

  it('do not differ because the test failed with other files', () => {
    run('run-1', 'mended', 'passed');
    run('run-2', 'broken', 'failed');
    run('run-3', 'mended', 'passed');
    assert.deepEqual(disagreementsAt(db, 'mended'), []);
    assert.deepEqual(disagreementsAt(db, 'broken'), []);
  });
});
