import assert from 'node:assert/strict';
import type { Step } from '../../../agent/protocol/execution.ts';
import { ExecutionId, StepId } from '../../../agent/protocol/ids.ts';
import {
  getExecution,
  listExecutions,
  saveExecution,
  saveStep,
  unfinishedExecutions,
} from '../../../agent/store/executions.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anExecution } from '../../rig/recorded.ts';

const build = aStep('build:core', { state: 'failed', exitCode: 2, reason: 'tsc failed' });
const tests = aStep('tests:web', { needs: [build.id], state: 'skipped' });

describe('recorded executions', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('come back as they were saved, with their steps in order', () => {
    const execution = anExecution('run-1', {
      state: 'failed',
      reason: '1 test failed',
      counts: { total: 9, passed: 7, failed: 1, skipped: 1 },
      firstFailureAtMs: 412.25,
      steps: [tests, build],
    });
    db.transact((tx) => saveExecution(tx, execution));
    assert.deepEqual(getExecution(db, execution.id), execution);
  });

  it('are null when they are unknown', () => {
    assert.equal(getExecution(db, ExecutionId.parse('run-0')), null);
  });

  it('are updated, and steps that are gone with them', () => {
    db.transact((tx) =>
      saveExecution(tx, anExecution('run-1', { state: 'running', finishedAt: null, steps: [build, tests] })),
    );
    const later = anExecution('run-1', { steps: [{ ...tests, state: 'succeeded' }] });
    db.transact((tx) => saveExecution(tx, later));
    assert.deepEqual(getExecution(db, later.id), later);
  });

  it('cost nothing when nothing changed', () => {
    const execution = anExecution('run-1', { steps: [build, tests] });
    db.transact((tx) => saveExecution(tx, execution));
    const before = db.changes;
    db.transact((tx) => saveExecution(tx, execution));
    assert.equal(db.changes, before);
  });

  it('are listed the latest first', () => {
    for (const id of ['run-1', 'run-2', 'run-3']) db.transact((tx) => saveExecution(tx, anExecution(id)));
    assert.deepEqual(
      listExecutions(db, 2).map(({ id }) => id),
      ['run-3', 'run-2'],
    );
  });

  it('that did not finish are found', () => {
    const states = ['queued', 'running', 'succeeded', 'interrupted'] as const;
    for (const state of states) db.transact((tx) => saveExecution(tx, anExecution(`run-${state}`, { state })));
    assert.deepEqual(
      unfinishedExecutions(db).map(({ state }) => state),
      ['queued', 'running'],
    );
  });

  it('take single steps', () => {
    const execution = anExecution('run-1', { steps: [build] });
    db.transact((tx) => saveExecution(tx, execution));
    db.transact((tx) => saveStep(tx, execution.id, tests));
    db.transact((tx) => saveStep(tx, execution.id, { ...build, state: 'succeeded' }));
    assert.deepEqual(getExecution(db, execution.id)?.steps, [{ ...build, state: 'succeeded' }, tests]);
  });

  it('have to be there before their steps', () => {
    assert.throws(
      () => db.transact((tx) => saveStep(tx, ExecutionId.parse('run-0'), build)),
      /run-0 is not recorded yet/,
    );
  });

  it('replay to the same rows', () => {
    db.transact((tx) => saveExecution(tx, anExecution('run-1', { steps: [build, tests] })));
    db.transact((tx) => saveExecution(tx, anExecution('run-1', { steps: [tests] })));
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });
});

function aStep(id: string, more: Partial<Step>): Step {
  return {
    id: StepId.parse(id),
    name: id,
    kind: 'build',
    state: 'queued',
    needs: [],
    startedAt: 5,
    finishedAt: null,
    exitCode: null,
    reason: null,
    ...more,
  };
}
