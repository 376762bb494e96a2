// How risky a change is among the repository's own, by the model or, where that cannot answer, by the number of lines.
import { changeRiskFeatures, type ChangeMeasures } from '../../models/features/change-risk.ts';
import { rowOf } from '../../models/learning/matrix.ts';
import { leastEarlier } from '../protocol/prediction-words.ts';
import { RiskFigures } from '../protocol/prediction.ts';
import { getLearned, saveLearned } from '../store/learned.ts';
import type { Store } from '../store/store.ts';
import { blendedAnswer } from './blended-answer.ts';
import type { PendingChange } from './change-log.ts';
import type { ChangeRows } from './change-rows.ts';
import { reasonsOf, type Prediction } from './explanation.ts';
import type { OwnEvidence } from './own-evidence.ts';
import { riskChoiceName, type JudgedChange } from './risk-choice.ts';
import { unseenScores, type ScoreSources } from './unseen-scores.ts';

export interface ChangeRiskOptions extends ScoreSources {
  readonly store: Store;
  readonly evidence: OwnEvidence;
  readonly onRefused: (message: string) => void;
}

export interface ChangeRiskModel extends ChangeRating {
  /** Null until `choose` was called once. */
  figures(): RiskFigures | null;
  /** Keeps which is to rate changes: the model, or the number of lines. Takes seconds where many commits are to be blamed. */
  choose(at: number): Promise<void>;
}

export interface ChangeRating {
  /**
   * A percentile among the repository's own changes, which are given in time order. Among fewer than 30 the number of
   * lines alone decides.
   */
  changeRisk(change: ChangeMeasures, earlier: readonly ChangeMeasures[]): Promise<Prediction>;
  /**
   * The risk of the last commit of a log that `git` printed for `changeLogArguments`, or of `pending` where something is
   * not committed yet, among the commits before it. Null when there is none. `commit` is null for what is pending.
   */
  commitRisk(
    log: string,
    pending?: PendingChange,
  ): Promise<(Prediction & { readonly commit: string | null; readonly among: number }) | null>;
}

/** Keeps nothing between questions. */
export function createChangeRisk(options: ChangeRiskOptions): ChangeRiskModel {
  const { store, ask, own, compute, onRefused } = options;
  const figures = () => getLearned(store, riskChoiceName, RiskFigures);
  const riskOf = async ({ rows, churnRank, among }: ChangeRows): Promise<Prediction> => {
    const plain = {
      value: churnRank,
      reasons: [{ words: 'how many lines it touches', weight: churnRank - 0.5 }],
      by: 'plain',
    };
    if (among < leastEarlier || figures()?.by === 'lines') return plain;
    const answer = await ask(rows);
    if (!answer.ok) onRefused(answer.message);
    if (!answer.ok || answer.standsAside) return plain;
    const { scores, contributions, by } = blendedAnswer(answer, rows, await own());
    return { value: percentileOfLast(scores), reasons: reasonsOf(changeRiskFeatures, contributions), by };
  };
  return {
    figures,
    async choose(at) {
      const judged = await judgedChanges(options);
      if (judged === null) return;
      const value = await compute('compareRisk', judged);
      await store.transact((tx) => saveLearned(tx, riskChoiceName, value, at));
    },
    changeRisk: async (change, earlier) => await riskOf(await compute('changeRows', change, earlier)),
    async commitRisk(log, pending) {
      const found = await compute('lastChangeRows', log, pending ?? null);
      if (found === null) return null;
      const { commit, among } = found;
      return { commit, among, ...(await riskOf(found)) };
    },
  };
}

/** The commits that the model was not made from; null without any, and where the model did not answer. */
async function judgedChanges(options: ChangeRiskOptions): Promise<JudgedChange[] | null> {
  const evidence = await options.evidence('change-risk');
  if (!evidence.ok) return null;
  const { rows, labels } = evidence.sample;
  const { scores } = await unseenScores('change-risk', evidence.sample, options);
  if (scores === null) return null;
  return scores.flatMap((model, row) =>
    model === null ? [] : [{ isBlamed: labels[row] === 1, model, lines: rowOf(rows, row)[churn] ?? 0.5 }],
  );
}

const churn = changeRiskFeatures.findIndex(({ name }) => name === 'churn');

function percentileOfLast(scores: Float32Array): number {
  const last = scores.at(-1) ?? 0;
  const earlier = scores.subarray(0, -1);
  return (earlier.filter((score) => score < last).length + 0.5) / (earlier.length + 1);
}
