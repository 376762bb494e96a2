// The risk of commits with the labels of the earliest ones as local evidence for the rest.
import { sigmoid } from '../runtime/trees.ts';
import type { Commit } from './commits-file.ts';
import { fitBlend } from './local-evidence.ts';
import type { Matrix } from '../learning/matrix.ts';
import { changeRiskRecipe } from './recipes.ts';

/**
 * What comes after the labels has fewer labels than what comes before: its defects are found later. In log odds; in all
 * three projects of the training data the last part lies lower by about this much.
 */
const labelsToCome = 0.35;

/** Scores of all rows: of the labelled ones by the shipped model alone, of the rest with what the labels taught. */
export function riskWithLabels(rows: Matrix, shipped: Float32Array, labelled: readonly Commit[]): Float64Array {
  const count = labelled.length;
  const scores = Float64Array.from(shipped);
  if (count === 0) return scores;
  const labels = Float32Array.from(labelled, (commit) => Number(commit.isFaulty === true));
  const blend = fitBlend({ rows: slice(rows, 0, count), labels }, changeRiskRecipe);
  const margins = blend.margins(slice(rows, count, rows.rowCount), shipped.subarray(count));
  scores.set(
    margins.map((margin) => sigmoid(margin - labelsToCome)),
    count,
  );
  return scores;
}

function slice(rows: Matrix, start: number, end: number): Matrix {
  return {
    ...rows,
    rowCount: end - start,
    values: rows.values.subarray(start * rows.featureCount, end * rows.featureCount),
  };
}
