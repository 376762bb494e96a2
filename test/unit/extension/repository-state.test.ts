import assert from 'node:assert/strict';
import type { NoodleEvent } from '../../../agent/protocol/events.ts';
import { contextValues } from '../../../extension/context-values.ts';
import {
  answerOf,
  currentExecution,
  hasTests,
  stateAfter,
  unknownState,
  type RepositoryState,
} from '../../../extension/repository.ts';
import { earlierRun, execution, executionId, plan, snapshot } from '../../rig/dashboard-data.ts';

const after = (state: RepositoryState, ...events: NoodleEvent[]) => events.reduce(stateAfter, state);
const changed = (change: Parameters<typeof execution>[0]): NoodleEvent => ({
  type: 'execution.changed',
  execution: execution(change),
});

describe('the state of a repository', () => {
  it('follows executions, the latest first', () => {
    const state = after(
      unknownState,
      { type: 'execution.changed', execution: earlierRun('run-8', 100_000) },
      changed({ state: 'running' }),
    );
    assert.deepEqual(
      state.executions.map(({ id }) => id),
      ['run-9', 'run-8'],
    );
    assert.equal(currentExecution(state)?.id, 'run-9');
  });

  it('does not let an execution that has ended begin anew', () => {
    const state = after(unknownState, changed({ state: 'failed' }), changed({ state: 'running' }));
    assert.equal(state.executions[0]?.state, 'failed');
  });

  it('keeps a bounded number of executions', () => {
    const events = Array.from({ length: 60 }, (_, index): NoodleEvent => ({
      type: 'execution.changed',
      execution: earlierRun(`run-${index}`, index * 1000),
    }));
    assert.equal(after(unknownState, ...events).executions.length, 50);
  });

  it('is about the run that goes on, though another waits that is newer', () => {
    const waiting = execution({ id: executionId('run-10'), state: 'queued', queuedAt: execution().queuedAt + 1 });
    const state = after(unknownState, changed({ state: 'succeeded' }), {
      type: 'execution.changed',
      execution: waiting,
    });
    assert.equal(currentExecution(state)?.id, 'run-10');
  });

  it('keeps the plan of the working tree apart from that of a run', () => {
    const run = executionId('run-9');
    const state = after(
      unknownState,
      { type: 'plan.updated', plan: plan() },
      { type: 'plan.made', executionId: run, plan: plan({ tests: [], skipped: { count: 3, files: [] } }) },
    );
    assert.equal(state.plan?.tests.length, 4);
    assert.deepEqual(state.runPlan, { executionId: run, skippedTests: 3, builds: 2 });
  });

  it('is the same after an event that it is not about', () => {
    assert.equal(after(unknownState, { type: 'tests.outdated', ids: [] }), unknownState);
  });

  it('says impacted tests only of the run whose plan it knows', () => {
    const known = { ...unknownState, snapshot: snapshot(), executions: [execution()] };
    assert.match(
      answerOf({ ...known, runPlan: { executionId: executionId('run-9'), skippedTests: 1, builds: 0 } }).text,
      /^1 of 9 impacted tests/,
    );
    assert.match(
      answerOf({ ...known, runPlan: { executionId: executionId('run-8'), skippedTests: 1, builds: 0 } }).text,
      /^1 of 9 tests/,
    );
  });

  it('has tests when any is planned or skipped', () => {
    assert.equal(hasTests(unknownState), false);
    assert.equal(hasTests({ ...unknownState, plan: plan() }), true);
    assert.equal(hasTests({ ...unknownState, plan: plan({ tests: [], skipped: { count: 0, files: [] } }) }), false);
  });
});

describe('the context keys', () => {
  it('call an agent connected once it was asked for everything', () => {
    const state = { ...unknownState, connection: 'connected', plan: plan() } as const;
    assert.equal(contextValues(state)['noodle.agentState'], 'starting');
    assert.equal(contextValues({ ...state, isRead: true })['noodle.agentState'], 'connected');
    assert.equal(contextValues(null)['noodle.agentState'], 'none');
  });

  it('tell what commands and views ask for', () => {
    const state = {
      ...unknownState,
      connection: 'connected',
      isRead: true,
      plan: plan(),
      snapshot: snapshot(),
      executions: [execution({ state: 'running' })],
    } as const;
    assert.deepEqual(contextValues(state), {
      'noodle.agentState': 'connected',
      'noodle.isRunning': true,
      'noodle.hasTests': true,
      'noodle.hasRun': true,
      'noodle.hasFailed': true,
    });
  });
});
