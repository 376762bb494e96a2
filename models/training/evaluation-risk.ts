// Change risk: each project by a model that never saw it, without labels and with its first 70 % of labels.
import { calibrated, type Card } from '../runtime/card.ts';
import { changeRiskFeatures } from '../features/change-risk.ts';
import type { Commit } from './commits-file.ts';
import type { Named } from './data-folder.ts';
import { heldOutScores } from './held-out.ts';
import { auc, calibrationError } from '../learning/metrics.ts';
import { changeRiskRecipe } from './recipes.ts';
import { riskWithLabels } from './risk-scoring.ts';
import { commitSample } from './samples.ts';

export interface RiskScores {
  readonly project: string;
  readonly commits: number;
  /** AUC over the whole project, of the model and of the size of the change. */
  readonly unseen: number;
  readonly churn: number;
  /** AUC over the last 30 %: without labels, and with the labels of the rest. */
  readonly laterUnseen: number;
  readonly laterLabelled: number;
  /** Calibration error over the last 30 %, before and after the labels. */
  readonly errorUnseen: number;
  readonly errorLabelled: number;
}

/** Leaves out one project after the other. */
export function evaluateRisk(projects: readonly Named<Commit>[], calibration: Card['calibration']): RiskScores[] {
  const samples = projects.map(({ rows }) => commitSample(rows));
  const held = heldOutScores(samples, changeRiskRecipe);
  const churnColumn = changeRiskFeatures.findIndex((feature) => feature.name === 'churn');
  return projects.flatMap(({ name, rows: commits }, index) => {
    const sample = samples[index];
    if (sample === undefined) return [];
    const { rows, labels } = sample;
    const scores = Float32Array.from(held[index] ?? [], (each) => calibrated(calibration, each));
    const cut = Math.floor(commits.length * 0.7);
    const labelled = riskWithLabels(rows, scores, commits.slice(0, cut)).subarray(cut);
    const later = labels.subarray(cut);
    const churn = Float64Array.from(
      { length: rows.rowCount },
      (_, row) => rows.values[row * rows.featureCount + churnColumn] ?? 0,
    );
    return [
      {
        project: name,
        commits: commits.length,
        unseen: auc(scores, labels) ?? 0.5,
        churn: auc(churn, labels) ?? 0.5,
        laterUnseen: auc(scores.subarray(cut), later) ?? 0.5,
        laterLabelled: auc(labelled, later) ?? 0.5,
        errorUnseen: calibrationError(scores.subarray(cut), later),
        errorLabelled: calibrationError(labelled, later),
      },
    ];
  });
}
