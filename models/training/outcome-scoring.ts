// Build outcomes, learned from as builds end: a build is scored at its start by what has ended by then.
import { featuresAtStart } from '../features/build-order.ts';
import { sigmoid } from '../runtime/trees.ts';
import type { RecordedBuild } from './builds-file.ts';
import { fitBlend, type Blend } from './local-evidence.ts';
import { matrixOf, rowOf, type Matrix } from '../learning/matrix.ts';
import type { Scorer } from './ranking.ts';
import { localOutcomeRecipe } from './recipes.ts';

export type Decision = 'fail-likely' | 'fine' | "don't know";

export interface ScoredBuild {
  readonly build: RecordedBuild;
  readonly score: number;
  readonly decision: Decision;
}

/** The local model is fitted anew after so many more ended builds, and after a fifth more. */
const refitAfter = 100;
const refitShare = 0.2;
/** Beyond these the model commits itself; between them it abstains. */
const likely = 0.7;
const unlikely = 0.3;

/** Scores builds of one or more projects, each by its own past alone. The result is in the order given. */
export async function scoreBuilds(builds: readonly RecordedBuild[], scorer: Scorer): Promise<ScoredBuild[]> {
  const scores = new Map<RecordedBuild, number>();
  for (const ofProject of Map.groupBy(builds, (build) => build.project).values()) {
    const projectScores = await scoreProject(ofProject, scorer);
    ofProject.forEach((build, index) => scores.set(build, projectScores[index] ?? 0.5));
  }
  return builds.map((build) => {
    const score = scores.get(build) ?? 0.5;
    return { build, score, decision: decisionOf(score) };
  });
}

/** What a calibrated probability is good for. */
export function decisionOf(score: number): Decision {
  if (score >= likely) return 'fail-likely';
  return score <= unlikely ? 'fine' : "don't know";
}

async function scoreProject(builds: readonly RecordedBuild[], scorer: Scorer): Promise<number[]> {
  const rows = matrixOf(featuresAtStart(builds));
  const shipped = await scorer(rows.values);
  const learner = new OutcomeLearner(rows, shipped);
  const byEnd = builds
    .map((build, index) => ({ build, index }))
    .toSorted((one, other) => one.build.endedAt - other.build.endedAt);
  let next = 0;
  return builds.map((build, index) => {
    for (let end = byEnd[next]; end !== undefined && end.build.endedAt <= build.startedAt; end = byEnd[next]) {
      learner.add(end.index, end.build.hasFailed);
      next += 1;
    }
    return learner.score(index);
  });
}

/** What a project's ended builds have taught so far, beside the shipped model. */
class OutcomeLearner {
  readonly #rows: Matrix;
  readonly #shipped: Float32Array;
  readonly #ended: number[] = [];
  readonly #labels: number[] = [];
  #fitted = 0;
  #blend: Blend | null = null;

  constructor(rows: Matrix, shipped: Float32Array) {
    this.#rows = rows;
    this.#shipped = shipped;
  }

  add(index: number, hasFailed: boolean | null): void {
    if (hasFailed === null) return;
    this.#ended.push(index);
    this.#labels.push(Number(hasFailed));
    if (this.#ended.length - this.#fitted < Math.max(refitAfter, this.#fitted * refitShare)) return;
    this.#fitted = this.#ended.length;
    const rows = matrixOf(this.#ended.map((each) => rowOf(this.#rows, each)));
    this.#blend = fitBlend({ rows, labels: Float32Array.from(this.#labels) }, localOutcomeRecipe);
  }

  score(index: number): number {
    const shipped = this.#shipped[index] ?? 0.5;
    const margin = this.#blend?.margins(matrixOf([rowOf(this.#rows, index)]), [shipped])[0];
    return margin === undefined ? shipped : sigmoid(margin);
  }
}
