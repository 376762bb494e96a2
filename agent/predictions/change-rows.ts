// Changes as rows of the change-risk model. Pure; for a long history it takes a while.
import { ChangePast, changeRiskFeatures, type ChangeMeasures } from '../../models/features/change-risk.ts';
import { measuredChanges, notCommitted, withPending, type MeasuredChange, type PendingChange } from './change-log.ts';

export interface ChangeRows {
  /** Row after row, the change that is asked about last; each knows those before it. */
  readonly rows: Float32Array;
  /** Of the last, among those before it, 0 to 1. */
  readonly churnRank: number;
  readonly among: number;
}

/** `earlier` in time order. */
export function changeRows(change: ChangeMeasures, earlier: readonly ChangeMeasures[]): ChangeRows {
  const past = new ChangePast();
  const width = changeRiskFeatures.length;
  const rows = new Float32Array((earlier.length + 1) * width);
  [...earlier, change].forEach((measures, index) => {
    rows.set(past.features(measures), index * width);
    past.add(measures);
  });
  const churn = changeRiskFeatures.findIndex((feature) => feature.name === 'churn');
  return { rows, churnRank: rows[earlier.length * width + churn] ?? 0.5, among: earlier.length };
}

/** A change is ranked among so many before it. */
const mostEarlier = 2000;

/** The last change of a log, or what is not committed yet, whose `commit` is null; null where there is none. */
export function lastChangeRows(
  log: string,
  pending: PendingChange | null,
): (ChangeRows & { readonly commit: string | null }) | null {
  const changes = measuredChanges(pending === null ? log : withPending(log, pending));
  const last = changes.at(-1);
  if (last === undefined) return null;
  const earlier = changes.slice(-mostEarlier - 1, -1).map(({ measures }) => measures);
  const commit = last.commit === notCommitted ? null : last.commit;
  return { commit, ...changeRows(last.measures, earlier) };
}

/** What a model of the repository itself is made from is among the latest commits. */
const mostChanges = 3000;

/** The latest changes of a log. */
export function latestChanges(log: string): MeasuredChange[] {
  return measuredChanges(log).slice(-mostChanges);
}
