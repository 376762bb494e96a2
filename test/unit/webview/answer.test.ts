import assert from 'node:assert/strict';
import type { Execution } from '../../../agent/protocol/execution.ts';
import { announcement, answer } from '../../../webview/state/answer.ts';
import { reduce } from '../../../webview/state/reduce.ts';
import { initialState, type DashboardState } from '../../../webview/state/state.ts';
import {
  execution,
  executionId,
  failingTest,
  now,
  plan,
  snapshot,
  step,
  testId,
  testResult,
} from '../../rig/dashboard-data.ts';

const counts = (passed: number, failed: number): Execution['counts'] => ({
  total: passed + failed,
  passed,
  failed,
  skipped: 0,
});

function showing(current: Execution, failing = [failingTest()]): DashboardState {
  const read = reduce(initialState, {
    type: 'snapshot',
    snapshot: snapshot({ current, recent: [current], failing }),
    at: now,
  });
  return reduce(read, {
    type: 'events',
    events: [{ type: 'plan.made', executionId: current.id, plan: plan() }],
    at: now,
  });
}

const textOf = (state: DashboardState): string => answer(state).text;

describe('the answer', () => {
  it('says what broke, since when and because of what', () => {
    const { tone, text, since } = answer(showing(execution()));
    assert.equal(text, '1 of 9 impacted tests fails since your change to src/cart.ts');
    assert.equal(tone, 'failed');
    assert.equal(since, now - 40_000);
  });

  it('counts several failures and the files that they come from', () => {
    const failing = ['src/cart.ts', 'src/price.ts', 'src/cart.ts'].map((file, index) =>
      failingTest({ id: testId(`vitest:test/cart.test.ts > ${index}`), why: [file, 'test/cart.test.ts'] }),
    );
    const text = textOf(showing(execution({ counts: counts(6, 3) }), failing));
    assert.equal(text, '3 of 9 impacted tests fail since your change to src/cart.ts and 1 more file');
  });

  it('tells what broke now from what failed before', () => {
    const old = failingTest({ id: testId('old'), failingSince: now - 86_400_000, why: ['src/price.ts'] });
    const both = answer(showing(execution({ counts: counts(7, 2) }), [failingTest(), old]));
    assert.equal(both.text, '2 of 9 impacted tests fail, 1 of them since your change to src/cart.ts');
    assert.equal(both.since, now - 40_000);
    const before = answer(showing(execution(), [old]));
    assert.equal(before.text, '1 of 9 impacted tests still fails');
    assert.equal(before.since, now - 86_400_000);
  });

  it('says tests, not impacted tests, of a run that left nothing out', () => {
    const state = reduce(showing(execution()), {
      type: 'events',
      events: [
        { type: 'plan.made', executionId: executionId('run-9'), plan: plan({ skipped: { count: 0, files: [] } }) },
      ],
      at: now,
    });
    assert.equal(textOf(state), '1 of 9 tests fails since your change to src/cart.ts');
  });

  it('says that all is well', () => {
    const state = showing(execution({ state: 'succeeded', counts: counts(9, 0) }), []);
    assert.deepEqual(answer(state), { tone: 'passed', text: 'All 9 impacted tests pass', since: now - 43_000 + 2900 });
    assert.equal(
      textOf(showing(execution({ state: 'succeeded', counts: counts(1, 0) }), [])),
      'The impacted test passes',
    );
    assert.equal(
      textOf(showing(execution({ state: 'succeeded', counts: counts(0, 0) }), [])),
      'The change affects no test; the builds succeed',
    );
  });

  it('does not call it well while something else still fails', () => {
    const other = failingTest({ executionId: executionId('run-3') });
    const { tone, text } = answer(showing(execution({ state: 'succeeded', counts: counts(4, 0) }), [other]));
    assert.equal(text, 'All 4 impacted tests pass, but 1 test fails since an earlier run');
    assert.equal(tone, 'failed');
  });

  it('says what a pipeline waits for, or which of its steps runs', () => {
    const check = step('check', {
      kind: 'approval',
      state: 'running',
      reason: 'waits for an approval: Deploy to production?',
    });
    const deploy = step('deploy', { kind: 'command', state: 'running' });
    const pipeline = (...steps: Execution['steps']) =>
      showing(execution({ name: 'release', state: 'running', counts: counts(0, 0), steps }), []);
    assert.equal(textOf(pipeline(check, deploy)), 'release waits for an approval: Deploy to production?');
    assert.equal(textOf(pipeline(deploy)), 'release runs deploy');
    assert.equal(textOf(pipeline(deploy, { ...deploy, name: 'lint' })), 'release runs deploy and 1 other step');
    assert.equal(textOf(pipeline(deploy, step('tests:mocha', { state: 'running' }))), 'Running, nothing fails so far');
  });

  it('speaks of a single test in the singular', () => {
    const state = showing(execution({ state: 'succeeded', counts: counts(1, 0) }));
    assert.equal(textOf(state), 'The impacted test passes, but 1 test fails since an earlier run');
  });

  it('names a build that broke', () => {
    const steps = [step('plan'), step('build:core', { state: 'failed', exitCode: 2 })];
    assert.equal(textOf(showing(execution({ counts: counts(0, 0), steps }), [])), 'The build of core fails');
  });

  it('tells of a pipeline that did something without tests by its name', () => {
    const did = [step('plan'), step('deploy', { kind: 'command', state: 'succeeded' })];
    const run = { name: 'release', state: 'succeeded', counts: counts(0, 0) } as const;
    assert.equal(textOf(showing(execution({ ...run, steps: did }), [])), 'release succeeded');
    const nothingDone = [step('plan'), step('deploy', { kind: 'command', state: 'skipped' })];
    assert.match(textOf(showing(execution({ ...run, steps: nothingDone }), [])), /^The change affects no test/);
  });

  it('follows a run', () => {
    const running = { state: 'running', finishedAt: null, counts: counts(0, 0), finishedTests: 0 } as const;
    const first = reduce(initialState, {
      type: 'snapshot',
      snapshot: snapshot({ current: execution({ ...running, plannedTests: 0 }), recent: [], failing: [] }),
      at: now,
    });
    assert.equal(textOf(first), 'Working out what the change can affect');
    assert.equal(textOf(showing(execution(running), [])), 'Running, no result yet');
    const some = { ...running, finishedTests: 2, counts: counts(5, 0) };
    assert.equal(textOf(showing(execution(some), [])), 'Running, nothing fails so far');
    assert.equal(textOf(showing(execution(some))), '1 test fails so far since your change to src/cart.ts');
  });

  it('gives the reason of a run that did not end', () => {
    const text = (state: Execution['state'], reason: string): string =>
      textOf(showing(execution({ state, reason }), []));
    assert.equal(text('cancelled', 'a newer change'), 'The run was cancelled: a newer change');
    assert.equal(
      text('timed_out', 'no output for 300 s'),
      'The run took too long and was stopped: no output for 300 s',
    );
    assert.equal(text('interrupted', 'the agent ended'), 'The run was interrupted: the agent ended');
  });

  it('tells of a test that was mended', () => {
    const { id } = failingTest();
    const state = reduce(showing(execution({ state: 'succeeded', counts: counts(9, 0) })), {
      type: 'events',
      events: [{ type: 'test.finished', executionId: executionId('run-9'), result: testResult({ id }) }],
      at: now,
    });
    assert.equal(textOf(state), 'All 9 impacted tests pass; 1 test mended');
  });

  it('is announced in quarters while a run goes on', () => {
    const at = (finishedTests: number): string =>
      announcement(showing(execution({ state: 'running', finishedTests, plannedTests: 8 }), []));
    assert.deepEqual([1, 2, 3, 8].map(at), [
      'Running, 0 % done',
      'Running, 25 % done',
      'Running, 25 % done',
      'Running, 100 % done',
    ]);
    assert.equal(announcement(initialState), 'Nothing has run yet.');
  });
});
