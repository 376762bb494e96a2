// Logistic regression with an L2 penalty on standardised features, by Newton's method.
import { rowOf, type Sample } from './matrix.ts';

export interface LogisticModel {
  readonly bias: number;
  readonly weights: Float64Array;
}

/** Fits weights for the features as they are; the penalty applies to their standardised form. */
export function fitLogistic(sample: Sample, penalty = 1): LogisticModel {
  const scales = scalesOf(sample);
  const size = sample.rows.featureCount + 1;
  const beta = new Float64Array(size);
  for (let round = 0; round < 25; round += 1) {
    const { gradient, hessian } = derivatives(sample, { beta, scales, penalty });
    const step = solved(hessian, gradient);
    step.forEach((value, index) => (beta[index] = (beta[index] ?? 0) - value));
    if (Math.max(...step.map(Math.abs)) < 1e-8) break;
  }
  const weights = Float64Array.from(scales, ({ deviation }, feature) => (beta[feature + 1] ?? 0) / deviation);
  const bias = weights.reduce((sum, weight, feature) => sum - weight * (scales[feature]?.mean ?? 0), beta[0] ?? 0);
  return { bias, weights };
}

/** The log odds of a row. */
export function logisticMargin({ bias, weights }: LogisticModel, row: ArrayLike<number>): number {
  return weights.reduce((sum, weight, feature) => sum + weight * (row[feature] ?? 0), bias);
}

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

function scalesOf({ rows }: Sample): Scale[] {
  return Array.from({ length: rows.featureCount }, (_, feature) => {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < rows.rowCount; row += 1) {
      const value = rows.values[row * rows.featureCount + feature] ?? 0;
      sum += value;
      squares += value * value;
    }
    const mean = sum / Math.max(1, rows.rowCount);
    const variance = squares / Math.max(1, rows.rowCount) - mean * mean;
    return { mean, deviation: variance > 1e-9 ? Math.sqrt(variance) : 1 };
  });
}

interface Fit {
  readonly beta: Float64Array;
  readonly scales: readonly Scale[];
  readonly penalty: number;
}

function derivatives({ rows, labels }: Sample, { beta, scales, penalty }: Fit) {
  const size = beta.length;
  const gradient = Float64Array.from(beta, (value, index) => (index === 0 ? 0 : penalty * value));
  const hessian = Array.from({ length: size }, (_, index) => {
    const line = new Float64Array(size);
    line[index] = index === 0 ? 1e-6 : penalty;
    return line;
  });
  const scaled = new Float64Array(size);
  scaled[0] = 1;
  for (let row = 0; row < rows.rowCount; row += 1) {
    const values = rowOf(rows, row);
    scales.forEach(
      ({ mean, deviation }, feature) => (scaled[feature + 1] = ((values[feature] ?? 0) - mean) / deviation),
    );
    const margin = scaled.reduce((sum, value, index) => sum + value * (beta[index] ?? 0), 0);
    const probability = 1 / (1 + Math.exp(-margin));
    addRow({ gradient, hessian, scaled }, probability - (labels[row] ?? 0), probability * (1 - probability));
  }
  return { gradient, hessian };
}

interface Sums {
  readonly gradient: Float64Array;
  readonly hessian: readonly Float64Array[];
  readonly scaled: Float64Array;
}

function addRow({ gradient, hessian, scaled }: Sums, error: number, curvature: number): void {
  for (let index = 0; index < scaled.length; index += 1) {
    const value = scaled[index] ?? 0;
    gradient[index] = (gradient[index] ?? 0) + error * value;
    const line = hessian[index];
    if (line === undefined) continue;
    for (let other = 0; other < scaled.length; other += 1)
      line[other] = (line[other] ?? 0) + curvature * value * (scaled[other] ?? 0);
  }
}

/** Solves `matrix · x = vector` by Gaussian elimination with pivoting. */
function solved(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  const lines = matrix.map((line, index) => Float64Array.from([...line, vector[index] ?? 0]));
  const size = vector.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let line = column + 1; line < size; line += 1)
      if (Math.abs(lines[line]?.[column] ?? 0) > Math.abs(lines[pivot]?.[column] ?? 0)) pivot = line;
    const [top, best] = [lines[column], lines[pivot]];
    if (top === undefined || best === undefined) continue;
    [lines[column], lines[pivot]] = [best, top];
    for (let line = 0; line < size; line += 1) if (line !== column) subtract(lines[line], best, column);
  }
  return Float64Array.from(lines, (line, index) => (line[size] ?? 0) / (line[index] ?? 1));
}

function subtract(line: Float64Array | undefined, pivot: Float64Array, column: number): void {
  const factor = (line?.[column] ?? 0) / (pivot[column] ?? 1);
  if (line === undefined || factor === 0) return;
  for (let index = column; index < line.length; index += 1)
    line[index] = (line[index] ?? 0) - factor * (pivot[index] ?? 0);
}
