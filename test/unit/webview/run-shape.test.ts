// What is derived from a run: its stages, its progress, the points of the plot.
import assert from 'node:assert/strict';
import { describePoint, durationPoints, durationRows, headlineOf } from '../../../webview/charts/duration-points.ts';
import { summarizePlan } from '../../../webview/state/plan-summary.ts';
import { progressOf } from '../../../webview/state/progress.ts';
import { reduce } from '../../../webview/state/reduce.ts';
import { stagesOf } from '../../../webview/state/stages.ts';
import { initialState, type DashboardState } from '../../../webview/state/state.ts';
import { nextTickMs } from '../../../webview/state/tick.ts';
import { durations, execution, now, plan, snapshot, step, targetId } from '../../rig/dashboard-data.ts';

describe('the stages of a run', () => {
  it('are change, builds, tests and gate', () => {
    const current = {
      executionId: execution().id,
      plan: null,
      builds: new Map([[targetId('web'), 'unchanged' as const]]),
      notes: [],
    };
    const stages = stagesOf(execution(), current, now);
    const shape = stages.map(({ key, title, state, nodes }) => [
      key,
      title,
      state,
      nodes.map((node) => [node.name, node.state, node.detail]),
    ]);
    assert.deepEqual(shape, [
      ['change', 'Change', 'succeeded', [['3 files', 'succeeded', '']]],
      [
        'builds',
        'Builds',
        'succeeded',
        [
          ['core', 'succeeded', '0.8 s'],
          ['web', 'unchanged', 'unchanged'],
        ],
      ],
      ['tests', 'Tests 4/4 files', 'failed', [['vitest', 'failed', '2.8 s']]],
      ['gate', 'Gate', 'failed', [['closed', 'failed', '']]],
    ]);
  });

  it('wait where nothing has come yet', () => {
    const running = execution({
      state: 'running',
      finishedAt: null,
      finishedTests: 0,
      steps: [
        step('plan'),
        step('build:core', { state: 'running', startedAt: now - 2400, finishedAt: null }),
        step('tests:vitest', { state: 'queued', startedAt: null, finishedAt: null }),
      ],
    });
    const [, builds, tests, gate] = stagesOf(running, null, now);
    assert.deepEqual([builds?.state, builds?.nodes[0]?.detail], ['running', '2.0 s']);
    assert.deepEqual([tests?.state, tests?.title], ['queued', 'Tests 0/4 files']);
    assert.deepEqual([gate?.state, gate?.nodes[0]?.name], ['queued', 'waiting']);
  });

  it('say how long is expected, and what the longest way leads over', () => {
    const running = execution({
      state: 'running',
      finishedAt: null,
      steps: [
        step('plan'),
        step('build:core', {
          state: 'running',
          startedAt: now - 2400,
          finishedAt: null,
          expectedMs: 4000,
          isCritical: true,
        }),
        step('build:docs', { state: 'queued', startedAt: null, finishedAt: null, expectedMs: 3000 }),
      ],
    });
    const builds = stagesOf(running, null, now).find(({ key }) => key === 'builds');
    assert.deepEqual(
      builds?.nodes.map(({ name, detail, isCritical }) => [name, detail, isCritical]),
      [
        ['core', '2.0 s of about 4.0 s', true],
        ['docs', 'about 3.0 s', false],
      ],
    );
  });

  it('leave the gate undecided where a budget left tests out', () => {
    const whole = plan();
    const [, ...leftOut] = whole.tests;
    const budget = {
      kind: 'time' as const,
      target: 1000,
      leftOut,
      expectedShare: null,
      expectedMissed: null,
      missProbability: null,
      basis: '',
    };
    const run = (tests: typeof whole.tests) => ({
      executionId: execution().id,
      plan: summarizePlan(plan({ tests, budget })),
      builds: new Map(),
      notes: [],
    });
    const gate = (tests: typeof whole.tests) =>
      stagesOf(execution({ state: 'succeeded' }), run(tests), now).at(-1)?.nodes[0];
    assert.equal(gate(whole.tests.slice(0, 1))?.name, 'not decided');
    assert.equal(gate(whole.tests.slice(0, 1))?.detail, '3 test files left out by the budget');
    // What an audit ran after all is decided.
    assert.equal(gate(whole.tests)?.name, 'open');
  });

  it('give the reason of a step that was skipped', () => {
    const skipped = step('tests:vitest', {
      state: 'skipped',
      reason: 'core failed',
      startedAt: null,
      finishedAt: null,
    });
    assert.equal(stagesOf(execution({ steps: [skipped] }), null, now)[1]?.nodes[0]?.detail, 'core failed');
  });
});

