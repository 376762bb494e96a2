import assert from 'node:assert/strict';
import type { Execution } from '../../../agent/protocol/execution.ts';
import { runNodes } from '../../../extension/views/run-nodes.ts';
import { earlierRun, execution, step } from '../../rig/dashboard-data.ts';

const only = (change: Partial<Execution>) => {
  const [node] = runNodes([execution(change)]);
  assert.ok(node);
  return node;
};
const none = { total: 0, passed: 0, failed: 0, skipped: 0 };

describe('the runs as a tree', () => {
  it('says how a run ended, how long it took and for how many files', () => {
    const node = only({});
    assert.equal(node.label, '1 test failed');
    assert.match(node.description, /^Impacted tests · 2\.9 s · 3 files · /);
    assert.deepEqual([node.icon, node.colour], ['error', 'testing.iconFailed']);
  });

  it('keeps the order of the agent', () => {
    assert.deepEqual(
      runNodes([execution(), earlierRun('run-8', 1), earlierRun('run-7', 2)]).map(({ id }) => id),
      ['run-9', 'run-8', 'run-7'],
    );
  });

  it('counts while a run goes on', () => {
    assert.equal(only({ state: 'running', finishedTests: 2, counts: none }).label, '2/4');
    assert.equal(only({ state: 'running', plannedTests: 0, finishedTests: 0, counts: none }).label, 'planning');
  });

  it('names every other end by its state', () => {
    const labels = (['queued', 'cancelled', 'timed_out', 'interrupted', 'skipped'] as const).map(
      (state) => only({ state, counts: none }).label,
    );
    assert.deepEqual(labels, ['queued', 'cancelled', 'timed out', 'interrupted', 'skipped']);
    assert.equal(only({ state: 'failed', counts: none }).label, 'failed');
    assert.equal(only({ state: 'succeeded', counts: none }).label, 'nothing to test');
  });

  it('says that a pipeline waits for an approval, and counts no waiting as work', () => {
    const asking = step('check', { kind: 'approval', state: 'running', startedAt: 1000, finishedAt: null });
    const built = step('build', { kind: 'command', startedAt: 0, finishedAt: 1000 });
    const running = only({ state: 'running', startedAt: 0, finishedAt: null, counts: none, steps: [built, asking] });
    assert.equal(running.label, 'waits for an approval');
    const answered = { ...asking, state: 'succeeded', finishedAt: 61_000 } as const;
    const ended = only({
      state: 'succeeded',
      startedAt: 0,
      finishedAt: 61_000,
      counts: none,
      steps: [built, answered],
    });
    assert.equal(ended.label, '2 steps');
    assert.match(ended.description, / · 1\.0 s · /);
  });

  it('gives the reason where there is one', () => {
    assert.match(
      only({ state: 'interrupted', reason: 'the agent ended' }).tooltip,
      /Impacted tests: interrupted\nthe agent ended\n/,
    );
  });

  it('has a line for each step', () => {
    const steps = only({
      steps: [step('build:core'), step('tests:vitest', { state: 'timed_out', reason: 'no output for 300 s' })],
    }).children;
    assert.deepEqual(
      steps.map(({ label, description }) => [label, description]),
      [
        ['core', '0.8 s'],
        ['vitest', '0.8 s · no output for 300 s'],
      ],
    );
    assert.equal(steps[1]?.stepId, 'tests:vitest');
  });

  it('says of each what can be done with it', () => {
    const kinds = (change: Partial<Execution>) => {
      const node = only({
        ...change,
        steps: [step('plan'), step('a', change.state === 'running' ? { state: 'running' } : {})],
      });
      return [node.kind, ...node.children.map(({ kind }) => kind)];
    };
    assert.deepEqual(kinds({ state: 'failed', kind: 'pipeline' }), ['pipelineUnsuccessful', 'step', 'stepEnded']);
    assert.deepEqual(kinds({ state: 'succeeded', kind: 'pipeline' }), ['pipelineEnded', 'step', 'stepEnded']);
    assert.deepEqual(kinds({ state: 'running', kind: 'pipeline' }), ['pipelineUnfinished', 'step', 'step']);
    assert.deepEqual(kinds({ state: 'running', kind: 'tests' }), ['runUnfinished', 'step', 'step']);
    assert.deepEqual(kinds({ state: 'failed', kind: 'tests' }), ['run', 'step', 'step']);
    const ofTheMainJob = only({ kind: 'pipeline', state: 'failed', steps: [step('plan'), step('tests:vitest')] });
    assert.deepEqual([ofTheMainJob.kind, ofTheMainJob.children[1]?.kind], ['run', 'step']);
    const waiting = only({
      kind: 'pipeline',
      state: 'running',
      steps: [step('ask', { kind: 'approval', state: 'running' })],
    });
    assert.equal(waiting.children[0]?.kind, 'stepWaiting');
  });
});
