import assert from 'node:assert/strict';
import { durationFigures } from '../../../agent/predictions/duration-figures.ts';
import { ExecutionId, TestId } from '../../../agent/protocol/ids.ts';

/** One test in as many cycles, expected to take 100 ms at most 150. */
function cycles(durationsMs: readonly number[]) {
  return durationsMs.map((durationMs, at) => ({
    executionId: ExecutionId.parse(`run-${at}`),
    at,
    tests: [
      {
        ...{ id: TestId.parse('mocha:a.js'), probability: 0.1, expectedMs: 100, p90Ms: 150, durationMs },
        ...{ distance: 1, hasFailed: false },
      },
    ],
  }));
}

describe('expected durations', () => {
  it('are better than the run before where that jumps about them', () => {
    const figures = durationFigures(cycles(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 50 : 200))));
    assert.equal(figures?.results, 39);
    assert.ok(Math.abs((figures?.factor ?? 0) - 2) < 1e-9);
    assert.ok(Math.abs((figures?.lastFactor ?? 0) - 4) < 1e-9);
    assert.ok((figures?.gain.low ?? 0) > 0.6);
    assert.ok(Math.abs((figures?.withinP90 ?? 0) - 19 / 39) < 1e-9);
  });

  it('are not known before a test ran twice, and stay numbers where none was measured', () => {
    assert.equal(durationFigures([]), null);
    assert.equal(durationFigures(cycles([100])), null);
    assert.ok(Number.isFinite(durationFigures(cycles([0, 0, 0]))?.factor));
  });
});
