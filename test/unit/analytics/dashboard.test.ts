import assert from 'node:assert/strict';
import { dashboardSnapshot } from '../../../agent/analytics/dashboard.ts';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import type { Execution } from '../../../agent/protocol/execution.ts';
import type { Plan } from '../../../agent/protocol/plan.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { savePlan } from '../../../agent/store/plans.ts';
import { saveTestResults } from '../../../agent/store/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anExecution, aPlan, aResult } from '../../rig/recorded.ts';

const cart = RepoPath.parse('src/cart.test.ts');
const source = RepoPath.parse('src/cart.ts');

describe("the dashboard's figures", () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('say of a failing test why it ran when it failed, also after runs that left it out', () => {
    const { id, framework } = aResult(cart, '');
    record(
      'run-1',
      aPlan({ tests: [{ id, framework, file: cart, probability: 0.5, expectedMs: 10, why: [source, cart] }] }),
    );
    const failed = aResult(cart, 'total > adds', { status: 'failed', message: 'expected 90, received 100' });
    db.transact((tx) => saveTestResults(tx, ExecutionId.parse('run-1'), [failed], 5000));
    record('run-2', aPlan({ skipped: { count: 1, files: [cart] } }));
    const [failing, ...others] = snapshot([]).failing;
    assert.deepEqual(others, []);
    assert.equal(failing?.name, 'src/cart.test.ts › total › adds');
    assert.equal(failing.executionId, 'run-1');
    assert.deepEqual(failing.why, [source, cart]);
  });

  it('have no reason for a failing test whose plan is recorded no more', () => {
    db.transact((tx) => {
      saveExecution(tx, anExecution('run-1'));
      saveTestResults(tx, ExecutionId.parse('run-1'), [aResult(cart, 'adds', { status: 'failed' })], 5000);
    });
    assert.deepEqual(
      snapshot([]).failing.map(({ why }) => why),
      [[]],
    );
  });

  it('show the run that is under way, else the latest', () => {
    const running = anExecution('run-2', { state: 'running', finishedAt: null });
    const ended = anExecution('run-1');
    const queued = anExecution('run-3', { state: 'queued', startedAt: null, finishedAt: null });
    assert.equal(snapshot([queued, running, ended]).current?.id, 'run-2');
    assert.equal(snapshot([ended]).current?.id, 'run-1');
    assert.equal(snapshot([]).current, null);
    assert.deepEqual(
      snapshot([queued, running, ended]).durations.map(({ executionId, durationMs }) => [executionId, durationMs]),
      [['run-1', 999]],
    );
  });

  function record(id: string, plan: Plan): void {
    db.transact((tx) => {
      saveExecution(tx, anExecution(id));
      savePlan(tx, ExecutionId.parse(id), plan, 5000);
    });
  }

  function snapshot(executions: readonly Execution[]) {
    const cost = { cpu: 0, memoryBytes: 0, databaseBytes: 0, stateBytes: 0, uptimeMs: 0 };
    const repository = { name: 'shop', root: '/shop', branch: 'main', changedFiles: 1, found: [] };
    return dashboardSnapshot({ store: db, repository, executions, cost, now: 10_000 });
  }
});
