// A project's own labels beside the shipped model: the more there are, the more they weigh.
import { probabilityOf } from '../runtime/additive-model.ts';
import { logOdds } from '../learning/calibration.ts';
import { hasBothClasses, rowOf, type Matrix, type Sample } from '../learning/matrix.ts';
import { fitRecipe, type Recipe } from './recipes.ts';

/** With so many labels, the local model weighs as much as the shipped one. */
const evenRows = 500;
const leastRows = 50;

export interface Blend {
  /** Log odds of each row of a matrix whose shipped probabilities are given. */
  margins(rows: Matrix, shipped: ArrayLike<number>): Float64Array;
}

/**
 * Fits a local model to labelled rows and blends it by n/(n+500). With too few labels, or one class only, the shipped model
 * stands alone.
 */
export function fitBlend(sample: Sample, recipe: Recipe): Blend {
  const count = sample.labels.length;
  if (count < leastRows || !hasBothClasses(sample.labels))
    return { margins: (_, shipped) => Float64Array.from(shipped, logOdds) };
  const local = fitRecipe(sample, recipe);
  const weight = count / (count + evenRows);
  return {
    margins: (rows, shipped) =>
      Float64Array.from({ length: rows.rowCount }, (_, row) => {
        const own = logOdds(probabilityOf(local, rowOf(rows, row)));
        return weight * own + (1 - weight) * logOdds(shipped[row] ?? 0.5);
      }),
  };
}
