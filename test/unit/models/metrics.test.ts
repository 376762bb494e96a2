import assert from 'node:assert/strict';
import { apfdc, auc, bootstrapMean, calibrationError, randomFrom } from '../../../models/learning/metrics.ts';

const test = (duration: number, isFault = false) => ({ duration, isFault });

describe('metrics', () => {
  describe('apfdc', () => {
    it('is as computed by hand', () => {
      // Total 10; the fault's test takes 2 and starts after 3: (10 − 3 − 1) / 10.
      assert.equal(apfdc([test(3), test(2, true), test(5)]), 0.6);
      // Two faults: (10 − 1) + (10 − 2 − 4) = 13, of 10 × 2.
      assert.equal(apfdc([test(2, true), test(8, true)]), 0.65);
    });

    it('counts tests when none takes any time', () => {
      assert.equal(apfdc([test(0), test(0, true)]), 0.25);
    });

    it('says nothing of a cycle without failures', () => {
      assert.equal(apfdc([test(1), test(2)]), null);
    });
  });

  describe('auc', () => {
    it('is the share of pairs in the right order, ties counting half', () => {
      assert.equal(auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
      assert.equal(auc([1, 1, 1], [0, 1, 1]), 0.5);
    });

    it('says nothing with one class only', () => {
      assert.equal(auc([0.1, 0.2], [1, 1]), null);
    });
  });

  it('measures how far probabilities are from what happens', () => {
    assert.equal(calibrationError([0.5, 0.5], [0, 1], 1), 0);
    assert.ok(Math.abs(calibrationError([0.2, 0.2, 0.9, 0.9], [0, 0, 1, 1], 2) - 0.15) < 1e-12);
  });

  it('gives an interval around the mean, the same each time', () => {
    const first = bootstrapMean([1, 2, 3, 4]);
    assert.deepEqual(bootstrapMean([1, 2, 3, 4]), first);
    assert.equal(first?.mean, 2.5);
    assert.ok((first?.low ?? 9) < 2.5 && (first?.high ?? 0) > 2.5);
    assert.equal(bootstrapMean([]), null);
  });

  it('draws the same numbers for the same seed', () => {
    const [one, other] = [randomFrom(3), randomFrom(3)];
    assert.deepEqual([one(), one()], [other(), other()]);
  });
});
