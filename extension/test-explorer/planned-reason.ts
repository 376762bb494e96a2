// Why the plan has a test file in it, in the few words that fit beside its name.
import type { TestId } from '../../agent/protocol/ids.ts';
import type { Plan } from '../../agent/protocol/plan.ts';

/** `affected by discount.ts`, for each planned file. */
export function describePlan(plan: Plan): ReadonlyMap<TestId, string> {
  return new Map(plan.tests.map(({ id, why }) => [id, reasonOf(why)]));
}

function reasonOf(why: readonly string[]): string {
  const [cause] = why;
  if (cause === undefined) return 'planned';
  return why.length === 1 ? 'changed' : `affected by ${cause.slice(cause.lastIndexOf('/') + 1)}`;
}
