import assert from 'node:assert/strict';
import type { Execution, Step } from '../../../agent/protocol/execution.ts';
import { ExecutionId, StepId, TestId } from '../../../agent/protocol/ids.ts';
import { saveAlert } from '../../../agent/store/alerts.ts';
import { appendAudit } from '../../../agent/store/audit.ts';
import { saveBuildResult } from '../../../agent/store/builds.ts';
import { listExecutions, saveExecution } from '../../../agent/store/executions.ts';
import { savePlan } from '../../../agent/store/plans.ts';
import { prune as pruneAll, pruneBefore, thinResults } from '../../../agent/store/retention.ts';
import { fileHistory, forgetFiles, saveTestResults, testResultsOf } from '../../../agent/store/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { aBuildResult, anAlert, anExecution, aPlan, aResult } from '../../rig/recorded.ts';

const fileId = TestId.parse('vitest:a.test.ts');

describe('retention', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('removes executions that finished before, with all that belongs to them', async () => {
    run('run-1', 1000);
    run('run-2', 2000);
    run('run-3', 3000);
    const pruned = await prune(2500);
    assert.deepEqual(pruned, { executions: 2, results: 2 });
    assert.deepEqual(ids(), ['run-3']);
    for (const table of ['pipeline_steps', 'plans', 'build_executions', 'test_executions', 'test_results']) {
      assert.deepEqual(db.all(`SELECT count(*) AS count FROM ${table}`), [{ count: 1 }], table);
    }
  });

  it('keeps the latest execution, and what did not finish', async () => {
    run('run-1', 1000, { state: 'running', finishedAt: null });
    run('run-2', 1000);
    await prune(9000);
    assert.deepEqual(ids(), ['run-2', 'run-1']);
  });

  it('keeps what was learned of files that exist', async () => {
    run('run-1', 1000);
    db.transact((tx) => saveExecution(tx, anExecution('run-2', { finishedAt: 2000 })));
    await prune(9000);
    assert.equal(fileHistory(db).get(fileId)?.runs, 1);
  });

  it('forgets files that are gone, when nothing of them is left', async () => {
    run('run-1', 1000);
    db.transact((tx) => saveExecution(tx, anExecution('run-2', { finishedAt: 2000 })));
    db.transact((tx) => forgetFiles(tx, [fileId]));
    await prune(500);
    assert.equal(fileHistory(db).size, 1);
    await prune(9000);
    assert.equal(fileHistory(db).size, 0);
    assert.deepEqual(db.all('SELECT count(*) AS count FROM test_cases'), [{ count: 0 }]);
  });

  it('removes resolved alerts and audit entries', async () => {
    const entry = { client: 'c', role: 'viewer', via: 'rest', operation: 'o', subject: null, outcome: 'ok' } as const;
    db.transact((tx) => {
      saveAlert(tx, anAlert('resolved', { state: 'resolved', resolvedAt: 1 }));
      saveAlert(tx, anAlert('firing'));
      for (const at of [1, 2, 3]) appendAudit(tx, { ...entry, at });
    });
    await prune(3);
    assert.deepEqual(db.all('SELECT id FROM alerts'), [{ id: 'firing' }]);
    assert.deepEqual(db.all('SELECT at FROM events'), [{ at: 3 }]);
  });

  it('removes a bounded number of rows a call', async () => {
    const results = Array.from({ length: 2500 }, (_, index) => aResult('a.test.ts', `case ${index}`));
    run('run-1', 1000);
    db.transact((tx) => saveTestResults(tx, ExecutionId.parse('run-1'), results, 1000));
    run('run-2', 2000);
    const first = db.transact((tx) => pruneBefore(tx, 1500));
    assert.deepEqual(first, { executions: 0, results: 2000, isComplete: false });
    assert.deepEqual(ids(), ['run-2', 'run-1']);
    await prune(1500);
    assert.deepEqual(ids(), ['run-2']);
  });

  it('goes on until nothing is left', async () => {
    for (let index = 0; index < 450; index += 1) db.transact((tx) => saveExecution(tx, anExecution(`run-${index}`)));
    assert.equal((await prune(9000)).executions, 449);
  });

  it('thins out what passed in the oldest executions, never failures or the latest execution', () => {
    for (const id of ['run-1', 'run-2', 'run-3']) {
      run(id, 1000);
      const more = [aResult('a.test.ts', 'breaks', { status: 'failed' }), aResult('a.test.ts', 'more')];
      db.transact((tx) => saveTestResults(tx, ExecutionId.parse(id), more, 1000));
    }
    const thin = (rows: number) => db.transact((tx) => thinResults(tx, { kept: 4, rows }));
    assert.equal(thin(1), 1);
    assert.equal(thin(100), 3);
    assert.deepEqual(
      ['run-1', 'run-2', 'run-3'].map((id) => testResultsOf(db, ExecutionId.parse(id)).length),
      [1, 1, 3],
    );
    assert.equal(thin(100), 0);
  });

  it('replays to the same rows', async () => {
    run('run-1', 1000);
    run('run-2', 2000);
    await prune(1500);
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });

  /** One execution with one of everything that belongs to it. */
  function run(id: string, finishedAt: number, more: Partial<Execution> = {}): void {
    const executionId = ExecutionId.parse(id);
    const step: Pick<Step, 'id' | 'name' | 'kind' | 'state' | 'needs'> = {
      id: StepId.parse('s'),
      name: 's',
      kind: 'build',
      state: 'succeeded',
      needs: [],
    };
    const times = { startedAt: 1, finishedAt: 2, exitCode: 0, reason: null };
    db.transact((tx) => {
      saveExecution(tx, anExecution(id, { finishedAt, steps: [{ ...step, ...times }], ...more }));
      savePlan(tx, executionId, aPlan(), finishedAt);
      saveBuildResult(tx, { executionId, result: aBuildResult('core'), inputs: {}, finishedAt });
      saveTestResults(tx, executionId, [aResult('a.test.ts', 'works')], finishedAt);
    });
  }

  function prune(timestamp: number): Promise<{ executions: number; results: number }> {
    return pruneAll({ transact: (work) => Promise.resolve(db.transact(work)) }, timestamp);
  }

  function ids(): string[] {
    return listExecutions(db, 9).map(({ id }) => id);
  }
});
