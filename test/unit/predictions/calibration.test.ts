import assert from 'node:assert/strict';
import { calibrationOf, type Outcome } from '../../../agent/predictions/calibration.ts';

/** Of each hundred with this estimate, so many failed. */
function results(probability: number, failed: number, count = 100): Outcome[] {
  return Array.from({ length: count }, (_, index) => ({ probability, hasFailed: index < failed }));
}

describe('calibration by what came of estimates', () => {
  it('says how often what was estimated so did fail', () => {
    const calibration = calibrationOf([...results(0.1, 2), ...results(0.5, 20)]);
    assert.ok(Math.abs((calibration?.calibrated(0.1) ?? 1) - 0.02) < 0.01);
    assert.ok(Math.abs((calibration?.calibrated(0.5) ?? 1) - 0.2) < 0.01);
    assert.deepEqual([calibration?.results, calibration?.failures], [200, 22]);
  });

  it('never falls as the estimate grows, whatever happened', () => {
    const calibration = calibrationOf([
      ...results(0.1, 20),
      ...results(0.3, 5),
      ...results(0.6, 10),
      ...results(0.9, 60),
    ]);
    const values = Array.from({ length: 101 }, (_, index) => calibration?.calibrated(index / 100) ?? -1);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    );
  });

  it('is never certain: none of hundred failed is not never', () => {
    const calibration = calibrationOf([...results(0.1, 0), ...results(0.9, 50)]);
    assert.ok((calibration?.calibrated(0.05) ?? 0) > 0);
  });

  it('is not known from few results, few failures, or one class', () => {
    assert.equal(calibrationOf(results(0.5, 10, 20)), null);
    assert.equal(calibrationOf(results(0.5, 4)), null);
    assert.equal(calibrationOf(results(0.5, 0, 1000)), null);
    assert.equal(calibrationOf([]), null);
  });

  it('leaves out what is no probability', () => {
    assert.equal(calibrationOf(results(Number.NaN, 50)), null);
    assert.equal(calibrationOf([...results(0.5, 50), ...results(7, 50)])?.results, 100);
  });
});
