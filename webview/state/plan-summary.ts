// A plan, made small enough to keep.
import type { Plan } from '../../agent/protocol/plan.ts';
import type { PlanSummary } from './state.ts';

/** What the page keeps of a plan. */
export function summarizePlan(plan: Plan): PlanSummary {
  return {
    changedFiles: plan.changes.map((change) => change.path),
    builds: plan.builds,
    tests: new Map(plan.tests.map((test) => [test.id, test])),
    skippedTests: plan.skipped.count,
    leftOutTests: leftOutOf(plan),
    expectedMs: plan.expected?.medianMs ?? 0,
    testsMs: plan.tests.reduce((sum, test) => sum + test.expectedMs, 0),
  };
}

function leftOutOf({ budget, tests }: Plan): number {
  const ran = new Set(tests.map(({ id }) => id));
  return budget?.leftOut.filter(({ id }) => !ran.has(id)).length ?? 0;
}
