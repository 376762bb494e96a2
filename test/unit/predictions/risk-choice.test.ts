import assert from 'node:assert/strict';
import { compareRisk } from '../../../agent/predictions/risk-choice.ts';
import { randomFrom } from '../../../models/learning/metrics.ts';

/** Every fourth commit is blamed; what knows that rates it higher than the others, with some noise. */
function commits(count: number, knows: 'model' | 'lines' | 'both') {
  const random = randomFrom(5);
  return Array.from({ length: count }, (_, index) => {
    const isBlamed = index % 4 === 0;
    const told = Number(isBlamed) * 0.6 + 0.4 * random();
    const [one, other] = [random(), random()];
    return { isBlamed, model: knows === 'lines' ? one : told, lines: knows === 'model' ? other : told };
  });
}

describe('the choice of the rating of changes', () => {
  it('is the model where it is surely better than the number of lines', () => {
    const figures = compareRisk(commits(200, 'model'));
    assert.deepEqual([figures.by, figures.changes, figures.blamed, figures.model], ['model', 200, 50, 1]);
    assert.ok((figures.gain?.low ?? 0) > 0.2);
    assert.deepEqual(compareRisk(commits(200, 'model')), figures);
  });

  it('is the number of lines where the model is worse or no better', () => {
    const worse = compareRisk(commits(200, 'lines'));
    assert.equal(worse.by, 'lines');
    assert.match(worse.because, /^the model was not surely better than they are \(AUC lower by 0\.\d{3}, interval -/);
    assert.equal(compareRisk(commits(200, 'both')).by, 'lines');
  });

  it('is the model where too little is known here', () => {
    for (const few of [
      commits(100, 'lines'),
      commits(0, 'lines'),
      commits(200, 'lines').filter((each) => each.isBlamed),
    ]) {
      const { by, gain, because } = compareRisk(few);
      assert.deepEqual([by, gain], ['model', null]);
      assert.match(because, /do not tell the two apart/);
    }
  });
});
