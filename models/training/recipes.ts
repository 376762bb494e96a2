// How each model is made from rows: one place, used for what is shipped, for what is held out and for local evidence.
import type { AdditiveModel } from '../runtime/additive-model.ts';
import { fitTrees, type BoostingOptions } from './boosted-trees.ts';
import { fitLogistic } from '../learning/logistic.ts';
import { joined, type Sample } from '../learning/matrix.ts';

export interface Recipe {
  readonly boosting: BoostingOptions;
  /** The penalty of the linear half; null: trees alone. */
  readonly linearPenalty: number | null;
}

export const testFailureRecipe: Recipe = {
  boosting: { trees: 60, depth: 3, learningRate: 0.1, leastRows: 50, penalty: 10 },
  linearPenalty: null,
};

export const testChangeRecipe: Recipe = {
  boosting: { trees: 80, depth: 4, learningRate: 0.1, leastRows: 60, penalty: 20 },
  linearPenalty: null,
};

export const changeRiskRecipe: Recipe = {
  boosting: { trees: 100, depth: 3, learningRate: 0.1, leastRows: 30, penalty: 5 },
  linearPenalty: 1,
};

export const buildOutcomeRecipe: Recipe = {
  boosting: { trees: 60, depth: 3, learningRate: 0.08, leastRows: 25, penalty: 5 },
  linearPenalty: 10,
};

/** A project's own builds are too few for trees of their own. */
export const localOutcomeRecipe: Recipe = {
  boosting: { trees: 0, depth: 0, learningRate: 0, leastRows: 1, penalty: 1 },
  linearPenalty: 1,
};

/** Fits the model of a recipe. With a linear half, the log odds are the mean of both halves. */
export function fitRecipe(sample: Sample, recipe: Recipe, weights?: Float32Array): AdditiveModel {
  const trees = fitTrees(sample, { ...recipe.boosting, ...(weights === undefined ? {} : { weights }) });
  const means = meansOf(sample);
  if (recipe.linearPenalty === null) return { trees, linear: { bias: 0, weights: means.map(() => 0), means } };
  const linear = fitLogistic(sample, recipe.linearPenalty);
  return {
    trees: {
      base: Math.fround(trees.base / 2),
      trees: trees.trees.map((tree) => ({ ...tree, value: tree.value.map((value) => Math.fround(value / 2)) })),
    },
    linear: {
      bias: Math.fround(linear.bias / 2),
      weights: Array.from(linear.weights, (weight) => Math.fround(weight / 2)),
      means,
    },
  };
}

/** Fits one model to several projects, each of which counts the same however long it is, within a factor of four. */
export function fitProjects(projects: readonly Sample[], recipe: Recipe): AdditiveModel {
  const all = joined(projects);
  const mean = all.labels.length / Math.max(1, projects.length);
  const weights = new Float32Array(all.labels.length);
  let row = 0;
  for (const { labels } of projects) {
    weights.fill(Math.min(2, Math.max(0.5, mean / labels.length)), row, row + labels.length);
    row += labels.length;
  }
  return fitRecipe(all, recipe, weights);
}

function meansOf({ rows }: Sample): number[] {
  const sums = new Float64Array(rows.featureCount);
  rows.values.forEach(
    (value, index) => (sums[index % rows.featureCount] = (sums[index % rows.featureCount] ?? 0) + value),
  );
  return Array.from(sums, (sum) => Math.fround(sum / Math.max(1, rows.rowCount)));
}
