import assert from 'node:assert/strict';
import { compareBuilds, historyEstimates } from '../../../agent/predictions/build-choice.ts';

/** Every third build fails. */
function judged(count: number, model: (hasFailed: boolean) => number | null) {
  return Array.from({ length: count }, (_, index) => {
    const hasFailed = index % 3 === 0;
    return { hasFailed, history: 0.3, model: model(hasFailed) };
  });
}

describe('the choice of the estimate of failing builds', () => {
  it('is the model where it is surely better, with both beside each other', () => {
    const figures = compareBuilds(
      judged(90, (hasFailed) => (hasFailed ? 0.8 : 0.1)),
      null,
    );
    assert.equal(figures.by, 'model');
    assert.deepEqual([figures.builds, figures.failures, figures.model?.auc, figures.history.auc], [90, 30, 1, 0.5]);
    assert.ok((figures.gain?.low ?? 0) > 0);
  });

  it('is the history where the model is worse, was refused, or too little is recorded', () => {
    const wrong = compareBuilds(
      judged(90, (hasFailed) => (hasFailed ? 0.1 : 0.8)),
      null,
    );
    assert.equal(wrong.by, 'history');
    assert.match(wrong.because, /^the model was not surely better in 90 recorded builds \(log loss \d\.\d{3} higher/);
    const refused = compareBuilds(
      judged(90, () => null),
      'it is damaged',
    );
    assert.deepEqual([refused.by, refused.model, refused.gain], ['history', null, null]);
    assert.match(refused.because, /it is damaged/);
    const few = compareBuilds(
      judged(39, (hasFailed) => (hasFailed ? 1 : 0)),
      null,
    );
    assert.match(few.because, /39 recorded builds with 13 failures do not tell the two apart/);
    const oneKind = judged(90, () => 0.1).map((each) => ({ ...each, hasFailed: false }));
    assert.equal(compareBuilds(oneKind, null).by, 'history');
    assert.equal(compareBuilds([], null).by, 'history');
  });

  it('knows of each build what had ended when it began, the latest first, of its target alone', () => {
    const build = (change: string, startedAt: number, endedAt: number, hasFailed: boolean) => ({
      ...{ change, branch: '', number: 1, head: `${change}${startedAt}`, trunk: '' },
      ...{ startedAt, endedAt, hasFailed },
    });
    const seen: string[][] = [];
    historyEstimates(
      [
        build('a', 0, 10, true),
        build('b', 1, 2, true),
        build('a', 5, 8, false),
        build('a', 9, 12, false),
        build('a', 20, 21, true),
      ],
      (outcomes) => {
        seen.push(outcomes.map(({ fingerprint, hasFailed }) => `${fingerprint} ${hasFailed ? 'failed' : 'passed'}`));
        return 0.5;
      },
    );
    assert.deepEqual(seen, [[], [], [], ['a5 passed'], ['a9 passed', 'a0 failed', 'a5 passed']]);
  });
});
