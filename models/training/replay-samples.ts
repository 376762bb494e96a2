// From replayed changes to rows with labels, and the model that is made of them.
import { changeFeatureCount } from '../features/test-change.ts';
import { matrixOf, type Sample } from '../learning/matrix.ts';
import type { AdditiveModel } from '../runtime/additive-model.ts';
import { fitRecipe, testChangeRecipe } from './recipes.ts';
import type { ReplayedChange } from './replay-file.ts';

export interface WeightedSample {
  readonly sample: Sample;
  readonly weights: Float32Array;
}

/** Where one side is not known, the other has to do: such rows are learned from too, at this weight. */
const halfKnownWeight = 0.25;

/** One row for each test of each change. */
export function replaySample(changes: readonly ReplayedChange[]): Sample {
  const rows = changes.flatMap(({ tests }) => tests);
  return {
    rows: matrixOf(rows.map((row) => row.features)),
    labels: Float32Array.from(rows, (row) => Number(row.hasFailed)),
  };
}

/**
 * Rows to learn from: each change counts the same however many tests there are, and each repository the same however many
 * changes; every row once whole, once without its history and once without its change.
 */
export function trainingSample(changes: readonly ReplayedChange[]): WeightedSample {
  const perRepository = new Map<string, number>();
  for (const { repository } of changes) perRepository.set(repository, (perRepository.get(repository) ?? 0) + 1);
  const mean = changes.length / Math.max(1, perRepository.size);
  const rows: Float32Array[] = [];
  const labels: number[] = [];
  const weights: number[] = [];
  for (const { repository, tests } of changes) {
    const balance = Math.min(2, Math.max(0.5, mean / (perRepository.get(repository) ?? 1)));
    for (const { features, hasFailed } of tests) {
      const weight = (balance * 40) / tests.length;
      for (const [row, share] of [
        [features, 1],
        [withoutHistory(features), halfKnownWeight],
        [withoutChange(features), halfKnownWeight],
      ] as const) {
        rows.push(row);
        labels.push(Number(hasFailed));
        weights.push(weight * share);
      }
    }
  }
  return { sample: { rows: matrixOf(rows), labels: Float32Array.from(labels) }, weights: Float32Array.from(weights) };
}

/** Fits the model that knows the change. */
export function fitTestChange(changes: readonly ReplayedChange[]): AdditiveModel {
  const { sample, weights } = trainingSample(changes);
  return fitRecipe(sample, testChangeRecipe, weights);
}

function withoutHistory(features: Float32Array): Float32Array {
  return features.map((value, index) => (index < changeFeatureCount ? value : -1));
}

function withoutChange(features: Float32Array): Float32Array {
  return features.map((value, index) => (index < changeFeatureCount ? -1 : value));
}
