import assert from 'node:assert/strict';
import {
  blendedContributions,
  blendedMargin,
  blendedProbability,
  fitLocalModel,
  localWeight,
} from '../../../agent/predictions/local-model.ts';
import { matrixOf } from '../../../models/learning/matrix.ts';
import { randomFrom } from '../../../models/learning/metrics.ts';

const features = [{ name: 'signal' }, { name: 'noise' }];

/** The label follows the first feature; what ships knows nothing of it. */
function evidence(count: number, labelOf = (signal: number, chance: number) => Number(signal + 0.3 * chance > 0.65)) {
  const random = randomFrom(3);
  const rows = Array.from({ length: count }, () => [random(), random()]);
  return {
    name: 'change-risk',
    features,
    sample: { rows: matrixOf(rows), labels: Float32Array.from(rows, ([signal = 0]) => labelOf(signal, random())) },
    shipped: new Float32Array(count).fill(0.5),
  };
}

describe('a model of the repository itself', () => {
  it('learns what the shipped one does not know, and says how much better it is on later outcomes', () => {
    const fitted = fitLocalModel(evidence(400), 1);
    assert.ok(fitted.ok);
    const { figures, version } = fitted.model;
    assert.match(version, /^[0-9a-f]{12}$/);
    assert.ok((figures.auc ?? 0) > 0.85, String(figures.auc));
    assert.equal(figures.shippedAuc, 0.5);
    assert.ok((figures.gain?.low ?? 0) > 0);
    assert.ok(blendedProbability(fitted.model, [0.95, 0.5], 0.5) > blendedProbability(fitted.model, [0.05, 0.5], 0.5));
  });

  it('is the same for the same records, whenever it is made', () => {
    const [one, other] = [fitLocalModel(evidence(100), 1), fitLocalModel(evidence(100), 2)];
    assert.ok(one.ok && other.ok);
    assert.equal(one.model.version, other.model.version);
  });

  it('is not made from few outcomes, or from outcomes of one kind', () => {
    const few = fitLocalModel(evidence(49), 1);
    assert.deepEqual(few, { ok: false, because: 'only 49 outcomes are recorded, 50 are needed' });
    assert.equal(
      fitLocalModel(
        evidence(200, () => 0),
        1,
      ).ok,
      false,
    );
  });

  it('is not surely better where there is nothing to learn', () => {
    const random = randomFrom(9);
    const fitted = fitLocalModel(
      evidence(2000, () => Number(random() > 0.5)),
      1,
    );
    assert.ok(fitted.ok && (fitted.model.figures.gain?.low ?? 1) <= 0);
  });

  it('weighs n/(n+500), and its contributions say what moved the blend', () => {
    const model = { rows: 500, bias: 1, weights: [2, 0] };
    assert.equal(localWeight(model), 0.5);
    assert.equal(blendedMargin(model, [1, 9], 0.5), 1.5);
    const fitted = fitLocalModel(evidence(500), 1);
    assert.ok(fitted.ok);
    const [signal = 0, noise = 0] = blendedContributions(fitted.model, [1, 0.5], [0, 0]);
    assert.ok(Math.abs(signal) > Math.abs(noise));
  });
});
