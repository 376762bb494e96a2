import assert from 'node:assert/strict';
import type { BuildResult } from '../../../agent/protocol/build.ts';
import { ExecutionId, RepoPath, TargetId } from '../../../agent/protocol/ids.ts';
import {
  buildDurations,
  buildQuantiles,
  buildResultsOf,
  lastSuccess,
  latestBuildResults,
  listTargets,
  saveBuildResult,
  saveTargets,
} from '../../../agent/store/builds.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { aBuildResult, anExecution, aTarget } from '../../rig/recorded.ts';

const core = TargetId.parse('core');

describe('recorded builds', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('keep targets with what they need, in order', () => {
    const web = aTarget('web', { needs: [core, TargetId.parse('api')], environment: { NODE_ENV: 'test' } });
    const targets = [aTarget('api'), aTarget('core'), web];
    db.transact((tx) => saveTargets(tx, targets));
    assert.deepEqual(listTargets(db), targets);
  });

  it('cost nothing when the targets are the same', () => {
    const targets = [aTarget('core'), aTarget('web', { needs: [core] })];
    db.transact((tx) => saveTargets(tx, targets));
    const before = db.changes;
    db.transact((tx) => saveTargets(tx, targets));
    assert.equal(db.changes, before);
  });

  it('follow a target that changes, goes and comes back, and keep its last success', () => {
    db.transact((tx) => saveTargets(tx, [aTarget('core'), aTarget('web', { needs: [core] })]));
    save('run-1', aBuildResult('core'));
    db.transact((tx) => saveTargets(tx, [aTarget('web', { command: 'make' })]));
    assert.deepEqual(listTargets(db), [aTarget('web', { command: 'make' })]);
    db.transact((tx) => saveTargets(tx, [aTarget('core')]));
    assert.deepEqual(listTargets(db), [aTarget('core')]);
    assert.equal(lastSuccess(db, core)?.executionId, 'run-1');
  });

  it('come back as they ended', () => {
    const result = aBuildResult('core', {
      status: 'failed',
      problems: [
        {
          location: { file: RepoPath.parse('a.ts'), line: 3, column: 1 },
          severity: 'error',
          message: 'no',
          code: 'TS1',
        },
      ],
      changedInputs: [RepoPath.parse('a.ts')],
    });
    save('run-1', result);
    save('run-1', aBuildResult('web'));
    assert.deepEqual(buildResultsOf(db, ExecutionId.parse('run-1')), [result, aBuildResult('web')]);
    assert.deepEqual(buildResultsOf(db, ExecutionId.parse('run-2')), []);
  });

  it('remember the inputs of the last success alone', () => {
    save('run-1', aBuildResult('core', { durationMs: 100 }), { 'a.ts': 'h1' });
    save('run-2', aBuildResult('core', { status: 'failed' }), { 'a.ts': 'h2' });
    save('run-3', aBuildResult('core', { status: 'unchanged', cached: true }), { 'a.ts': 'h1' });
    assert.deepEqual(lastSuccess(db, core), {
      fingerprint: aBuildResult('core').fingerprint,
      inputs: { 'a.ts': 'h1' },
      executionId: 'run-1',
      finishedAt: 1000,
      durationMs: 100,
    });
    assert.equal(lastSuccess(db, TargetId.parse('web')), null);
  });

  it('know the median of the successes', () => {
    for (const durationMs of [100, 900, 300]) save('run-1', aBuildResult('core', { durationMs }));
    save('run-1', aBuildResult('core', { status: 'failed', durationMs: 5 }));
    assert.deepEqual(buildDurations(db), new Map([[core, 300]]));
  });

  it('know what nine of ten successes do not exceed', () => {
    for (const durationMs of [100, 200, 300, 400, 500, 5000]) save('run-1', aBuildResult('core', { durationMs }));
    save('run-1', aBuildResult('core', { status: 'failed', durationMs: 90_000 }));
    assert.deepEqual(buildQuantiles(db), new Map([[core, { medianMs: 350, p90Ms: 2750 }]]));
  });

  it('have a latest result for each target that exists', () => {
    db.transact((tx) => saveTargets(tx, [aTarget('core')]));
    save('run-1', aBuildResult('core', { status: 'failed' }));
    save('run-1', aBuildResult('gone'));
    save('run-2', aBuildResult('core', { reason: 'mended' }));
    assert.deepEqual(latestBuildResults(db), [aBuildResult('core', { reason: 'mended' })]);
  });

  it('replay to the same rows', () => {
    db.transact((tx) => saveTargets(tx, [aTarget('web', { needs: [core] })]));
    save('run-1', aBuildResult('core'), { 'a.ts': 'h' });
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });

  function save(id: string, result: BuildResult, inputs: Record<string, string> = {}): void {
    db.transact((tx) => {
      saveExecution(tx, anExecution(id));
      saveBuildResult(tx, { executionId: ExecutionId.parse(id), result, inputs, finishedAt: 1000 });
    });
  }
});
