// Gradient-boosted trees over histograms (Friedman 2001; Ke et al. 2017) with logistic loss. The same rows give the same trees.
import type { Tree, TreeEnsemble } from '../runtime/trees.ts';
import { binned, type Binned } from './binning.ts';
import type { Sample } from '../learning/matrix.ts';

export interface BoostingOptions {
  readonly trees: number;
  readonly depth: number;
  readonly learningRate: number;
  /** A leaf holds at least so many rows. */
  readonly leastRows: number;
  /** L2 penalty on the value of a leaf. */
  readonly penalty: number;
  /** One weight per row; all 1 when absent. */
  readonly weights?: Float32Array;
}

/** Fits trees to labels of 0 and 1. With one class only, the result is that class's base rate without trees. */
export function fitTrees(sample: Sample, options: BoostingOptions): TreeEnsemble {
  const { rowCount } = sample.rows;
  const weights = options.weights ?? new Float32Array(rowCount).fill(1);
  const base = Math.fround(baseMargin(sample.labels, weights));
  const bins = binned(sample.rows);
  const margins = new Float64Array(rowCount).fill(base);
  const gradients = new Float64Array(rowCount);
  const curvatures = new Float64Array(rowCount);
  const trees: Tree[] = [];
  for (let round = 0; round < options.trees; round += 1) {
    for (let row = 0; row < rowCount; row += 1) {
      const probability = 1 / (1 + Math.exp(-(margins[row] ?? 0)));
      const weight = weights[row] ?? 1;
      gradients[row] = weight * (probability - (sample.labels[row] ?? 0));
      curvatures[row] = weight * probability * (1 - probability);
    }
    const tree = new TreeGrower(bins, gradients, curvatures, options).grow(margins);
    if (tree.feature.length === 1) break;
    trees.push(tree);
  }
  return { base, trees };
}

function baseMargin(labels: Float32Array, weights: Float32Array): number {
  let [positive, all] = [0.5, 1];
  for (let row = 0; row < labels.length; row += 1) {
    positive += (labels[row] ?? 0) * (weights[row] ?? 1);
    all += weights[row] ?? 1;
  }
  return Math.log(positive / (all - positive));
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
}

interface Totals {
  readonly gradient: number;
  readonly curvature: number;
}

/** Below this, a split is noise of the arithmetic. */
const leastGain = 1e-6;

/** How much the loss falls when the rows are parted so. */
function gainOf(left: Totals, all: Totals, penalty: number): number {
  const right = { gradient: all.gradient - left.gradient, curvature: all.curvature - left.curvature };
  const [one, other, before] = [left, right, all].map(
    ({ gradient, curvature }) => gradient ** 2 / (curvature + penalty),
  );
  return (one ?? 0) + (other ?? 0) - (before ?? 0);
}

class TreeGrower {
  readonly #bins: Binned;
  readonly #gradients: Float64Array;
  readonly #curvatures: Float64Array;
  readonly #options: BoostingOptions;
  readonly #histogram: Float64Array;
  readonly #tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [] };

  constructor(bins: Binned, gradients: Float64Array, curvatures: Float64Array, options: BoostingOptions) {
    this.#bins = bins;
    this.#gradients = gradients;
    this.#curvatures = curvatures;
    this.#options = options;
    this.#histogram = new Float64Array(bins.binCount * 3);
  }

