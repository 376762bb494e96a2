// Each project is scored by a model of the other projects: what a repository can expect that no model has seen.
import { probabilityOf, type AdditiveModel } from '../runtime/additive-model.ts';
import { rowOf, type Matrix, type Sample } from '../learning/matrix.ts';
import { fitProjects, type Recipe } from './recipes.ts';

/** The probabilities of every sample's rows, each by a model of the other samples. */
export function heldOutScores(samples: readonly Sample[], recipe: Recipe): Float64Array[] {
  return samples.map((sample) => {
    const others = samples.filter((other) => other !== sample);
    return others.length === 0
      ? new Float64Array(sample.labels.length).fill(0.5)
      : scoresOf(fitProjects(others, recipe), sample.rows);
  });
}

/** The probabilities of all rows, computed here; what ships is scored by its .onnx. */
export function scoresOf(model: AdditiveModel, rows: Matrix): Float64Array {
  return Float64Array.from({ length: rows.rowCount }, (_, row) => probabilityOf(model, rowOf(rows, row)));
}
