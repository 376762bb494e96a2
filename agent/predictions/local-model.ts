// A model of this repository alone, beside the shipped one: logistic regression on its own records, blended and recalibrated.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fitPlatt, logOdds } from '../../models/learning/calibration.ts';
import { fitLogistic, logisticMargin, type LogisticModel } from '../../models/learning/logistic.ts';
import { hasBothClasses, rowOf, sliceOf, type Sample } from '../../models/learning/matrix.ts';
import { auc, bootstrapMean, calibrationError } from '../../models/learning/metrics.ts';
import { LocalModelFigures } from '../protocol/prediction.ts';

export const LocalModel = z.object({
  /** Of this file's shape. */
  format: z.literal(1),
  name: z.string(),
  version: z.string().regex(/^[0-9a-f]{12}$/),
  createdAt: z.number().nonnegative(),
  /** In this order; a version that computes others does not use the model. */
  features: z.array(z.string()).min(1),
  rows: z.int().positive(),
  bias: z.number(),
  weights: z.array(z.number()),
  /** Of the rows that it was made from. */
  means: z.array(z.number()),
  calibration: z.object({ slope: z.number(), offset: z.number() }),
  figures: LocalModelFigures,
});
export type LocalModel = z.infer<typeof LocalModel>;

export interface LocalEvidence {
  readonly name: string;
  readonly features: readonly { readonly name: string }[];
  /** In time order. */
  readonly sample: Sample;
  /** What the shipped model makes of each row, calibrated. */
  readonly shipped: ArrayLike<number>;
}

/** With so many rows, the local model weighs as much as the shipped one. */
const evenRows = 500;
const leastRows = 50;
/** What is made from the first rows is measured on the others. */
const trainedShare = 0.7;

export type Fitting =
  /** `later`: what a blend made without them says of the latest outcomes. */
  | { readonly ok: true; readonly model: LocalModel; readonly later: readonly number[] }
  | { readonly ok: false; readonly because: string };

/** The model of all rows, with figures of one that was made of the first 70 %. */
export function fitLocalModel(evidence: LocalEvidence, createdAt: number): Fitting {
  const { name, features, sample } = evidence;
  const rows = sample.labels.length;
  if (rows < leastRows) return { ok: false, because: `only ${rows} outcomes are recorded, ${leastRows} are needed` };
  const split = Math.floor(rows * trainedShare);
  if (!hasBothClasses(sample.labels.subarray(0, split)) || !hasBothClasses(sample.labels.subarray(split)))
    return { ok: false, because: 'the recorded outcomes are all the same, or were so for a long time' };
  const held = heldOut(evidence, split);
  const { bias, weights } = fitLogistic(sample);
  if (![bias, ...weights].every(Number.isFinite)) return { ok: false, because: 'what is recorded holds no numbers' };
  const model = {
    format: 1 as const,
    name,
    createdAt,
    features: features.map((feature) => feature.name),
    rows,
    bias,
    weights: [...weights],
    means: meansOf(sample),
    calibration: held.calibration,
    figures: held.figures,
  };
  const version = createHash('sha256')
    .update(JSON.stringify({ ...model, createdAt: 0 }))
    .digest('hex')
    .slice(0, 12);
  return { ok: true, model: { ...model, version }, later: held.blend };
}

/** Log odds of the blend: the local model weighs n/(n+500). Not calibrated. */
export function blendedMargin(
  model: Pick<LocalModel, 'bias' | 'weights' | 'rows'>,
  row: ArrayLike<number>,
  shipped: number,
): number {
  const weight = localWeight(model);
  const own = model.weights.reduce((sum, each, index) => sum + each * (row[index] ?? 0), model.bias);
  return weight * own + (1 - weight) * logOdds(shipped);
}

/** Between 0 and 1. */
export function localWeight({ rows }: Pick<LocalModel, 'rows'>): number {
  return rows / (rows + evenRows);
}

/** The probability that the blend gives. */
export function blendedProbability(model: LocalModel, row: ArrayLike<number>, shipped: number): number {
  const { slope, offset } = model.calibration;
  return 1 / (1 + Math.exp(-(slope * blendedMargin(model, row, shipped) + offset)));
}

/** What each feature added to the log odds of the blend, from what it added to the shipped model's. */
export function blendedContributions(
  model: LocalModel,
  row: ArrayLike<number>,
  shipped: ArrayLike<number>,
): Float64Array {
  const weight = localWeight(model);
  return Float64Array.from(
    model.weights,
    (each, index) =>
      weight * each * ((row[index] ?? 0) - (model.means[index] ?? 0)) + (1 - weight) * (shipped[index] ?? 0),
  );
}

function heldOut({ sample, shipped }: LocalEvidence, split: number) {
  const fitted: LogisticModel = fitLogistic(sliceOf(sample, 0, split));
  const weight = localWeight({ rows: split });
  const later = sliceOf(sample, split, sample.labels.length);
  const plain = Array.from(shipped).slice(split);
  const raw = plain.map((probability, index) => {
    const margin = weight * logisticMargin(fitted, rowOf(later.rows, index)) + (1 - weight) * logOdds(probability);
    return 1 / (1 + Math.exp(-margin));
  });
  // Measured with a calibration that did not see these rows; the one that is kept has seen all of them.
  const half = Math.floor(raw.length / 2);
  const early = fitPlatt(raw.slice(0, half), later.labels.subarray(0, half));
  const blend = raw.map((probability) => scaled(early, probability)).slice(half);
  const labels = later.labels.subarray(half);
  const gain = bootstrapMean(
    blend.map(
      (probability, index) =>
        logLoss(plain[half + index] ?? 0.5, labels[index] ?? 0) - logLoss(probability, labels[index] ?? 0),
    ),
  );
  const figures: LocalModelFigures = {
    rows: labels.length,
    auc: auc(raw, later.labels),
    shippedAuc: auc(plain, later.labels),
    error: calibrationError(blend, labels),
    shippedError: calibrationError(plain.slice(half), labels),
    gain: gain === null ? null : { mean: gain.mean, low: gain.low, high: gain.high },
  };
  return { calibration: fitPlatt(raw, later.labels), figures, blend };
}

function scaled({ slope, offset }: LocalModel['calibration'], probability: number): number {
  return 1 / (1 + Math.exp(-(slope * logOdds(probability) + offset)));
}

function logLoss(probability: number, label: number): number {
  return Math.log1p(Math.exp((label === 1 ? -1 : 1) * logOdds(probability)));
}

function meansOf({ rows }: Sample): number[] {
  return Array.from({ length: rows.featureCount }, (_, feature) => {
    let sum = 0;
    for (let row = 0; row < rows.rowCount; row += 1) sum += rows.values[row * rows.featureCount + feature] ?? 0;
    return sum / Math.max(1, rows.rowCount);
  });
}
