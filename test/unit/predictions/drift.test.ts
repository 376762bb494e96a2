import assert from 'node:assert/strict';
import { driftSince } from '../../../agent/predictions/drift.ts';
import type { RecordedCycle } from '../../../agent/predictions/recorded-cycles.ts';
import { ExecutionId, TestId } from '../../../agent/protocol/ids.ts';

/** One run of four tests, one of which was thought likely to fail. */
function cycle(at: number, failing: 'as estimated' | 'against the estimate' | 'nothing'): RecordedCycle {
  const tests = ['a', 'b', 'c', 'd'].map((name, index) => ({
    id: TestId.parse(`mocha:${name}.test.js`),
    probability: index === 0 ? 0.7 : 0.02,
    expectedMs: 10,
    durationMs: 10,
    p90Ms: null,
    distance: 1,
    hasFailed: (failing === 'as estimated' && index === 0) || (failing === 'against the estimate' && index > 0),
  }));
  return { executionId: ExecutionId.parse(`run-${at}`), at, tests };
}

const usual = Array.from({ length: 30 }, (_, at) => cycle(at, at % 5 === 0 ? 'nothing' : 'as estimated'));
const learnedAt = 29;

describe('drift of estimates', () => {
  it('is seen within a few runs that end against them', () => {
    const after = [30, 31, 32].map((at) => cycle(at, 'against the estimate'));
    const { hasDrifted, because } = driftSince([...usual, ...after], learnedAt);
    assert.equal(hasDrifted, true);
    assert.match(because, /^estimates are worse than before: log loss 3\.\d+ in 3 runs, 0\.\d+ in 30 before/);
  });

  it('is not seen in runs that end as before, nor in one bad run', () => {
    const after = Array.from({ length: 30 }, (_, index) =>
      cycle(30 + index, index % 5 === 0 ? 'nothing' : 'as estimated'),
    );
    assert.equal(driftSince([...usual, ...after], learnedAt).hasDrifted, false);
    assert.equal(driftSince([...usual, cycle(30, 'against the estimate'), ...after], learnedAt).hasDrifted, false);
  });

  it('is over when it was learned from', () => {
    const after = [30, 31, 32].map((at) => cycle(at, 'against the estimate'));
    const { hasDrifted, because } = driftSince([...usual, ...after], 32);
    assert.deepEqual([hasDrifted, because], [false, 'no run ended since the last learning']);
  });

  it('cannot be told with little on record, and says so', () => {
    assert.equal(driftSince(usual, null).because, 'nothing was learned here yet');
    const few = driftSince(usual, 4);
    assert.deepEqual(few, {
      hasDrifted: false,
      because: 'only 5 runs before the last learning can be compared with, 20 are needed',
    });
  });

  it('takes runs in which all estimates were the same, certain and right', () => {
    const sure = Array.from({ length: 25 }, (_, at) => {
      const { tests, ...rest } = cycle(at, 'nothing');
      return { ...rest, tests: tests.map((test) => ({ ...test, probability: 0 })) };
    });
    assert.equal(driftSince(sure, 20).hasDrifted, false);
  });

  it('is not seen when the clock was set back: what is dated before the last learning counts as earlier', () => {
    const back = [3, 4, 5].map((at) => cycle(at, 'against the estimate'));
    const { hasDrifted, because } = driftSince([...usual, ...back], learnedAt);
    assert.deepEqual([hasDrifted, because], [false, 'no run ended since the last learning']);
  });
});
