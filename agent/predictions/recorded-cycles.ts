// What the agent planned and what came of it: the executions on record as cycles of tests, the earliest first.
import { setImmediate } from 'node:timers/promises';
import type { ExecutionId, TestId } from '../protocol/ids.ts';
import { isAudited, isBudgetAudited, type PlannedTest } from '../protocol/plan.ts';
import type { Reader } from '../store/sql.ts';
import { latestPlans } from '../store/plans.ts';
import { fileOutcomes } from '../store/tests.ts';

/** One planned test file and how it ended. */
export interface RecordedTest {
  readonly id: TestId;
  /** As estimated before the run. */
  readonly probability: number;
  /** The median then, and what it really took. */
  readonly expectedMs: number;
  readonly durationMs: number;
  /** Expected not to be exceeded by nine of ten runs; null where that was not known. */
  readonly p90Ms: number | null;
  /** Edges from the change; null where no path was known. */
  readonly distance: number | null;
  readonly hasFailed: boolean;
}

export interface RecordedCycle {
  readonly executionId: ExecutionId;
  readonly at: number;
  readonly tests: readonly RecordedTest[];
}

/** So many plans are looked at, and no more results than these: the latest count. */
const mostCycles = 300;
const mostTests = 200_000;

/** Tests that were planned and ran; cycles of none are left out. A test that a runner reports twice counts once. */
export async function recordedCycles(db: Reader, limit = mostCycles): Promise<RecordedCycle[]> {
  const cycles: RecordedCycle[] = [];
  let total = 0;
  for (const { executionId, at, plan } of latestPlans(db, limit)) {
    const outcomes = fileOutcomes(db, executionId);
    const tests = plan.tests.flatMap((planned) => recordedTest(planned, outcomes));
    total += tests.length;
    if (total > mostTests) break;
    if (tests.length > 0) cycles.push({ executionId, at, tests });
    // Hundreds of plans are read: whatever else the agent is asked comes in between.
    await setImmediate();
  }
  return cycles.reverse();
}

function recordedTest(planned: PlannedTest, outcomes: ReturnType<typeof fileOutcomes>): RecordedTest[] {
  const outcome = outcomes.get(planned.id);
  if (outcome === undefined) return [];
  const { id, probability, expectedMs, p90Ms = null } = planned;
  return [{ id, probability, expectedMs, p90Ms, distance: distanceOf(planned), ...outcome }];
}

/** Sentences that stand where no path is known. */
const sentences: ReadonlySet<string> = new Set(['failed last time', 'all tests', 'chosen', 'selection is off']);

/** Edges from the change by the path that a plan gives as its reason; null where a sentence stands instead. */
export function distanceOf(planned: PlannedTest): number | null {
  if (isAudited(planned) || isBudgetAudited(planned) || sentences.has(planned.why[0] ?? '')) return null;
  return Math.max(0, planned.why.length - 1);
}
