import assert from 'node:assert/strict';
import type { NoodleEvent } from '../../../agent/protocol/events.ts';
import { reduce, type Action } from '../../../webview/state/reduce.ts';
import { currentExecution, initialState, type DashboardState } from '../../../webview/state/state.ts';
import {
  alert,
  durations,
  earlierRun,
  execution,
  executionId,
  failingTest,
  fingerprint,
  now,
  plan,
  snapshot,
  step,
  targetId,
  testId,
  testResult,
} from '../../rig/dashboard-data.ts';

const run9 = executionId('run-9');
const run10 = executionId('run-10');
const failed = failingTest().id;

function after(...actions: readonly Action[]): DashboardState {
  return actions.reduce(reduce, initialState);
}

const read: Action = { type: 'snapshot', snapshot: snapshot(), at: now };
const events = (...list: readonly NoodleEvent[]): Action => ({ type: 'events', events: list, at: now + 1000 });
const begun: NoodleEvent = {
  type: 'run.started',
  executionId: run10,
  trigger: 'watch',
  base: 'HEAD',
  branch: 'topic',
  changedFiles: 1,
};
const queued: NoodleEvent = {
  type: 'execution.changed',
  execution: execution({
    id: run10,
    state: 'running',
    queuedAt: now,
    startedAt: now,
    finishedAt: null,
    counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
  }),
};
const finished: NoodleEvent = {
  type: 'run.finished',
  executionId: run10,
  status: 'succeeded',
  reason: null,
  counts: { total: 9, passed: 9, failed: 0, skipped: 0 },
  firstFailureAtMs: null,
  durationMs: 2500,
  saved: { testsMs: 0, buildsMs: 0 },
  notes: ['the cache was empty'],
};
const result = (id: typeof failed, status: 'passed' | 'failed', executionIdOfRun = run10): NoodleEvent => ({
  type: 'test.finished',
  executionId: executionIdOfRun,
  result: testResult({ id, status, ...(status === 'failed' ? { message: 'no' } : {}) }),
});

