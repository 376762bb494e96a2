// The models that are shipped: which data, which recipe, what was measured on rows they did not see.
import { buildOutcomeFeatures } from '../features/build-outcome.ts';
import { changeRiskFeatures } from '../features/change-risk.ts';
import { testChangeFeatures } from '../features/test-change.ts';
import { testFailureFeatures } from '../features/test-failure.ts';
import type { Artifact } from './artifact.ts';
import { fitPlatt } from '../learning/calibration.ts';
import {
  bestPossible,
  evaluateReplay,
  heldOutModels,
  learnable,
  modelWay,
  replayLicences,
} from './evaluation-replay.ts';
import { evaluationOnly, projectBuilds, projectCommits, testHistories } from './data-folder.ts';
import { heldOutScores, scoresOf } from './held-out.ts';
import { joined, matrixFrom, sliceOf, type Sample } from '../learning/matrix.ts';
import { auc, bootstrapMean, meanOf } from '../learning/metrics.ts';
import { leastTests, rankCycles, scoreOf } from './ranking.ts';
import { buildOutcomeRecipe, changeRiskRecipe, fitProjects, fitRecipe, testFailureRecipe } from './recipes.ts';
import { replayedChanges, type ReplayedChange } from './replay-file.ts';
import { fitTestChange, replaySample } from './replay-samples.ts';
import { buildSample, commitSample, testSample } from './samples.ts';
import type { Cycle } from './test-history-file.ts';

/** P(a test fails), from the history of its suite. */
export async function trainTestFailure(folder: string): Promise<Artifact> {
  const suites = testHistories(folder).filter(({ name }) => !evaluationOnly.includes(name));
  const samples = suites.map(({ rows }) => testSample(rows));
  const held = samples.map(laterHalf);
  const gains = (await Promise.all(suites.map(({ rows }) => laterHalfGains(rows)))).flat();
  const gain = bootstrapMean(gains) ?? { mean: 0, low: 0, high: 0 };
  return {
    name: 'test-failure',
    summary: 'How likely a test fails in the next cycle, from the history of its suite alone.',
    features: testFailureFeatures,
    model: fitProjects(samples, testFailureRecipe),
    calibration: platt(held),
    data: sourcesOf(suites, samples, 'Dune CI (jacksonpradolima/coleman4hcs), MIT'),
    metrics: [
      { what: 'AUC, later half of the history', value: meanAuc(held), baseline: 'random .5' },
      {
        what: 'APFDc gained over the plain estimate, later half of the history',
        value: gain.mean,
        baseline: `95 % interval ${gain.low.toFixed(3)} to ${gain.high.toFixed(3)}`,
      },
    ],
    limits: [
      'Knows nothing of the change.',
      'Made from one C++ project.',
      'Suites whose licence is neither MIT nor Apache-2.0 (iofrol) are scored; no weight, calibration or constant is fitted to them.',
    ],
    standsAside: gain.low <= 0,
    rows: joined(samples).rows,
  };
}

/** P(a test fails), from what is known of the change beside its history: from replayed changes. */
export function trainTestChange(folder: string): Artifact {
  const changes = replayedChanges(folder);
  const learned = learnable(changes);
  const { ways, probabilities, labels } = evaluateReplay(changes, heldOutModels(changes), {
    candidates: 'planned',
    reference: modelWay,
  });
  const rivals = ways.filter(({ way }) => way !== modelWay && way !== bestPossible);
  const worst = rivals.toSorted((one, other) => (one.gain?.low ?? 0) - (other.gain?.low ?? 0))[0];
  const sample = replaySample(learned);
  return {
    name: 'test-change',
    summary: 'How likely a test fails because of a change, from graph, recordings, names and words, and its history.',
    features: testChangeFeatures,
    model: fitTestChange(learned),
    calibration: fitPlatt(probabilities, labels),
    data: replaySources(learned),
    metrics: [
      {
        what: 'AUC over tests and changes, each repository by a model of the others',
        value: auc(probabilities, labels) ?? 0.5,
        baseline: 'random .5',
      },
      ...rivals.map(({ way, gain }) => ({
        what: `APFDc gained over: ${way}`,
        value: gain?.mean ?? 0,
        baseline: `95 % interval ${(gain?.low ?? 0).toFixed(3)} to ${(gain?.high ?? 0).toFixed(3)}`,
      })),
    ],
    limits: [
      'Made from seeded faults and reverted commits, not from failures that developers met.',
      'Made from small libraries whose suites take seconds.',
      'Data under other licences than MIT and Apache-2.0 was scored, and not learned from.',
    ],
    standsAside: (worst?.gain?.low ?? 0) <= 0,
    rows: sample.rows,
  };
}

