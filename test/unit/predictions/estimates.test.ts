import assert from 'node:assert/strict';
import { estimateDuration } from '../../../agent/predictions/durations.ts';
import { reasonsOf, strongest } from '../../../agent/predictions/explanation.ts';
import { estimateFailure, suiteRatesOf } from '../../../agent/predictions/failure-estimate.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { FileHistory } from '../../../agent/store/tests.ts';

const history = (runs: number, failures: number, lastStatus: FileHistory['lastStatus'] = 'passed'): FileHistory => ({
  file: RepoPath.parse('a.test.ts'),
  runs,
  failures,
  lastStatus,
  lastRunAt: 0,
  medianMs: 10,
  p90Ms: 10,
  caseCount: 1,
});
const suite = suiteRatesOf([history(100, 5), history(100, 0)]);
const probability = (distance: number | null, known: FileHistory | null, isChanged = false) =>
  estimateFailure({ isChanged, distance, history: known }, suite).probability;

describe('estimates of failures', () => {
  it('grow with nearness, with failures and with a failure last time', () => {
    assert.ok(probability(1, null) > probability(3, null));
    assert.ok(probability(3, null) > probability(null, null));
    assert.ok(probability(0, null, true) > probability(1, null));
    assert.ok(probability(1, history(20, 5)) > probability(1, history(20, 1)));
    assert.ok(probability(9, history(20, 1, 'failed')) >= 0.7);
  });

  it('do not sink a test that never failed', () => {
    assert.ok(probability(1, history(50, 0)) > 0.3 * probability(1, null));
  });

  it('stay probabilities for any record', () => {
    for (const known of [
      history(0, 0),
      history(1, 1, 'errored'),
      history(1_000_000, 1_000_000, 'timed_out'),
      history(1_000_000, 0),
    ]) {
      const value = probability(0, known, true);
      assert.ok(value > 0 && value <= 0.95, String(value));
    }
  });

  it('tell what moved them most', () => {
    const { reasons } = estimateFailure({ isChanged: false, distance: 2, history: history(4, 3) }, suite);
    assert.deepEqual(
      reasons.map((reason) => reason.words),
      ['it failed in 3 of 4 runs', 'it is 2 imports away from the change'],
    );
  });
});

describe('estimates of durations', () => {
  it('are the median and the ninth decile', () => {
    assert.deepEqual(estimateDuration([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]), {
      medianMs: 60,
      p90Ms: 100,
      runs: 11,
    });
  });

  it('are unknown without a duration', () => {
    assert.equal(estimateDuration([0, Number.NaN, -1]), null);
  });
});

describe('reasons', () => {
  it('are the three that moved most', () => {
    const weights = [0.1, -2, 0.001, 1, -0.5];
    assert.deepEqual(
      strongest(weights.map((weight) => ({ words: '', weight }))).map((reason) => reason.weight),
      [-2, 1, -0.5],
    );
    assert.deepEqual(reasonsOf([{ meaning: 'files touched' }], [1]), [
      { words: 'files touched (raises it)', weight: 1 },
    ]);
  });
});