describe('the dashboard state', () => {
  it('takes over what the agent knows', () => {
    const state = after(read);
    assert.equal(state.load.state, 'ready');
    assert.deepEqual(
      state.executions.map((each) => each.id),
      ['run-9', 'run-8', 'run-7', 'run-6', 'run-5'],
    );
    assert.equal(currentExecution(state)?.id, 'run-9');
    assert.deepEqual([...state.failing.keys()], [failed]);
  });

  it('follows a run from its start to its end', () => {
    const running = after(read, events(queued, begun, { type: 'plan.made', executionId: run10, plan: plan() }));
    assert.equal(currentExecution(running)?.id, 'run-10');
    assert.equal(running.repository?.branch, 'topic');
    assert.equal(running.current?.plan?.tests.size, 4);
    const built = reduce(
      running,
      events({
        type: 'build.finished',
        executionId: run10,
        result: {
          target: targetId('web'),
          status: 'unchanged',
          durationMs: 0,
          cached: true,
          fingerprint,
          reason: 'same',
          problems: [],
          changedInputs: [],
        },
      }),
    );
    assert.equal(built.current?.builds.get(targetId('web')), 'unchanged');
    const over = reduce(built, events(finished));
    assert.equal(currentExecution(over)?.state, 'succeeded');
    assert.equal(currentExecution(over)?.counts.passed, 9);
    assert.deepEqual(over.current?.notes, ['the cache was empty']);
    assert.equal(over.durations.length, 50, 'the oldest one makes room');
    assert.deepEqual(over.durations.at(-1), {
      executionId: run10,
      at: now + 1000,
      durationMs: 2500,
      firstFailureAtMs: null,
      state: 'succeeded',
    });
  });

  it('does not let what is over run again', () => {
    const state = after(read, events(begun, queued, finished, queued));
    assert.equal(state.executions.find((each) => each.id === run10)?.state, 'succeeded');
    const stale = step('tests:vitest', { state: 'running' });
    const stepped = reduce(state, events({ type: 'step.changed', executionId: run9, step: stale }));
    assert.equal(stepped.executions.find((each) => each.id === run9)?.steps.at(-1)?.state, 'failed');
  });

  it('keeps showing the run that began last when an older one changes', () => {
    const state = after(
      read,
      events(begun, queued, { type: 'execution.changed', execution: earlierRun('run-8', 300_000) }),
    );
    assert.equal(currentExecution(state)?.id, 'run-10');
  });

  it('keeps mended tests in their place until the next run, and adds new failures at the end', () => {
    const other = testId('vitest:test/shop.test.ts > opens');
    const state = after(read, events(queued, begun, result(other, 'failed'), result(failed, 'passed')));
    assert.deepEqual([...state.failing.keys()], [failed, other]);
    assert.deepEqual(
      [...state.failing.values()].map((item) => item.isMended),
      [true, false],
    );
    const refreshed = reduce(state, {
      type: 'snapshot',
      snapshot: snapshot({ failing: [failingTest({ id: other })] }),
      at: now,
    });
    assert.deepEqual([...refreshed.failing.keys()], [failed, other], 'reading again moves nothing');
    const next = reduce(refreshed, events({ ...begun, executionId: executionId('run-11') }));
    assert.deepEqual([...next.failing.keys()], [other]);
  });

  it('knows why and since when a test fails', () => {
    const id = testId('vitest:test/checkout.test.ts > pays');
    const state = after(
      read,
      events(queued, begun, { type: 'plan.made', executionId: run10, plan: plan() }, result(id, 'failed')),
    );
    const item = state.failing.get(id);
    assert.deepEqual(item?.why, ['src/cart.ts', 'test/checkout.test.ts']);
    assert.equal(item?.failingSince, now + 1000);
    const again = reduce(state, { ...events(result(id, 'failed')), at: now + 9000 } as Action);
    assert.equal(again.failing.get(id)?.failingSince, now + 1000, 'still the same failure');
    assert.equal(again.failing.get(id)?.history.length, 2);
  });

  it('applies a flood of results in one go', () => {
    const many = Array.from({ length: 5000 }, (_, index) => result(testId(`vitest:a.test.ts > ${index}`), 'failed'));
    assert.equal(after(read, events(queued, begun, ...many)).failing.size, 5001);
  });

  it('marks results as outdated and forgets files that are gone', () => {
    const file = testId('vitest:test/cart.test.ts');
    const outdated = after(read, events({ type: 'tests.outdated', ids: [file] }));
    assert.equal(outdated.failing.get(failed)?.isOutdated, true);
    const gone = reduce(outdated, events({ type: 'tests.changed', changed: [], removed: [file] }));
    assert.equal(gone.failing.size, 0);
  });

  it('takes alerts, notices and changes as they come', () => {
    const state = after(
      read,
      events(
        { type: 'alert.changed', alert: alert({ state: 'resolved', resolvedAt: now }) },
        { type: 'alert.changed', alert: alert({ id: 'alert-2' }) },
        { type: 'notice.raised', id: 'disk', severity: 'error', message: 'The disk is full.' },
        { type: 'notice.raised', id: 'disk', severity: 'error', message: 'The disk is still full.' },
        { type: 'workspace.changed', changedFiles: 7, branch: 'next' },
        { type: 'plan.updated', plan: plan() },
      ),
    );
    assert.deepEqual(
      state.alerts.map((each) => [each.id, each.state]),
      [
        ['alert-2', 'firing'],
        ['alert-1', 'resolved'],
        ['alert-0', 'resolved'],
      ],
    );
    assert.deepEqual(
      state.notices.map((each) => each.message),
      ['The disk is still full.'],
    );
    assert.deepEqual([state.repository?.changedFiles, state.repository?.branch], [7, 'next']);
    assert.equal(state.nextPlan?.skippedTests, 1195);
    assert.deepEqual(reduce(state, { type: 'noticeDismissed', id: 'disk' }).notices, []);
  });

  it('keeps what it shows when the connection is lost', () => {
    const state = after(
      read,
      { type: 'connection', connection: { state: 'reconnecting', attempt: 1, retryInMs: 500 } },
      {
        type: 'snapshotFailed',
        failure: { reason: 'shutting_down', message: 'gone' },
      },
    );
    assert.equal(state.load.state, 'ready');
    assert.equal(state.durations.length, durations().length);
  });

  it('does not show what was read of one run as that of another', () => {
    const results = { state: 'ready', value: { builds: [], tests: [], plan: null } } as const;
    const opened = after(read, { type: 'view', change: { openRunId: run9 } });
    assert.equal(reduce(opened, { type: 'results', executionId: run9, results }).results?.state, 'ready');
    const other = reduce(opened, { type: 'view', change: { openRunId: executionId('run-8') } });
    assert.equal(reduce(other, { type: 'results', executionId: run9, results }).results?.state, 'loading');
  });
});
