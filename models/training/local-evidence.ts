// A project's own labels beside the shipped model: the more there are, the more they weigh.
import { probabilityOf } from '../runtime/additive-model.ts';
import { fitPlatt, logOdds } from './calibration.ts';
import { hasBothClasses, rowOf, sliceOf, type Matrix, type Sample } from './matrix.ts';
import { fitRecipe, type Recipe } from './recipes.ts';

/** With so many labels, the local model weighs as much as the shipped one. */
const evenRows = 500;
const leastRows = 50;

export interface Blend {
  /** Probability of each row of a matrix whose shipped probabilities are given. */
  score(rows: Matrix, shipped: ArrayLike<number>): Float64Array;
}

/**
 * Fits a local model to labelled rows and blends it by n/(n+500); then calibrates on the last quarter of the labels with a
 * model that did not see them. With too few labels, or one class only, the shipped model stands alone.
 */
export function fitBlend(sample: Sample, shipped: ArrayLike<number>, recipe: Recipe): Blend {
  const count = sample.labels.length;
  if (count < leastRows || !hasBothClasses(sample.labels)) return { score: (_, probabilities) => Float64Array.from(probabilities) };
  const cut = Math.floor(count * 0.75);
  const [early, late] = [sliceOf(sample, 0, cut), sliceOf(sample, cut, count)];
  const lateShipped = Array.from(shipped).slice(cut);
  const provisional = uncalibrated(early, recipe).score(late.rows, lateShipped);
  const { slope, offset } = fitPlatt(provisional, late.labels);
  const full = uncalibrated(sample, recipe);
  return { score: (rows, probabilities) => full.score(rows, probabilities).map((each) => 1 / (1 + Math.exp(-(slope * logOdds(each) + offset)))) };
}

function uncalibrated(sample: Sample, recipe: Recipe): Blend {
  if (!hasBothClasses(sample.labels)) return { score: (_, probabilities) => Float64Array.from(probabilities) };
  const local = fitRecipe(sample, recipe);
  const weight = sample.labels.length / (sample.labels.length + evenRows);
  return {
    score: (rows, shipped) =>
      Float64Array.from({ length: rows.rowCount }, (_, row) => {
        const margin = weight * logOdds(probabilityOf(local, rowOf(rows, row))) + (1 - weight) * logOdds(shipped[row] ?? 0.5);
        return 1 / (1 + Math.exp(-margin));
      }),
  };
}
