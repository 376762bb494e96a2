// Rows of features with labels, in single precision as the runtime reads them.

export interface Matrix {
  readonly rowCount: number;
  readonly featureCount: number;
  /** Row by row. */
  readonly values: Float32Array;
}

export interface Sample {
  readonly rows: Matrix;
  /** 0 or 1, one per row. */
  readonly labels: Float32Array;
}

/** A matrix of rows of equal length. */
export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const featureCount = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * featureCount);
  rows.forEach((row, index) => values.set(row, index * featureCount));
  return { rowCount: rows.length, featureCount, values };
}

/** A matrix of numbers that lie row after row. */
export function matrixFrom(values: Float32Array, featureCount: number): Matrix {
  return { rowCount: values.length / featureCount, featureCount, values };
}

/** A view of one row. */
export function rowOf(matrix: Matrix, row: number): Float32Array {
  return matrix.values.subarray(row * matrix.featureCount, (row + 1) * matrix.featureCount);
}

/** The rows from `start` up to `end`, without copying. */
export function sliceOf({ rows, labels }: Sample, start: number, end: number): Sample {
  const values = rows.values.subarray(start * rows.featureCount, end * rows.featureCount);
  return { rows: { ...rows, rowCount: end - start, values }, labels: labels.subarray(start, end) };
}

/** One sample after the other. */
export function joined(samples: readonly Sample[]): Sample {
  const rowCount = samples.reduce((sum, sample) => sum + sample.rows.rowCount, 0);
  const featureCount = samples[0]?.rows.featureCount ?? 0;
  const values = new Float32Array(rowCount * featureCount);
  const labels = new Float32Array(rowCount);
  let row = 0;
  for (const sample of samples) {
    values.set(sample.rows.values, row * featureCount);
    labels.set(sample.labels, row);
    row += sample.rows.rowCount;
  }
  return { rows: { rowCount, featureCount, values }, labels };
}

/** Whether both classes occur, without which nothing can be learned. */
export function hasBothClasses(labels: Float32Array): boolean {
  return labels.includes(0) && labels.includes(1);
}
