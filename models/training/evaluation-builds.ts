// Build outcomes: each project by a model that never saw it, learning as its builds end; scored on the last 30 %.
import type { RecordedBuild } from './builds-file.ts';
import type { Named } from './data-folder.ts';
import { matrixFrom } from '../learning/matrix.ts';
import { auc } from '../learning/metrics.ts';
import { scoreBuilds, type ScoredBuild } from './outcome-scoring.ts';
import { scoresOf } from './held-out.ts';
import { buildOutcomeRecipe, fitProjects } from './recipes.ts';
import { buildSample } from './samples.ts';

export interface OutcomeScores {
  readonly project: string;
  readonly builds: number;
  readonly model: number;
  /** `As last time`: how the change's last build ended. */
  readonly asLastTime: number;
  /** Of builds called fail-likely, the share that failed; of builds called fine, the share that passed; with their numbers. */
  readonly likely: { readonly right: number; readonly said: number };
  readonly fine: { readonly right: number; readonly said: number };
}

/** Leaves out one project after the other. */
export async function evaluateOutcomes(projects: readonly Named<RecordedBuild>[]): Promise<OutcomeScores[]> {
  const samples = projects.map(({ rows }) => buildSample(rows));
  const results: OutcomeScores[] = [];
  for (const [index, { name, rows: builds }] of projects.entries()) {
    const model = fitProjects(
      samples.filter((_, other) => other !== index),
      buildOutcomeRecipe,
    );
    const width = samples[index]?.rows.featureCount ?? 1;
    const scored = await scoreBuilds(builds, async (rows) =>
      Float32Array.from(scoresOf(model, matrixFrom(rows, width))),
    );
    const judged = scored.filter(({ build }) => build.hasFailed !== null);
    const later = judged.slice(Math.floor(judged.length * 0.7));
    const labels = later.map(({ build }) => Number(build.hasFailed));
    const last = Array.from(samples[index]?.rows.values ?? [])
      .filter((_, at) => at % width === 0)
      .slice(-later.length);
    results.push({
      project: name,
      builds: judged.length,
      model:
        auc(
          later.map(({ score }) => score),
          labels,
        ) ?? 0.5,
      asLastTime: auc(last, labels) ?? 0.5,
      likely: rightOf(later, 'fail-likely', true),
      fine: rightOf(later, 'fine', false),
    });
  }
  return results;
}

function rightOf(scored: readonly ScoredBuild[], decision: ScoredBuild['decision'], hasFailed: boolean) {
  const said = scored.filter((each) => each.decision === decision);
  return { right: said.filter(({ build }) => build.hasFailed === hasFailed).length, said: said.length };
}
