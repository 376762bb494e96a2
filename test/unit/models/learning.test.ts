import assert from 'node:assert/strict';
import { contributions, probabilityOf } from '../../../models/runtime/additive-model.ts';
import { marginOf, sigmoid } from '../../../models/runtime/trees.ts';
import { fitTrees } from '../../../models/training/boosted-trees.ts';
import { fitPlatt } from '../../../models/learning/calibration.ts';
import { fitLogistic, logisticMargin } from '../../../models/learning/logistic.ts';
import { matrixOf, rowOf } from '../../../models/learning/matrix.ts';
import { randomFrom } from '../../../models/learning/metrics.ts';
import { fitRecipe } from '../../../models/training/recipes.ts';

const boosting = { trees: 30, depth: 3, learningRate: 0.3, leastRows: 5, penalty: 1 };

/** 400 rows of three features; the label is whether exactly one of the first two is above one half. */
function exclusiveOr() {
  const random = randomFrom(1);
  const rows = matrixOf(Array.from({ length: 400 }, () => [random(), random(), random()]));
  const labels = Float32Array.from({ length: 400 }, (_, index) => {
    const [one = 0, other = 0] = rowOf(rows, index);
    return Number(one > 0.5 !== other > 0.5);
  });
  return { rows, labels };
}

describe('learning', () => {
  it('finds with trees what no line can part', () => {
    const sample = exclusiveOr();
    const trees = fitTrees(sample, boosting);
    const right = sample.labels.filter(
      (label, row) => sigmoid(marginOf(trees, rowOf(sample.rows, row))) > 0.5 === (label === 1),
    );
    assert.ok(right.length > 390, `${right.length} of 400`);
  });

  it('gives the same trees for the same rows', () => {
    assert.deepEqual(fitTrees(exclusiveOr(), boosting), fitTrees(exclusiveOr(), boosting));
  });

  it('learns the base rate alone from one class, and from features that are all the same', () => {
    const rows = matrixOf(Array.from({ length: 50 }, () => [1, 2]));
    const trees = fitTrees({ rows, labels: new Float32Array(50) }, boosting);
    assert.equal(trees.trees.length, 0);
    assert.ok(sigmoid(trees.base) < 0.02);
  });

  it('finds the weights of a line', () => {
    const random = randomFrom(2);
    const rows = matrixOf(Array.from({ length: 4000 }, () => [random() * 4 - 2, random() * 4 - 2]));
    const labels = Float32Array.from({ length: 4000 }, (_, row) => {
      const [one = 0, other = 0] = rowOf(rows, row);
      return Number(random() < sigmoid(0.5 + 2 * one - other));
    });
    const model = fitLogistic({ rows, labels });
    const [first = 0, second = 0] = model.weights;
    assert.ok(
      Math.abs(model.bias - 0.5) < 0.2 && Math.abs(first - 2) < 0.25 && Math.abs(second + 1) < 0.2,
      JSON.stringify([model.bias, first, second]),
    );
    assert.equal(logisticMargin({ bias: 1, weights: Float64Array.of(2, 3) }, [1, 1]), 6);
  });

  it('takes a prediction apart exactly', () => {
    const sample = exclusiveOr();
    const model = fitRecipe(sample, { boosting, linearPenalty: 1 });
    const row = rowOf(sample.rows, 7);
    const { mean, byFeature } = contributions(model, row);
    const sum = byFeature.reduce((total, each) => total + each, mean);
    assert.ok(Math.abs(sigmoid(sum) - probabilityOf(model, row)) < 1e-6);
  });

  it('calibrates what is too sure of itself, and leaves one class alone without certainty', () => {
    const random = randomFrom(4);
    const truths = Array.from({ length: 3000 }, () => random() * 4 - 2);
    const labels = truths.map((margin) => Number(random() < sigmoid(margin)));
    const { slope } = fitPlatt(
      truths.map((margin) => sigmoid(3 * margin)),
      labels,
    );
    assert.ok(Math.abs(slope - 1 / 3) < 0.05, String(slope));
    const oneClass = fitPlatt([0.2, 0.8, 0.5], [0, 0, 0]);
    assert.ok(Number.isFinite(oneClass.slope) && Number.isFinite(oneClass.offset));
  });
});
