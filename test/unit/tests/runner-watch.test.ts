import assert from 'node:assert/strict';
import { RunnerWatch } from '../../../agent/tests/runner-watch.ts';

function watched(steps: readonly (readonly [at: number, file: string, durationMs: number])[], endMs: number) {
  let now = 1000;
  const watch = new RunnerWatch({ monotonicMs: () => now });
  for (const [at, file, durationMs] of steps) {
    now = 1000 + at;
    watch.result({ file, durationMs });
  }
  now = 1000 + endMs;
  return watch.measured();
}

describe('what a runner takes besides its tests', () => {
  it('is the time to its first test, and for each further file what is left over', () => {
    assert.deepEqual(
      watched(
        [
          [600, 'a', 100],
          [900, 'b', 100],
        ],
        900,
      ),
      { startMs: 500, fileMs: 200, pace: 1 },
    );
  });

  it('is all start where one file ran', () => {
    assert.deepEqual(watched([[600, 'a', 100]], 700), { startMs: 600, fileMs: 0, pace: 1 });
  });

  it('is a pace below one where tests ran at once', () => {
    assert.deepEqual(
      watched(
        [
          [600, 'a', 500],
          [600, 'b', 500],
        ],
        600,
      ),
      { startMs: 100, fileMs: 0, pace: 0.5 },
    );
  });

  it('is not known where no test was reported', () => {
    assert.equal(watched([], 100), null);
  });
});
