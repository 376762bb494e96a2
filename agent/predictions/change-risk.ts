// How risky a change is among the repository's own, by the model or, where that cannot answer, by the number of lines.
import { changeRiskFeatures, type ChangeMeasures } from '../../models/features/change-risk.ts';
import { blendedAnswer } from './blended-answer.ts';
import type { PendingChange } from './change-log.ts';
import type { ChangeRows } from './change-rows.ts';
import { reasonsOf, type Prediction } from './explanation.ts';
import type { LocalModel } from './local-model.ts';
import type { ModelAnswer } from './model-messages.ts';
import type { Compute } from './model-tasks.ts';

export interface ChangeRiskOptions {
  readonly ask: (rows: Float32Array) => Promise<ModelAnswer>;
  /** The repository's own model that is in use. */
  readonly own: () => Promise<LocalModel | null>;
  readonly compute: Compute;
  readonly onRefused: (message: string) => void;
}

export interface ChangeRiskModel {
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

/** The model knows a change by its ranks among earlier ones; among fewer than these they say little. */
const leastEarlier = 30;

/** Keeps nothing between questions. */
export function createChangeRisk({ ask, own, compute, onRefused }: ChangeRiskOptions): ChangeRiskModel {
  const riskOf = async ({ rows, churnRank, among }: ChangeRows): Promise<Prediction> => {
    const plain = {
      value: churnRank,
      reasons: [{ words: 'how many lines it touches', weight: churnRank - 0.5 }],
      by: 'plain',
    };
    if (among < leastEarlier) return plain;
    const answer = await ask(rows);
    if (!answer.ok) onRefused(answer.message);
    if (!answer.ok || answer.standsAside) return plain;
    const { scores, contributions, by } = blendedAnswer(answer, rows, await own());
    return { value: percentileOfLast(scores), reasons: reasonsOf(changeRiskFeatures, contributions), by };
  };
  return {
    changeRisk: async (change, earlier) => await riskOf(await compute('changeRows', change, earlier)),
    async commitRisk(log, pending) {
      const found = await compute('lastChangeRows', log, pending ?? null);
      if (found === null) return null;
      const { commit, among } = found;
      return { commit, among, ...(await riskOf(found)) };
    },
  };
}

function percentileOfLast(scores: Float32Array): number {
  const last = scores.at(-1) ?? 0;
  const earlier = scores.subarray(0, -1);
  return (earlier.filter((score) => score < last).length + 0.5) / (earlier.length + 1);
}
