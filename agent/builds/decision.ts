// What has to be built of what was selected, in which order and why: pure, from how the targets stand.
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetId } from '../protocol/ids.ts';
import type { PlannedBuild } from '../protocol/plan.ts';
import type { Selected } from './selection.ts';
import { isFresh, isUpToDate, staleReason, type TargetState } from './target-state.ts';

export interface DecisionInput {
  /** In running order. */
  readonly selected: ReadonlyMap<TargetId, Selected>;
  readonly targets: ReadonlyMap<TargetId, BuildTarget>;
  readonly states: ReadonlyMap<TargetId, TargetState>;
  /** False: everything selected is built, whatever its last success. */
  readonly isIncremental: boolean;
}

/** A target whose needs are built again is planned as not cached; whether it really is built depends on what they write. */
export function decideBuilds({ selected, targets, states, isIncremental }: DecisionInput): PlannedBuild[] {
  const rebuilt = new Set<TargetId>();
  const planned: PlannedBuild[] = [];
  for (const [id, selection] of selected) {
    const state = states.get(id);
    if (state === undefined) continue;
    const target = targets.get(id);
    if (target === undefined) continue;
    const first = target.needs.filter((need) => rebuilt.has(need));
    const cached = first.length === 0 && isUpToDate(target, state, isIncremental);
    if (cached && selection.kind === 'needed') continue;
    if (!cached) rebuilt.add(id);
    planned.push({
      target: id,
      fingerprint: state.fingerprint,
      cached,
      reason: reasonFor(selection, state, { cached, first, isIncremental }),
    });
  }
  return planned;
}

function reasonFor(
  selection: Selected,
  state: TargetState,
  { cached, first, isIncremental }: { cached: boolean; first: readonly TargetId[]; isIncremental: boolean },
): string {
  if (cached) return `unchanged since ${state.last?.executionId ?? 'its last build'}`;
  if (isIncremental && isFresh(state) && first.length > 0)
    return `built again if ${first.join(' or ')} changes what it writes`;
  if (selection.kind === 'needed' && !isFresh(state)) return `${selection.reason}, and ${staleReason(state)}`;
  return selection.reason;
}