/** P(a commit brings a defect), from Kamei's measures. */
export function trainChangeRisk(folder: string): Artifact {
  const projects = projectCommits(folder);
  const samples = projects.map(({ rows }) => commitSample(rows));
  const held = heldOut(samples, heldOutScores(samples, changeRiskRecipe));
  const churn = changeRiskFeatures.findIndex((feature) => feature.name === 'churn');
  const byChurn = samples.map((sample) => ({ sample, scores: columnOf(sample, churn) }));
  return {
    name: 'change-risk',
    summary: 'How likely a commit brings a defect, beside the commits before it.',
    features: changeRiskFeatures,
    model: fitProjects(samples, changeRiskRecipe),
    calibration: platt(held),
    data: sourcesOf(projects, samples, 'Kamei et al. 2013 (WeiFoo/RevisitUnsupervised), MIT'),
    metrics: [
      {
        what: 'mean AUC, each project by a model of the others',
        value: meanAuc(held),
        baseline: `size of the change alone ${meanAuc(byChurn).toFixed(3)}`,
      },
    ],
    limits: [
      'How many commits are faulty differs between projects: show a percentile unless it was calibrated there.',
      'Labels are SZZ labels, which are wrong for some commits.',
    ],
    standsAside: false,
    rows: joined(samples).rows,
  };
}

/** P(a build fails), from how builds before it ended. */
export function trainBuildOutcome(folder: string): Artifact {
  const projects = projectBuilds(folder);
  const samples = projects.map(({ rows }) => buildSample(rows));
  const held = heldOut(samples, heldOutScores(samples, buildOutcomeRecipe));
  const byLast = samples.map((sample) => ({ sample, scores: columnOf(sample, 0) }));
  return {
    name: 'build-outcome',
    summary: 'How likely a build fails, from how the builds of its change, branch and project ended.',
    features: buildOutcomeFeatures,
    model: fitProjects(samples, buildOutcomeRecipe),
    calibration: platt(held),
    data: sourcesOf(projects, samples, 'LRTS (lrtsuser/LRTS, ISSTA 2024), MIT'),
    metrics: [
      {
        what: 'mean AUC, each project by a model of the others',
        value: meanAuc(held),
        baseline: `as last time ${meanAuc(byLast).toFixed(3)}`,
      },
    ],
    limits: ['Weak: knows neither the change nor the compiler. Between .3 and .7 it says that it does not know.'],
    standsAside: false,
    rows: joined(samples).rows,
  };
}

/** APFDc of the model of the earlier half minus that of the plain estimate, for each failing cycle of the later half. */
async function laterHalfGains(cycles: readonly Cycle[]): Promise<number[]> {
  const middle = cycles.length >> 1;
  const model = fitRecipe(testSample(cycles.slice(0, middle)), testFailureRecipe);
  const scorer = async (rows: Float32Array) =>
    Float32Array.from(scoresOf(model, matrixFrom(rows, testFailureFeatures.length)));
  const gains: number[] = [];
  for await (const { cycle, orders } of rankCycles(cycles, scorer)) {
    if (cycle.number < (cycles[middle]?.number ?? Infinity) || cycle.runs.length < leastTests) continue;
    const [model, plain] = ['model', 'plain'].map(
      (way) => scoreOf(orders.get(way) ?? [], (run) => run.hasFailed) ?? null,
    );
    if (typeof model === 'number' && typeof plain === 'number') gains.push(model - plain);
  }
  return gains;
}

function replaySources(changes: readonly ReplayedChange[]): Artifact['data'] {
  return [...new Set(changes.map(({ repository }) => repository))].map((repository) => ({
    source: `${repository}, replayed (npm run bench:replay)`,
    licence: replayLicences[repository] ?? '',
    rows: changes.filter((each) => each.repository === repository).reduce((sum, { tests }) => sum + tests.length, 0),
  }));
}

interface HeldOut {
  readonly sample: Sample;
  readonly scores: Float64Array;
}

function laterHalf(sample: Sample): HeldOut {
  const middle = sample.labels.length >> 1;
  const later = sliceOf(sample, middle, sample.labels.length);
  return { sample: later, scores: scoresOf(fitRecipe(sliceOf(sample, 0, middle), testFailureRecipe), later.rows) };
}

function heldOut(samples: readonly Sample[], scores: readonly Float64Array[]): HeldOut[] {
  return samples.map((sample, index) => ({ sample, scores: scores[index] ?? new Float64Array() }));
}

function platt(held: readonly HeldOut[]) {
  return fitPlatt(
    held.flatMap(({ scores }) => Array.from(scores)),
    held.flatMap(({ sample }) => Array.from(sample.labels)),
  );
}

function meanAuc(held: readonly HeldOut[]): number {
  return meanOf(held.flatMap(({ sample, scores }) => auc(scores, sample.labels) ?? []));
}

function columnOf({ rows }: Sample, feature: number): Float64Array {
  return Float64Array.from({ length: rows.rowCount }, (_, row) => rows.values[row * rows.featureCount + feature] ?? 0);
}

function sourcesOf(
  named: readonly { readonly name: string }[],
  samples: readonly Sample[],
  origin: string,
): Artifact['data'] {
  const [source = '', licence = ''] = origin.split(/, (?=[^,]*$)/);
  return named.map(({ name }, index) => ({
    source: `${name}, ${source}`,
    licence,
    rows: samples[index]?.labels.length ?? 0,
  }));
}
