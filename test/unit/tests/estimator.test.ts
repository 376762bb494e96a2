import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { plainEstimator, type FailureEvidence } from '../../../agent/tests/estimator.ts';
import type { FileHistory } from '../../../agent/store/tests.ts';

const history = (runs: number, failures: number, lastStatus: FileHistory['lastStatus']): FileHistory => ({
  file: RepoPath.parse('test/a.test.ts'),
  runs,
  failures,
  lastStatus,
  lastRunAt: 1,
  medianMs: 10,
  p90Ms: 12,
  caseCount: 1,
});
const near: FailureEvidence = { isChanged: false, distance: 2, coChange: 0, history: null };
const logOdds = (probability: number) => Math.log(probability / (1 - probability));

describe('what moves the estimate of a test', () => {
  const movesOf = (evidence: FailureEvidence) => plainEstimator.moves?.(evidence) ?? [];

  it('adds up to the estimate, from that of a test which nothing leads to', () => {
    for (const evidence of [near, { ...near, history: history(20, 5, 'passed') }, { ...near, coChange: 0.5 }]) {
      const sum = movesOf(evidence).reduce((all, { logOdds: each }) => all + each, logOdds(0.005));
      assert.ok(Math.abs(sum - logOdds(plainEstimator.probability(evidence))) < 0.02, JSON.stringify(evidence));
    }
  });

  it('is what is known, the strongest first, of which at most three things are named', () => {
    assert.deepEqual(movesOf({ ...near, distance: null }), []);
    assert.deepEqual(
      movesOf(near).map(({ by }) => by),
      ['reach'],
    );
    const all = movesOf({ ...near, coChange: 1, history: history(4, 3, 'failed') });
    assert.equal(all.length, 3);
    const weights = all.map((move) => Math.abs(move.logOdds));
    assert.deepEqual(
      weights,
      weights.toSorted((one, other) => other - one),
    );
    assert.ok(all.every((move) => move.logOdds > 0));
  });

  it('lowers the estimate of a test that always passed', () => {
    const record = movesOf({ ...near, ranChange: true, history: history(50, 0, 'passed') }).find(
      ({ by }) => by === 'record',
    );
    assert.ok(record !== undefined && record.logOdds < 0);
  });
});