describe('the progress of a run', () => {
  const running = (finishedTests: number, elapsedMs: number): DashboardState => {
    const current = execution({ state: 'running', finishedTests, startedAt: now - elapsedMs, finishedAt: null });
    const read = reduce(initialState, {
      type: 'snapshot',
      snapshot: snapshot({ current, recent: [], durations: durations(3) }),
      at: now,
    });
    return reduce(read, {
      type: 'events',
      events: [{ type: 'plan.made', executionId: current.id, plan: plan() }],
      at: now,
    });
  };

  it('expects the end from its own pace', () => {
    const progress = progressOf(running(1, 1000), now);
    assert.deepEqual(progress, {
      unit: 'test file',
      done: 1,
      total: 4,
      elapsedMs: 1000,
      remainingMs: 3000,
      isOverdue: false,
    });
  });

  it('expects what runs usually take before it has a pace, and says when it takes longer', () => {
    const usual = progressOf(running(0, 1000), now);
    assert.ok(usual !== null && usual.remainingMs !== null && usual.remainingMs > 500 && usual.remainingMs < 2500);
    assert.equal(progressOf(running(0, 60_000), now)?.isOverdue, true);
  });

  it('counts the steps of a pipeline without tests, whose end nobody can expect', () => {
    const steps = [
      step('plan'),
      step('lint', { kind: 'command' }),
      step('check', { kind: 'approval', state: 'running', finishedAt: null }),
    ];
    const current = execution({ state: 'running', steps, plannedTests: 0, finishedTests: 0, finishedAt: null });
    const state = reduce(initialState, { type: 'snapshot', snapshot: snapshot({ current, recent: [] }), at: now });
    const { unit, done, total, remainingMs } = progressOf(state, now) ?? assert.fail('nothing runs');
    assert.deepEqual({ unit, done, total, remainingMs }, { unit: 'step', done: 1, total: 2, remainingMs: null });
  });

  it('is none when nothing runs', () => {
    assert.equal(progressOf(reduce(initialState, { type: 'snapshot', snapshot: snapshot(), at: now }), now), null);
    assert.equal(progressOf(initialState, now), null);
  });

  it('ticks once a second, and rarely when nothing runs', () => {
    assert.equal(nextTickMs(running(1, 1300), now), 700);
    assert.equal(nextTickMs(initialState, now), null);
  });
});

describe('the points of the plot', () => {
  it('are described in words', () => {
    const [point] = durationPoints([
      { executionId: execution().id, at: now, durationMs: 2900, firstFailureAtMs: 400, state: 'failed' },
    ]);
    assert.match(
      point === undefined ? '' : describePoint(point, now).replaceAll('\u00a0', ' '),
      /^\d\d:\d\d · failed · 2\.9 s · first failure after 0\.4 s$/,
    );
  });

  it('have a table twin, latest first', () => {
    const rows = durationRows(durationPoints(durations(3)), now);
    assert.equal(rows.length, 3);
    assert.equal(rows[0]?.['duration'], '2.9 s');
    assert.equal(rows[1]?.['firstFailure'], '–');
  });

  it('are compared with the usual', () => {
    assert.deepEqual(headlineOf([1000, 2000, 3000, 1380]), { latest: '1.4 s', change: '−31 %', median: '1.7 s' });
    assert.deepEqual(headlineOf([1000]), { latest: '1.0 s', change: null, median: '1.0 s' });
    assert.equal(headlineOf([]), null);
  });
});