  /** Grows one tree and adds its leaves to the margins. */
  grow(margins: Float64Array): Tree {
    this.#growNode(
      Uint32Array.from({ length: this.#bins.rowCount }, (_, row) => row),
      0,
      margins,
    );
    return this.#tree;
  }

  /** Returns the node's index and the mean of the leaves below it, by rows. */
  #growNode(
    rows: Uint32Array,
    depth: number,
    margins: Float64Array,
  ): { readonly index: number; readonly mean: number } {
    const tree = this.#tree;
    const index = tree.feature.push(-1) - 1;
    tree.threshold.push(0);
    tree.left.push(0);
    tree.right.push(0);
    tree.value.push(0);
    const totals = this.#totalsOf(rows);
    const split = depth < this.#options.depth ? this.#bestSplit(rows, totals) : null;
    if (split === null) return { index, mean: this.#makeLeaf(index, { rows, totals }, margins) };
    const [left, right] = this.#partition(rows, split);
    const leftNode = this.#growNode(left, depth + 1, margins);
    const rightNode = this.#growNode(right, depth + 1, margins);
    tree.feature[index] = split.feature;
    tree.threshold[index] = this.#bins.cuts[split.feature]?.[split.bin] ?? 0;
    tree.left[index] = leftNode.index;
    tree.right[index] = rightNode.index;
    const mean = (leftNode.mean * left.length + rightNode.mean * right.length) / rows.length;
    tree.value[index] = Math.fround(mean);
    return { index, mean };
  }

  #makeLeaf(
    index: number,
    { rows, totals }: { readonly rows: Uint32Array; readonly totals: Totals },
    margins: Float64Array,
  ): number {
    const value = Math.fround(
      (-this.#options.learningRate * totals.gradient) / (totals.curvature + this.#options.penalty),
    );
    this.#tree.value[index] = value;
    for (const row of rows) margins[row] = (margins[row] ?? 0) + value;
    return value;
  }

  #totalsOf(rows: Uint32Array): Totals {
    let [gradient, curvature] = [0, 0];
    for (const row of rows) {
      gradient += this.#gradients[row] ?? 0;
      curvature += this.#curvatures[row] ?? 0;
    }
    return { gradient, curvature };
  }

  #bestSplit(rows: Uint32Array, totals: Totals): Split | null {
    let best: Split | null = null;
    for (let feature = 0; feature < this.#bins.cuts.length; feature += 1) {
      const found = this.#bestSplitOf(feature, rows, totals);
      if (found !== null && (best === null || found.gain > best.gain)) best = found;
    }
    return best;
  }

  #bestSplitOf(feature: number, rows: Uint32Array, totals: Totals): Split | null {
    const cutCount = this.#bins.cuts[feature]?.length ?? 0;
    if (cutCount === 0) return null;
    this.#fillHistogram(feature, rows, cutCount + 1);
    const left = { gradient: 0, curvature: 0, count: 0 };
    let best: Split | null = null;
    for (let bin = 0; bin < cutCount; bin += 1) {
      this.#addBin(left, bin);
      if (Math.min(left.count, rows.length - left.count) < this.#options.leastRows) continue;
      const gain = gainOf(left, totals, this.#options.penalty);
      if (gain > (best?.gain ?? leastGain)) best = { gain, feature, bin };
    }
    return best;
  }

  #addBin(sums: { gradient: number; curvature: number; count: number }, bin: number): void {
    sums.gradient += this.#histogram[bin * 3] ?? 0;
    sums.curvature += this.#histogram[bin * 3 + 1] ?? 0;
    sums.count += this.#histogram[bin * 3 + 2] ?? 0;
  }

  #fillHistogram(feature: number, rows: Uint32Array, binCount: number): void {
    const histogram = this.#histogram.fill(0, 0, binCount * 3);
    const codes = this.#bins.codes[feature] ?? new Uint8Array();
    for (const row of rows) {
      const at = (codes[row] ?? 0) * 3;
      histogram[at] = (histogram[at] ?? 0) + (this.#gradients[row] ?? 0);
      histogram[at + 1] = (histogram[at + 1] ?? 0) + (this.#curvatures[row] ?? 0);
      histogram[at + 2] = (histogram[at + 2] ?? 0) + 1;
    }
  }

  #partition(rows: Uint32Array, { feature, bin }: Split): readonly [Uint32Array, Uint32Array] {
    const codes = this.#bins.codes[feature] ?? new Uint8Array();
    const left = rows.filter((row) => (codes[row] ?? 0) <= bin);
    const right = rows.filter((row) => (codes[row] ?? 0) > bin);
    return [left, right];
  }
}
