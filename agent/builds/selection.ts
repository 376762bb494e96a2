// Which targets a request is about, and why: pure, from the targets and the change.
import type { BuildTarget } from '../protocol/build.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { RepoPath, TargetId } from '../protocol/ids.ts';
import type { PlanRequest } from '../protocol/plan.ts';
import { isWithin } from './paths.ts';
import { createMatchers } from './patterns.ts';
import { withDependents, withNeeds } from './target-graph.ts';

/** `wanted` ones are in the plan in any case, `needed` ones only where their last success does not hold. */
export interface Selected {
  readonly kind: 'wanted' | 'needed';
  /** One sentence. */
  readonly reason: string;
}

export interface SelectionInput {
  readonly request: PlanRequest;
  readonly change: ChangeSet;
  readonly unbounded: readonly { readonly folder: string; readonly path: RepoPath; readonly reason: string }[];
  /** What the planned tests import built, by the folder of their project. */
  readonly neededByTests: ReadonlyMap<string, readonly TargetId[]>;
  /** Targets whose tools are not installed: nobody wants them who did not ask for them. */
  readonly unavailable?: ReadonlySet<TargetId>;
  /** Kept by whoever plans again and again. */
  readonly matchers?: ReturnType<typeof createMatchers>;
}

/** The targets in running order, each with the strongest reason for it. */
export function selectTargets(
  input: SelectionInput,
  targets: ReadonlyMap<TargetId, BuildTarget>,
): Map<TargetId, Selected> {
  const wanted = wantedTargets(input, targets);
  const needed = new Map<TargetId, string>();
  for (const id of wanted.keys())
    for (const need of withNeeds([id], targets)) if (!needed.has(need)) needed.set(need, `needed by ${id}`);
  for (const [folder, ids] of input.neededByTests) {
    for (const id of ids)
      if (!needed.has(id))
        needed.set(id, `needed by the tests ${folder === '' ? 'of this repository' : `in ${folder}`}`);
  }
  const selected = new Map<TargetId, Selected>();
  for (const id of targets.keys()) {
    const [want, need] = [wanted.get(id), needed.get(id)];
    if (want !== undefined) selected.set(id, { kind: 'wanted', reason: want });
    else if (need !== undefined) selected.set(id, { kind: 'needed', reason: need });
  }
  return selected;
}

function wantedTargets(input: SelectionInput, targets: ReadonlyMap<TargetId, BuildTarget>): Map<TargetId, string> {
  const { request } = input;
  if (request.targets !== undefined)
    return new Map(request.targets.filter((id) => targets.has(id)).map((id) => [id, 'asked for']));
  if (request.tests !== undefined || request.failed === true) return new Map();
  const isWanted = (id: TargetId) => mayBeWanted(id, input, targets);
  const impacted = new Map([...impactedTargets(input, targets)].filter(([id]) => isWanted(id)));
  if (request.all !== true) return impacted;
  return new Map([...targets.keys()].filter(isWanted).map((id) => [id, impacted.get(id) ?? 'everything is asked for']));
}

/** Who asks for all builds and nothing else wants those too that are otherwise built only when they are named. */
function mayBeWanted(
  id: TargetId,
  { request, unavailable }: SelectionInput,
  targets: ReadonlyMap<TargetId, BuildTarget>,
): boolean {
  const target = targets.get(id);
  if (target?.kind === 'configured' && target.automatic) return true;
  const isEverything = request.all === true && request.buildsOnly === true;
  return unavailable?.has(id) !== true && (target?.automatic === true || isEverything);
}

/** Targets with a changed input, and what depends on them. */
function impactedTargets(
  { change, unbounded, matchers = createMatchers() }: SelectionInput,
  targets: ReadonlyMap<TargetId, BuildTarget>,
): Map<TargetId, string> {
  const paths = change.files.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
  const changed = new Map<TargetId, string>();
  for (const target of targets.values()) {
    const reason = changeIn(target, paths, matchers) ?? reachIn(target, unbounded);
    if (reason !== null) changed.set(target.id, reason);
  }
  const all = withDependents(changed.keys(), targets);
  return new Map(
    [...all].map((id) => [
      id,
      changed.get(id) ?? `needs ${(targets.get(id)?.needs ?? []).filter((need) => all.has(need)).join(' and ')}`,
    ]),
  );
}

function changeIn(
  target: BuildTarget,
  paths: readonly RepoPath[],
  matchers: ReturnType<typeof createMatchers>,
): string | null {
  const isInput = matchers(target.inputs);
  const isOutput = matchers(target.outputs);
  const [first, ...more] = paths.filter((path) => isInput(path) && !isOutput(path));
  if (first === undefined) return null;
  return more.length === 0
    ? `${first} changed`
    : `${first} and ${more.length} more ${more.length === 1 ? 'file' : 'files'} changed`;
}

function reachIn(target: BuildTarget, unbounded: SelectionInput['unbounded']): string | null {
  const found = unbounded.find(({ folder }) => isWithin(folder, target.folder));
  return found === undefined ? null : `${found.path} changed: ${found.reason}`;
}
