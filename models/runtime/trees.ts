// Boosted trees as plain data: what training writes, what is kept beside the .onnx to explain it.
import { z } from 'zod';

/** Nodes of one tree by index, the root first. A leaf has feature -1. Go left when `row[feature] <= threshold`. */
export const Tree = z.object({
  feature: z.array(z.int().min(-1)),
  threshold: z.array(z.number()),
  left: z.array(z.int().min(0)),
  right: z.array(z.int().min(0)),
  /** The mean margin of the rows that came by (of a leaf: what it adds to the margin). */
  value: z.array(z.number()),
});
export type Tree = z.infer<typeof Tree>;

/** The margin (log odds) is `base` plus one leaf of each tree. */
export const TreeEnsemble = z.object({ base: z.number(), trees: z.array(Tree) });
export type TreeEnsemble = z.infer<typeof TreeEnsemble>;

/** The log odds of one row; for tests, training and explanations. Many rows are scored faster by a loaded model. */
export function marginOf(ensemble: TreeEnsemble, row: ArrayLike<number>): number {
  return ensemble.trees.reduce((sum, tree) => sum + (tree.value[leafOf(tree, row)] ?? 0), ensemble.base);
}

/**
 * What each feature added to the margin of this row: along the path, the change of the mean margin at each split is the
 * feature's (Saabas 2014). The contributions and the ensemble's mean add up to the margin exactly.
 */
export function contributionsOf(
  ensemble: TreeEnsemble,
  row: ArrayLike<number>,
): { readonly mean: number; readonly byFeature: Float64Array } {
  const byFeature = new Float64Array(row.length);
  let mean = ensemble.base;
  for (const tree of ensemble.trees) {
    mean += tree.value[0] ?? 0;
    let node = 0;
    for (let feature = featureAt(tree, node); feature >= 0; feature = featureAt(tree, node)) {
      const next = nextNode(tree, node, row);
      byFeature[feature] = (byFeature[feature] ?? 0) + (tree.value[next] ?? 0) - (tree.value[node] ?? 0);
      node = next;
    }
  }
  return { mean, byFeature };
}

/** Between 0 and 1. */
export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

function leafOf(tree: Tree, row: ArrayLike<number>): number {
  let node = 0;
  while (featureAt(tree, node) >= 0) node = nextNode(tree, node, row);
  return node;
}

function nextNode(tree: Tree, node: number, row: ArrayLike<number>): number {
  const isLeft = (row[featureAt(tree, node)] ?? 0) <= (tree.threshold[node] ?? 0);
  return (isLeft ? tree.left[node] : tree.right[node]) ?? 0;
}

function featureAt(tree: Tree, node: number): number {
  return tree.feature[node] ?? -1;
}
