import assert from 'node:assert/strict';
import { savedBy } from '../../../agent/pipelines/saved-time.ts';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import { saveBuildResult } from '../../../agent/store/builds.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { saveTestResults } from '../../../agent/store/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { aBuildResult, anExecution, aPlan, aResult } from '../../rig/recorded.ts';

const cart = RepoPath.parse('src/cart.test.ts');
const user = RepoPath.parse('src/user.test.ts');
const unknown = RepoPath.parse('src/new.test.ts');

describe('the time that a plan saves', () => {
  let db: MemoryDatabase;
  beforeEach(async () => {
    db = await MemoryDatabase.create();
    const run = ExecutionId.parse('run-1');
    db.transact((tx) => {
      saveExecution(tx, anExecution(run));
      saveTestResults(
        tx,
        run,
        [
          aResult(cart, 'adds', { durationMs: 40 }),
          aResult(user, 'logs in', { durationMs: 30 }),
          aResult(user, 'logs out', { durationMs: 12 }),
        ],
        1000,
      );
      saveBuildResult(tx, {
        executionId: run,
        result: aBuildResult('core', { durationMs: 700 }),
        inputs: {},
        finishedAt: 1000,
      });
    });
  });
  afterEach(() => db[Symbol.dispose]());

  it('is what the skipped files and unchanged targets took before', () => {
    const { target, reason, fingerprint } = aBuildResult('core');
    const plan = aPlan({
      skipped: { count: 3, files: [user, unknown] },
      builds: [{ target, reason, fingerprint, cached: true }],
    });
    assert.deepEqual(savedBy(db, plan), { testsMs: 42, buildsMs: 700 });
  });

  it('is none for what runs, and for what never ran', () => {
    const { id, framework } = aResult(cart, '');
    const built = aBuildResult('core');
    const fresh = aBuildResult('web');
    const plan = aPlan({
      tests: [{ id, framework, file: cart, probability: 1, expectedMs: 40, why: [cart] }],
      skipped: { count: 1, files: [unknown] },
      builds: [built, { ...fresh, cached: true }].map(({ target, reason, fingerprint, cached }) => ({
        target,
        reason,
        fingerprint,
        cached,
      })),
    });
    assert.deepEqual(savedBy(db, plan), { testsMs: 0, buildsMs: 0 });
  });
});
