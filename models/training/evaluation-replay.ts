// The order of tests by what is known of the change: each repository by a model of the others.
import type { AdditiveModel } from '../runtime/additive-model.ts';
import { probabilityOf } from '../runtime/additive-model.ts';
import { bootstrapMean, type Interval } from '../learning/metrics.ts';
import {
  expectedCost,
  judgeable,
  meanScores,
  oracle,
  ordered,
  scoresOfOrder,
  simpleWays,
  type Candidates,
  type ChangeScores,
  type Worth,
} from './change-orders.ts';
import { fitTestChange } from './replay-samples.ts';
import type { ReplayedChange, ReplayRow } from './replay-file.ts';

export interface ReplayScores {
  readonly way: string;
  readonly scores: readonly ChangeScores[];
  readonly means: ReturnType<typeof meanScores>;
  /** The reference's APFDc minus this way's, and this way's time to the first failure minus the reference's, over the same changes. */
  readonly gain: Interval | null;
  readonly sooner: Interval | null;
}

export interface ReplayEvaluation {
  /** The way that all are compared with. */
  readonly reference: string;
  readonly ways: readonly ReplayScores[];
  readonly byRepository: readonly {
    readonly repository: string;
    readonly changes: number;
    readonly apfdc: ReadonlyMap<string, number>;
  }[];
  /** Held-out probabilities beside what happened, for calibration. */
  readonly probabilities: readonly number[];
  readonly labels: readonly number[];
}

export const modelWay = 'model';
/** The way that knows what fails. */
export const bestPossible = 'best possible';

/** Learned from only where the licence is MIT or Apache; the rest are for evaluation. */
export const replayLicences: Readonly<Record<string, string>> = {
  async: 'MIT',
  boltons: 'BSD-3-Clause',
  chai: 'MIT',
  click: 'BSD-3-Clause',
  'commander.js': 'MIT',
  express: 'MIT',
  immer: 'MIT',
  koa: 'MIT',
  luxon: 'MIT',
  picomatch: 'MIT',
  ufo: 'MIT',
};

/** Changes of repositories whose licence allows to learn from them. */
export function learnable(changes: readonly ReplayedChange[]): ReplayedChange[] {
  return changes.filter(({ repository }) => ['MIT', 'Apache-2.0'].includes(replayLicences[repository] ?? ''));
}

/** For each repository, a model of the others that may be learned from. */
export function heldOutModels(changes: readonly ReplayedChange[]): Map<string, AdditiveModel> {
  const repositories = new Set(changes.map(({ repository }) => repository));
  return new Map(
    [...repositories].map((repository) => [
      repository,
      fitTestChange(learnable(changes).filter((each) => each.repository !== repository)),
    ]),
  );
}

/** Scores each repository by the model that does not know it. */
export function evaluateReplay(
  changes: readonly ReplayedChange[],
  models: ReadonlyMap<string, AdditiveModel>,
  { candidates, reference }: { readonly candidates: Candidates; readonly reference: string },
): ReplayEvaluation {
  const byWay = new Map<string, ChangeScores[]>();
  const byRepository: { repository: string; changes: number; apfdc: Map<string, number> }[] = [];
  const probabilities: number[] = [];
  const labels: number[] = [];
  for (const [repository, model] of models) {
    const own = changes.filter((each) => each.repository === repository);
    for (const { tests } of own) {
      for (const row of tests) {
        probabilities.push(probabilityOf(model, row.features));
        labels.push(Number(row.hasFailed));
      }
    }
    const judged = judgeable(own, candidates);
    const means = new Map<string, number>();
    for (const [way, worth] of waysWith(model)) {
      const scores = judged.map((change) => scoresOfOrder(change, ordered(change, worth)));
      byWay.set(way, [...(byWay.get(way) ?? []), ...scores]);
      means.set(way, meanScores(scores).apfdc);
    }
    byRepository.push({ repository, changes: judged.length, apfdc: means });
  }
  return { reference, ways: compared(byWay, reference), byRepository, probabilities, labels };
}

/** The model's probability for what a test costs. */
export function modelWorth(model: AdditiveModel): Worth {
  return (row: ReplayRow) => probabilityOf(model, row.features) / expectedCost(row);
}

function waysWith(model: AdditiveModel): Map<string, Worth> {
  return new Map<string, Worth>([[modelWay, modelWorth(model)], ...simpleWays, [bestPossible, oracle]]);
}

function compared(byWay: ReadonlyMap<string, readonly ChangeScores[]>, reference: string): ReplayScores[] {
  const base = byWay.get(reference) ?? [];
  return [...byWay].map(([way, scores]) => ({
    way,
    scores,
    means: meanScores(scores),
    gain: bootstrapMean(scores.map((each, index) => (base[index]?.apfdc ?? 0) - each.apfdc)),
    sooner: bootstrapMean(scores.map((each, index) => each.firstFailure - (base[index]?.firstFailure ?? 0))),
  }));
}
