// What every model of ours is: boosted trees plus a linear part, added up as log odds. Each prediction can be taken apart again.
import { z } from 'zod';
import { contributionsOf, marginOf, sigmoid, TreeEnsemble } from './trees.ts';

export const AdditiveModel = z.object({
  trees: TreeEnsemble,
  linear: z.object({
    bias: z.number(),
    /** By feature, as are the means of the training rows. */
    weights: z.array(z.number()),
    means: z.array(z.number()),
  }),
});
export type AdditiveModel = z.infer<typeof AdditiveModel>;

/** The probability of one row, as the .onnx gives it. */
export function probabilityOf(model: AdditiveModel, row: ArrayLike<number>): number {
  return sigmoid(marginOf(model.trees, row) + linearOf(model.linear, row));
}

/** What each feature added to the log odds, against the mean of the training rows. They add up to the log odds exactly. */
export function contributions(
  model: AdditiveModel,
  row: ArrayLike<number>,
): { readonly mean: number; readonly byFeature: Float64Array } {
  const fromTrees = contributionsOf(model.trees, row);
  const { bias, weights, means } = model.linear;
  const byFeature = fromTrees.byFeature.map(
    (value, feature) => value + (weights[feature] ?? 0) * ((row[feature] ?? 0) - (means[feature] ?? 0)),
  );
  const mean = weights.reduce((sum, weight, feature) => sum + weight * (means[feature] ?? 0), fromTrees.mean + bias);
  return { mean, byFeature };
}

function linearOf({ bias, weights }: AdditiveModel['linear'], row: ArrayLike<number>): number {
  return weights.reduce((sum, weight, feature) => sum + weight * (row[feature] ?? 0), bias);
}
