// Which generated tests are kept.
import assert from 'node:assert/strict';
import { chooseTests, spread } from '../../../../agent/tests/generation/selection.ts';

function gain(lines: readonly number[], faults: readonly number[], rank = 1) {
  return { lines: new Set(lines), faults: new Set(faults), rank };
}

describe('the choice of generated tests', () => {
  it('takes what adds most, then what adds most to it, and nothing that adds nothing', () => {
    const kept = chooseTests([gain([1], [1]), gain([1, 2], [1, 2]), gain([], [3]), gain([2], [])]);
    assert.deepEqual(kept, [
      { index: 1, lines: [1, 2], faults: [1, 2] },
      { index: 2, lines: [], faults: [3] },
    ]);
  });

  it('prefers the lower rank among those that add the same', () => {
    assert.deepEqual(
      chooseTests([gain([], [1], 2), gain([], [1], 0), gain([], [1], 1)]).map(({ index }) => index),
      [1],
    );
  });

  it('keeps nothing where the existing tests have it all', () => {
    assert.deepEqual(chooseTests([gain([], []), gain([], [])]), []);
  });

  it('spreads what is too much', () => {
    assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6, 7], 4), [0, 2, 4, 6]);
    assert.deepEqual(spread([0, 1], 4), [0, 1]);
  });
});
