// How risky a change is among the repository's own, by the model or, where that cannot answer, by the number of lines.
import { ChangePast, changeRiskFeatures, type ChangeMeasures } from '../../models/features/change-risk.ts';
import { blendedAnswer } from './blended-answer.ts';
import { measuredChanges, notCommitted, withPending, type PendingChange } from './change-log.ts';
import { reasonsOf, type Prediction } from './explanation.ts';
import type { LocalModel } from './local-model.ts';
import type { ModelAnswer } from './model-messages.ts';

export interface ChangeRiskOptions {
  readonly ask: (rows: Float32Array) => Promise<ModelAnswer>;
  /** The repository's own model that is in use. */
  readonly own: () => Promise<LocalModel | null>;
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

/** A change is ranked among so many before it. */
const mostEarlier = 2000;
/** The model knows a change by its ranks among earlier ones; among fewer than these they say little. */
const leastEarlier = 30;

/** Keeps nothing between questions. */
export function createChangeRisk({ ask, own, onRefused }: ChangeRiskOptions): ChangeRiskModel {
  const changeRisk: ChangeRiskModel['changeRisk'] = async (change, earlier) => {
    const { rows, churnRank } = changeRows(change, earlier);
    const plain = {
      value: churnRank,
      reasons: [{ words: 'how many lines it touches', weight: churnRank - 0.5 }],
      by: 'plain',
    };
    if (earlier.length < leastEarlier) return plain;
    const answer = await ask(rows);
    if (!answer.ok) onRefused(answer.message);
    if (!answer.ok || answer.standsAside) return plain;
    const { scores, contributions, by } = blendedAnswer(answer, rows, await own());
    return { value: percentileOfLast(scores), reasons: reasonsOf(changeRiskFeatures, contributions), by };
  };
  return {
    changeRisk,
    async commitRisk(log, pending) {
      const changes = measuredChanges(pending === undefined ? log : withPending(log, pending));
      const last = changes.at(-1);
      if (last === undefined) return null;
      const earlier = changes.slice(-mostEarlier - 1, -1).map((change) => change.measures);
      const commit = last.commit === notCommitted ? null : last.commit;
      return { commit, among: earlier.length, ...(await changeRisk(last.measures, earlier)) };
    },
  };
}

/** The rows of all changes, the one asked about last; each knows those before it. */
function changeRows(change: ChangeMeasures, earlier: readonly ChangeMeasures[]) {
  const past = new ChangePast();
  const width = changeRiskFeatures.length;
  const rows = new Float32Array((earlier.length + 1) * width);
  [...earlier, change].forEach((measures, index) => {
    rows.set(past.features(measures), index * width);
    past.add(measures);
  });
  const churn = changeRiskFeatures.findIndex((feature) => feature.name === 'churn');
  return { rows, churnRank: rows[earlier.length * width + churn] ?? 0.5 };
}

function percentileOfLast(scores: Float32Array): number {
  const last = scores.at(-1) ?? 0;
  const earlier = scores.subarray(0, -1);
  return (earlier.filter((score) => score < last).length + 0.5) / (earlier.length + 1);
}
