// Which chain of targets takes longest, by recorded durations: it decides how long everything takes.
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetId } from '../protocol/ids.ts';
import type { PlannedBuild } from '../protocol/plan.ts';

type Targets = ReadonlyMap<TargetId, Pick<BuildTarget, 'needs'>>;

/** A target of which nothing is known takes as long as this, so that longer chains of such still come first. */
const unknownMs = 1;

/** For each planned build how long the longest chain takes that begins with it, in milliseconds. What is cached takes no time. */
export function pathWeights(planned: readonly PlannedBuild[], targets: Targets): Map<TargetId, number> {
  const costs = new Map(planned.map((build) => [build.target, build.cached ? 0 : (build.expectedMs ?? unknownMs)]));
  return weightsOf([...costs.keys()], targets, (id) => costs.get(id) ?? 0);
}

/** The same builds, each after what it needs, else those first that begin the longest chain. */
export function longestFirst(planned: readonly PlannedBuild[], targets: Targets): PlannedBuild[] {
  const weights = pathWeights(planned, targets);
  const byId = new Map(planned.map((build) => [build.target, build]));
  const placed = new Set<TargetId>();
  const ordered: PlannedBuild[] = [];
  const waiting = planned.toSorted((a, b) => (weights.get(b.target) ?? 0) - (weights.get(a.target) ?? 0));
  const isOpen = (id: TargetId) => byId.has(id) && !placed.has(id);
  while (ordered.length < planned.length) {
    const at = waiting.findIndex(({ target }) => !(targets.get(target)?.needs ?? []).some(isOpen));
    // Targets have no circles; if they had, nothing must be lost.
    const [next] = waiting.splice(Math.max(at, 0), 1);
    if (next === undefined) break;
    placed.add(next.target);
    ordered.push(next);
  }
  return ordered;
}

/** The chain of targets that takes longest, in running order; empty when no duration is known. */
export function criticalPath(targets: Targets, durations: ReadonlyMap<TargetId, number>): TargetId[] {
  const weights = weightsOf([...targets.keys()], targets, (id) => durations.get(id) ?? 0);
  const dependents = dependentsOf([...targets.keys()], targets);
  const heaviest = (ids: readonly TargetId[]) =>
    ids.toSorted((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0)).find((id) => (weights.get(id) ?? 0) > 0);
  const chain: TargetId[] = [];
  for (let at = heaviest([...targets.keys()]); at !== undefined; at = heaviest(dependents.get(at) ?? []))
    chain.push(at);
  return chain;
}

/** Own cost and that of the costliest chain of dependents, for `ids` given in any order. */
function weightsOf(
  ids: readonly TargetId[],
  targets: Targets,
  costOf: (id: TargetId) => number,
): Map<TargetId, number> {
  const dependents = dependentsOf(ids, targets);
  const weights = new Map<TargetId, number>();
  const known = new Set(ids);
  // Without recursion, because a chain of targets may be long: a target is left when all above it are known.
  for (const start of ids) {
    const stack = [start];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const open = (dependents.get(id) ?? []).filter(
        (each) => known.has(each) && !weights.has(each) && !stack.includes(each),
      );
      if (open.length > 0 && !weights.has(id)) stack.push(...open);
      else {
        const above = (dependents.get(id) ?? []).map((each) => weights.get(each) ?? 0);
        weights.set(id, costOf(id) + Math.max(0, ...above));
        stack.pop();
      }
    }
  }
  return weights;
}

function dependentsOf(ids: readonly TargetId[], targets: Targets): Map<TargetId, TargetId[]> {
  const dependents = new Map<TargetId, TargetId[]>();
  for (const id of ids)
    for (const need of targets.get(id)?.needs ?? []) dependents.set(need, [...(dependents.get(need) ?? []), id]);
  return dependents;
}
