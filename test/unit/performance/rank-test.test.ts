import assert from 'node:assert/strict';
import { cliffsDelta, hodgesLehmann, holm, rankTest } from '../../../agent/performance/rank-test.ts';

const to = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);
const near = (found: number, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(found - expected) < within, `${found} is not ${expected}`);

describe('the rank test', () => {
  it('is exact for few values', () => {
    // Of the 252 divisions of ten ranks two are as far apart as these.
    near(rankTest(to(5), to(5, 6)).p, 2 / 252);
    near(rankTest(to(5), to(5, 6)).leastP, 2 / 252);
    // The first has the ranks 1, 2, 4 and 6, U is 3: 7 of the 70 divisions have so small a one, 7 so great a one.
    near(rankTest([1.1, 2.2, 3.3, 4.4], [2.5, 3.5, 4.5, 5.5]).p, 14 / 70);
  });

  it('counts ties as they are', () => {
    // Doubled midranks 3,3,8 | 3,8,8 of 20 divisions: 9 with a first sum of 14, 9 with 19, one each with 9 and 24.
    near(rankTest([1, 1, 2], [1, 2, 2]).p, 1);
    near(rankTest([1, 1, 1], [2, 2, 2]).p, 2 / 20);
    near(rankTest([7, 7, 7, 7], [7, 7, 7, 7]).p, 1);
  });

  it('is close to exact where it approximates', () => {
    const values = to(62);
    const odd = values.filter((_, index) => index % 2 === 0);
    const even = values.filter((_, index) => index % 2 === 1);
    // z = (|480.5 - 465| - 0.5) / sqrt(31 · 31 · 63 / 12)
    near(rankTest(odd, even).p, 0.83276, 1e-4);
    assert.ok(rankTest(to(31), to(31, 32)).p < 1e-9);
    near(
      rankTest(
        to(40).map(() => 5),
        to(40).map(() => 5),
      ).p,
      1,
    );
  });

  it('tells how large a difference is', () => {
    assert.equal(cliffsDelta([1, 2], [3, 4]), 1);
    assert.equal(cliffsDelta([3, 4], [1, 2]), -1);
    assert.equal(cliffsDelta([1, 2], [1, 2]), 0);
    const { estimate, low, high } = hodgesLehmann(to(10), to(10, 6), 0.95);
    assert.equal(estimate, 5);
    // The 24th of the hundred ordered differences from either end: the table's value for two times ten.
    const differences = to(10)
      .flatMap((a) => to(10, 6).map((b) => b - a))
      .toSorted((a, b) => a - b);
    assert.deepEqual([low, high], [differences[23], differences[76]]);
    assert.deepEqual(hodgesLehmann([1, 2], [3, 5], 0.95), { estimate: 2.5, low: 1, high: 4 });
  });

  it('corrects for many tests', () => {
    assert.deepEqual(holm([]), []);
    holm([0.01, 0.04, 0.03, 0.005]).forEach((found, index) => near(found, [0.03, 0.06, 0.06, 0.02][index] ?? 0));
  });
});
