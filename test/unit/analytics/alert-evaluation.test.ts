import assert from 'node:assert/strict';
import { firingMessage, type Condition } from '../../../agent/analytics/alert-evaluation.ts';

describe('alert rules', () => {
  const slower: Condition = { kind: 'slower', factor: 3, window: 5, leastMs: 1000 };
  const share: Condition = { kind: 'share', above: 0.6, window: 5 };

  it('fires when the last value is far above the median of those before it, and says by how much', () => {
    assert.equal(firingMessage(slower, [4000, 1000, 1000, 1000, 1000, 1000]), 'the last run took 4.0 s; the median of the 5 before it is 1.0 s');
  });

  it('stays silent below the factor, below the least duration, and without enough history', () => {
    assert.equal(firingMessage(slower, [3000, 1000, 1000, 1000, 1000, 1000]), null);
    assert.equal(firingMessage(slower, [900, 10, 10, 10, 10, 10]), null);
    assert.equal(firingMessage(slower, [9000, 1000, 1000, 1000, 1000]), null);
    assert.equal(firingMessage(slower, []), null);
  });

  it('fires on a share of failures above its bound, over a full window alone', () => {
    assert.equal(firingMessage(share, [1, 1, 1, 0, 1]), '4 of the last 5 runs failed');
    assert.equal(firingMessage(share, [1, 1, 1, 0, 0]), null);
    assert.equal(firingMessage(share, [1, 1, 1, 1]), null);
  });
});
