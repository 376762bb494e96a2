// Targets and what they need: order, closure, and circles, which are cut so that nothing waits for itself.
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetId } from '../protocol/ids.ts';

/** Needs by target; `weak` ones (devDependencies) are the first to be cut where targets need each other in a circle. */
export interface Needs {
  readonly strong: ReadonlySet<TargetId>;
  readonly weak: ReadonlySet<TargetId>;
}

export interface CutNeeds {
  readonly needs: ReadonlyMap<TargetId, readonly TargetId[]>;
  /** A sentence for each need that was left out. */
  readonly problems: readonly string[];
}

/** Needs without circles. */
export function cutCircles(targets: ReadonlyMap<TargetId, Needs>): CutNeeds {
  const needs = new Map([...targets].map(([id, { strong, weak }]) => [id, new Set([...strong, ...weak])]));
  const problems: string[] = [];
  for (let circle = findCircle(needs); circle !== null; circle = findCircle(needs)) {
    const [from, to] = weakestLink(circle, targets);
    needs.get(from)?.delete(to);
    problems.push(
      `targets need each other in a circle: ${circle.join(' → ')}; that ${from} needs ${to} is passed over`,
    );
  }
  return { needs: new Map([...needs].map(([id, set]) => [id, [...set]])), problems };
}

/** Targets so that each comes after what it needs; otherwise in the order in which they came. */
export function inBuildOrder(targets: readonly BuildTarget[]): BuildTarget[] {
  const byId = new Map(targets.map((target) => [target.id, target]));
  const ordered = new Set<BuildTarget>();
  const entered = new Set<TargetId>();
  const stack = targets.toReversed();
  for (let target = stack.at(-1); target !== undefined; target = stack.at(-1)) {
    const open = entered.has(target.id)
      ? []
      : target.needs.flatMap((id) => byId.get(id) ?? []).filter((need) => !entered.has(need.id));
    entered.add(target.id);
    if (open.length > 0) stack.push(...open.toReversed());
    else ordered.add(stack.pop() ?? target);
  }
  return [...ordered];
}

/** `roots` and everything that they need. */
export function withNeeds(roots: Iterable<TargetId>, targets: ReadonlyMap<TargetId, BuildTarget>): Set<TargetId> {
  return reach(roots, (id) => targets.get(id)?.needs ?? []);
}

/** `roots` and everything that needs one of them. */
export function withDependents(roots: Iterable<TargetId>, targets: ReadonlyMap<TargetId, BuildTarget>): Set<TargetId> {
  const dependents = new Map<TargetId, TargetId[]>();
  for (const { id, needs } of targets.values()) {
    for (const need of needs) {
      const known = dependents.get(need);
      if (known === undefined) dependents.set(need, [id]);
      else known.push(id);
    }
  }
  return reach(roots, (id) => dependents.get(id) ?? []);
}

function reach(roots: Iterable<TargetId>, next: (id: TargetId) => readonly TargetId[]): Set<TargetId> {
  const reached = new Set(roots);
  // A set may grow while it is walked through.
  for (const id of reached) for (const each of next(id)) reached.add(each);
  return reached;
}

function findCircle(needs: ReadonlyMap<TargetId, ReadonlySet<TargetId>>): TargetId[] | null {
  const done = new Set<TargetId>();
  for (const start of needs.keys()) {
    const circle = circleFrom(start, needs, done);
    if (circle !== null) return circle;
  }
  return null;
}

/** Walks down from `start`; without recursion, because a chain of targets may be long. */
function circleFrom(
  start: TargetId,
  needs: ReadonlyMap<TargetId, ReadonlySet<TargetId>>,
  done: Set<TargetId>,
): TargetId[] | null {
  const path = new Map<TargetId, Iterator<TargetId>>();
  const enter = (id: TargetId) => path.set(id, (needs.get(id) ?? new Set<TargetId>()).values());
  if (!done.has(start)) enter(start);
  for (let last = [...path].at(-1); last !== undefined; last = [...path].at(-1)) {
    const [id, rest] = last;
    const next = rest.next();
    if (next.done === true) {
      path.delete(id);
      done.add(id);
    } else if (path.has(next.value)) {
      const ids = [...path.keys()];
      return [...ids.slice(ids.indexOf(next.value)), next.value];
    } else if (!done.has(next.value)) enter(next.value);
  }
  return null;
}

/** The link of a circle to cut: a weak one if there is any, else the last. */
function weakestLink(
  circle: readonly TargetId[],
  targets: ReadonlyMap<TargetId, Needs>,
): readonly [TargetId, TargetId] {
  const links = circle.slice(1).flatMap((to, index) => {
    const from = circle[index];
    return from === undefined ? [] : [[from, to] as const];
  });
  const weak = links.findLast(([from, to]) => targets.get(from)?.strong.has(to) === false);
  const last = weak ?? links.at(-1);
  if (last === undefined) throw new Error('a circle has at least one link');
  return last;
}
