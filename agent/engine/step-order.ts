// The DAG of an execution's steps: whether it is one, and which steps become ready when another ends.
import { failure, success, type Result } from '../protocol/failure.ts';
import type { StepId } from '../protocol/ids.ts';
import type { StepDefinition } from './definitions.ts';

/**
 * Fails with a sentence when an id occurs twice or is the `reserved` one, a need does not exist, or the steps need each
 * other in a circle.
 */
export function checkSteps(steps: readonly StepDefinition[], reserved?: StepId): Result<null> {
  const byId = new Map<StepId, StepDefinition>();
  for (const step of steps) {
    if (byId.has(step.id) || step.id === reserved)
      return failure('invalid_configuration', `two steps are called ${step.id}`);
    byId.set(step.id, step);
  }
  for (const step of steps) {
    const missing = prerequisitesOf(step).find((id) => !byId.has(id));
    if (missing !== undefined) {
      return failure('invalid_configuration', `${step.id} needs ${missing}, which does not exist`);
    }
  }
  const circle = findCircle(steps);
  if (circle === null) return success(null);
  return failure('invalid_configuration', `steps need each other in a circle: ${circle.join(' → ')}`);
}

/** Everything that must have ended before the step can start. */
export function prerequisitesOf(step: StepDefinition): readonly StepId[] {
  return step.after === undefined ? step.needs : [...step.needs, ...step.after];
}

/** Counts down what each step waits for. */
export class StepOrder {
  readonly #waitingFor = new Map<StepId, number>();
  readonly #followers = new Map<StepId, StepId[]>();

  constructor(steps: readonly StepDefinition[]) {
    for (const step of steps) {
      const prerequisites = new Set(prerequisitesOf(step));
      this.#waitingFor.set(step.id, prerequisites.size);
      for (const id of prerequisites) {
        const followers = this.#followers.get(id);
        if (followers === undefined) this.#followers.set(id, [step.id]);
        else followers.push(step.id);
      }
    }
  }

  /** Steps that wait for nothing, in the order in which they were defined. */
  ready(): StepId[] {
    return [...this.#waitingFor].flatMap(([id, count]) => (count === 0 ? [id] : []));
  }

  /** Steps that wait for nothing more now that `id` has ended. */
  ended(id: StepId): StepId[] {
    return (this.#followers.get(id) ?? []).filter((follower) => {
      const count = (this.#waitingFor.get(follower) ?? 0) - 1;
      this.#waitingFor.set(follower, count);
      return count === 0;
    });
  }
}

/** What is left after taking away, again and again, all that waits for nothing is or leads into a circle. */
function findCircle(steps: readonly StepDefinition[]): StepId[] | null {
  const order = new StepOrder(steps);
  const left = new Map(steps.map((step) => [step.id, step]));
  for (let ready = order.ready(); ready.length > 0;) {
    for (const id of ready) left.delete(id);
    ready = ready.flatMap((id) => order.ended(id));
  }
  const first = left.keys().next();
  return first.done === true ? null : walkCircle(left, first.value);
}

/** Every step that is left needs another one that is left, so following needs must come round. */
function walkCircle(left: ReadonlyMap<StepId, StepDefinition>, start: StepId): StepId[] {
  const walked: StepId[] = [];
  const placeOf = new Map<StepId, number>();
  for (let at: StepId | undefined = start; at !== undefined;) {
    const seenAt = placeOf.get(at);
    if (seenAt !== undefined) return [...walked.slice(seenAt), at];
    placeOf.set(at, walked.length);
    walked.push(at);
    const step = left.get(at);
    at = step === undefined ? undefined : prerequisitesOf(step).find((id) => left.has(id));
  }
  return walked;
}
