import assert from 'node:assert/strict';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import type { Plan } from '../../../agent/protocol/plan.ts';
import { saveBuildResult } from '../../../agent/store/builds.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { getPlan, latestPlanWith, savedTime, savePlan } from '../../../agent/store/plans.ts';
import { saveTestResults } from '../../../agent/store/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { aBuildResult, anExecution, aPlan, aResult } from '../../rig/recorded.ts';

const cart = RepoPath.parse('src/cart.test.ts');
const user = RepoPath.parse('src/user.test.ts');

describe('recorded plans', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('come back as they were made', () => {
    const plan = aPlan({
      changes: [{ path: RepoPath.parse('src/cart.ts'), kind: 'modified', lines: [[3, 5]] }],
      tests: [planned(aResult(cart, ''))],
      skipped: { count: 12, files: [user] },
      notes: ['no build targets'],
    });
    record('run-1', plan);
    assert.deepEqual(getPlan(db, ExecutionId.parse('run-1')), plan);
    assert.equal(getPlan(db, ExecutionId.parse('run-2')), null);
  });

  it('are found by what they selected, skipped or built', () => {
    record('run-1', aPlan({ tests: [planned(aResult(user, ''))] }));
    record('run-2', aPlan({ tests: [planned(aResult(cart, ''))], skipped: { count: 1, files: [user] } }));
    const { target, reason, fingerprint, cached } = aBuildResult('core');
    record('run-3', aPlan({ builds: [{ target, reason, fingerprint, cached }] }));
    const runOf = (subject: string) => latestPlanWith(db, subject)?.executionId ?? null;
    assert.equal(runOf(cart), 'run-2');
    assert.equal(runOf(`vitest:${cart}`), 'run-2');
    assert.equal(runOf(`vitest:${cart} > total > adds`), 'run-2');
    assert.equal(runOf(user), 'run-2');
    assert.equal(runOf(`vitest:${user} > logs in`), 'run-2');
    assert.equal(runOf('core'), 'run-3');
    assert.equal(runOf('src/cart'), null);
    assert.equal(latestPlanWith(db, 'core')?.at, 5000);
  });

  it('tell what they saved: the medians of the files that were skipped, and of unchanged targets', () => {
    record('run-1', aPlan());
    const run = ExecutionId.parse('run-1');
    const results = [
      aResult(user, 'logs in', { durationMs: 30 }),
      aResult(user, 'logs out', { durationMs: 12 }),
      aResult(cart, 'adds'),
    ];
    db.transact((tx) => saveTestResults(tx, run, results, 1000));
    const built = { inputs: {}, finishedAt: 2000 };
    db.transact((tx) =>
      saveBuildResult(tx, { executionId: run, result: aBuildResult('core', { durationMs: 700 }), ...built }),
    );
    record('run-2', aPlan({ skipped: { count: 2, files: [user] } }));
    const unchanged = aBuildResult('core', { status: 'unchanged', cached: true, durationMs: 1 });
    db.transact((tx) =>
      saveBuildResult(tx, { executionId: ExecutionId.parse('run-2'), result: unchanged, ...built, finishedAt: 6000 }),
    );
    assert.deepEqual(savedTime(db, 0), { testsMs: 42, buildsMs: 700 });
    assert.deepEqual(savedTime(db, 7000), { testsMs: 0, buildsMs: 0 });
  });

  it('replay to the same rows', () => {
    record('run-1', aPlan({ skipped: { count: 2, files: [user, cart] } }));
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });

  function record(id: string, plan: Plan): void {
    db.transact((tx) => {
      saveExecution(tx, anExecution(id));
      savePlan(tx, ExecutionId.parse(id), plan, 5000);
    });
  }
});

function planned({ id, file, framework }: ReturnType<typeof aResult>): Plan['tests'][number] {
  return { id, file, framework, probability: 0.5, expectedMs: 10, why: ['src/cart.ts', file] };
}
