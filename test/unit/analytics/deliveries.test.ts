import assert from 'node:assert/strict';
import { deliveryMetrics } from '../../../agent/analytics/deliveries.ts';
import type { Commit, History, Tag } from '../../../agent/workspace/workspace.ts';
import { anExecution } from '../../rig/recorded.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('the four keys', () => {
  it('take each step of the main branch for a delivery, with what a merge brought along', () => {
    const metrics = of([
      commit('a', { at: 1 * dayMs, authored: 1 * dayMs - hourMs }),
      commit('b', { at: 2 * dayMs, authored: 2 * dayMs - 2 * hourMs, parents: ['a'] }),
      commit('c', { at: 1.5 * dayMs, authored: 1 * dayMs, parents: ['a'] }),
      commit('m', { at: 4 * dayMs, authored: 4 * dayMs, parents: ['b', 'c'] }),
    ]);
    assert.equal(metrics.source, 'commits');
    assert.deepEqual([metrics.deploymentFrequency.count, metrics.deploymentFrequency.value], [3, 0.3]);
    // a: 1 h, b: 2 h, c with the merge: 3 days. The merge itself changed nothing.
    assert.deepEqual([metrics.leadTime.count, metrics.leadTime.value], [3, 2 * hourMs]);
  });

  it('take version tags for deliveries where there are some', () => {
    const commits = [
      commit('a', { at: dayMs }),
      commit('b', { at: 2 * dayMs, parents: ['a'] }),
      commit('c', { at: 3 * dayMs, parents: ['b'] }),
    ];
    const metrics = of(commits, [
      { name: 'v1.0.0', commit: 'a'.repeat(40), at: 2 * dayMs },
      { name: 'v1.1.0', commit: 'c'.repeat(40), at: 6 * dayMs },
      { name: 'nightly', commit: 'b'.repeat(40), at: 5 * dayMs },
    ]);
    assert.deepEqual([metrics.source, metrics.deploymentFrequency.count, metrics.leadTime.count], ['tags', 2, 3]);
    assert.equal(metrics.leadTime.value, 3 * dayMs, 'a: 1 day, b: 4 days, c: 3 days');
  });

  it('count a delivery as failed when a later one took a commit back', () => {
    const metrics = of([
      commit('a', { at: dayMs }),
      commit('b', { at: 2 * dayMs, parents: ['a'] }),
      commit('c', { at: 2 * dayMs + 6 * hourMs, parents: ['b'], reverts: ['b'.repeat(40)] }),
      commit('d', { at: 5 * dayMs, parents: ['c'] }),
    ]);
    assert.deepEqual([metrics.changeFailureRate.value, metrics.changeFailureRate.count], [0.25, 4]);
    assert.equal(metrics.timeToRestore.value, 6 * hourMs);
    assert.equal(metrics.weekly[0]?.failed, 1);
  });

  it('measure from red to green', () => {
    const run = (id: string, state: 'failed' | 'succeeded' | 'cancelled', finishedAt: number) =>
      anExecution(id, { state, finishedAt });
    const runs = [
      run('1', 'failed', 10),
      run('2', 'failed', 20),
      run('3', 'cancelled', 25),
      run('4', 'succeeded', 40),
      run('5', 'succeeded', 50),
      run('6', 'failed', 60),
    ];
    const metrics = deliveryMetrics({
      history: { branch: null, commits: [], tags: [] },
      runs,
      since: 0,
      now: 10 * dayMs,
    });
    assert.deepEqual([metrics.timeToGreen.value, metrics.timeToGreen.count], [30, 1]);
  });

  it('say nothing of nothing', () => {
    const metrics = of([]);
    assert.deepEqual(
      [metrics.deploymentFrequency.value, metrics.leadTime.value, metrics.changeFailureRate.value],
      [0, null, null],
    );
  });
});

function commit(
  letter: string,
  {
    at,
    authored = at,
    parents = [],
    reverts = [],
  }: { at: number; authored?: number; parents?: string[]; reverts?: string[] },
): Commit {
  return {
    hash: letter.repeat(40),
    parents: parents.map((parent) => parent.repeat(40)),
    committedAt: at,
    authoredAt: authored,
    author: 'A',
    subject: letter,
    reverts,
  };
}

/** Commits as given, the oldest first. */
function of(commits: readonly Commit[], tags: readonly Tag[] = []) {
  const history: History = { branch: 'main', commits: commits.toReversed(), tags };
  return deliveryMetrics({ history, runs: [], since: 0, now: 10 * dayMs });
}
