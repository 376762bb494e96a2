import assert from 'node:assert/strict';
import { totalsOf } from '../../../agent/pipelines/named-runs.ts';
import { anExecution } from '../../rig/recorded.ts';

describe('totals of what was named', () => {
  const lasting = (id: string, durationMs: number) =>
    anExecution(id, { state: 'succeeded', startedAt: 0, finishedAt: durationMs });

  it('have the mean of the two middle durations of an even number', () => {
    const runs = [lasting('a', 1000), lasting('b', 4000), lasting('c', 2000), lasting('d', 9000)];
    assert.deepEqual(
      [totalsOf(runs).medianMs, totalsOf(runs.slice(0, 3)).medianMs, totalsOf([]).medianMs],
      [3000, 2000, null],
    );
  });
});
