// Features cut into at most 64 bins of about equally many rows, so that trees need look at bins only.
import type { Matrix } from '../learning/matrix.ts';

export interface Binned {
  readonly rowCount: number;
  /** The most bins that any feature has. */
  readonly binCount: number;
  /** By feature: ascending; a value belongs to the first bin whose cut it does not exceed, or to the last bin. */
  readonly cuts: readonly Float32Array[];
  /** By feature: the bin of each row. */
  readonly codes: readonly Uint8Array[];
}

const mostBins = 64;

/** Cuts every feature of a matrix. */
export function binned(matrix: Matrix): Binned {
  const features = Array.from({ length: matrix.featureCount }, (_, feature) => columnOf(matrix, feature));
  const cuts = features.map((column) => cutsOf(column));
  const codes = features.map((column, feature) => codesOf(column, cuts[feature] ?? new Float32Array()));
  return { rowCount: matrix.rowCount, binCount: mostBins, cuts, codes };
}

function columnOf({ values, featureCount, rowCount }: Matrix, feature: number): Float32Array {
  return Float32Array.from({ length: rowCount }, (_, row) => values[row * featureCount + feature] ?? 0);
}

function cutsOf(column: Float32Array): Float32Array {
  const sorted = column.toSorted();
  const cuts: number[] = [];
  for (let bin = 1; bin < mostBins; bin += 1) {
    const at = Math.floor((bin * sorted.length) / mostBins);
    const [value, next] = [sorted[at - 1] ?? 0, firstAbove(sorted, sorted[at - 1] ?? 0)];
    if (next === null) continue;
    const cut = Math.fround((value + next) / 2);
    const usable = cut < next ? cut : value;
    if (usable !== cuts.at(-1)) cuts.push(usable);
  }
  return Float32Array.from(cuts);
}

function firstAbove(sorted: Float32Array, value: number): number | null {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return sorted[low] ?? null;
}

function codesOf(column: Float32Array, cuts: Float32Array): Uint8Array {
  return Uint8Array.from(column, (value) => {
    let [low, high] = [0, cuts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (cuts[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}
