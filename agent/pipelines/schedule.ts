// In which order steps are best started, and how long they would take: pure functions of durations and needs.
import type { StepId } from '../protocol/ids.ts';

export interface ScheduledStep {
  readonly id: StepId;
  /** Only those that are in the schedule too count. */
  readonly needs: readonly StepId[];
  readonly durationMs: number;
  readonly failureProbability: number | null;
}

export interface Priorities {
  /** The higher the sooner. */
  readonly of: ReadonlyMap<StepId, number>;
  /** Steps on the longest way. */
  readonly critical: ReadonlySet<StepId>;
  /** Steps that come first as they are likely to fail and cheap to ask. */
  readonly early: ReadonlySet<StepId>;
}

const likelyFailure = 0.25;
const cheapShare = 0.1;

/** Steps stand after what they need. The longest way that begins with a step decides; what fails likely and costs little comes first. */
export function prioritize(steps: readonly ScheduledStep[]): Priorities {
  const totalMs = steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const left = longestWays(steps);
  const early = new Set(
    steps
      .filter(
        ({ failureProbability, durationMs }) =>
          (failureProbability ?? 0) >= likelyFailure && durationMs <= totalMs * cheapShare,
      )
      .map(({ id }) => id),
  );
  const priorities = steps.map(({ id }) => [id, (left.get(id) ?? 0) + (early.has(id) ? totalMs : 0)] as const);
  return { of: new Map(priorities), critical: criticalSteps(steps, left), early };
}

/** Expected duration with so many slots; `priorityOf` decides between steps that could start at once, then their order. */
export function expectedDuration(
  steps: readonly ScheduledStep[],
  slots: number,
  priorityOf: (id: StepId) => number,
): number {
  const known = new Set(steps.map(({ id }) => id));
  const waiting = new Map(
    steps.map((step) => [step.id, { step, left: step.needs.filter((need) => known.has(need)).length }]),
  );
  const followers = followersOf(steps);
  const ready = [...waiting.values()].filter(({ left }) => left === 0).map(({ step }) => step);
  const running: { readonly step: ScheduledStep; readonly endMs: number }[] = [];
  let nowMs = 0;
  while (ready.length > 0 || running.length > 0) {
    while (ready.length > 0 && running.length < slots) {
      const step = takeHighest(ready, priorityOf);
      running.push({ step, endMs: nowMs + step.durationMs });
    }
    running.sort((a, b) => b.endMs - a.endMs);
    const ended = running.pop();
    if (ended === undefined) break;
    nowMs = ended.endMs;
    for (const id of followers.get(ended.step.id) ?? []) {
      const follower = waiting.get(id);
      if (follower !== undefined && --follower.left === 0) ready.push(follower.step);
    }
  }
  return nowMs;
}

function takeHighest(ready: ScheduledStep[], priorityOf: (id: StepId) => number): ScheduledStep {
  let best = 0;
  for (let index = 1; index < ready.length; index++) {
    const candidate = ready[index];
    const present = ready[best];
    if (candidate !== undefined && present !== undefined && priorityOf(candidate.id) > priorityOf(present.id))
      best = index;
  }
  const [step] = ready.splice(best, 1);
  if (step === undefined) throw new Error('nothing is ready');
  return step;
}

function followersOf(steps: readonly ScheduledStep[]): Map<StepId, StepId[]> {
  const followers = new Map<StepId, StepId[]>();
  for (const { id, needs } of steps) {
    for (const need of needs) {
      const known = followers.get(need);
      if (known === undefined) followers.set(need, [id]);
      else known.push(id);
    }
  }
  return followers;
}

/** From each step to the end. */
function longestWays(steps: readonly ScheduledStep[]): Map<StepId, number> {
  const followers = followersOf(steps);
  const ways = new Map<StepId, number>();
  for (const { id, durationMs } of steps.toReversed()) {
    const longest = (followers.get(id) ?? []).reduce((most, follower) => Math.max(most, ways.get(follower) ?? 0), 0);
    ways.set(id, durationMs + longest);
  }
  return ways;
}

function criticalSteps(steps: readonly ScheduledStep[], ways: ReadonlyMap<StepId, number>): Set<StepId> {
  const followers = followersOf(steps);
  const known = new Set(steps.map(({ id }) => id));
  const longest = (ids: readonly StepId[]) =>
    ids.reduce<StepId | null>(
      (best, id) => (best === null || (ways.get(id) ?? 0) > (ways.get(best) ?? 0) ? id : best),
      null,
    );
  const critical = new Set<StepId>();
  let at = longest(steps.filter(({ needs }) => !needs.some((need) => known.has(need))).map(({ id }) => id));
  for (; at !== null; at = longest(followers.get(at) ?? [])) critical.add(at);
  return critical;
}
