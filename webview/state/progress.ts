// How far the run is, and when it can be expected to end.
import { workingMs } from '../../agent/protocol/execution-time.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import { median } from '../format.ts';
import { isOver } from './executions.ts';
import { currentExecution, type DashboardState, type PlanSummary } from './state.ts';

/** Below this share of the work, its own pace says too little about the rest. */
const shareToTrust = 0.1;

export interface Progress {
  /** Test files finished and planned, or steps where no tests are planned; `total` is 0 while the plan is being made. */
  readonly unit: 'test file' | 'step';
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
  /** Expected time to the end; null when nothing is known to expect it from. */
  readonly remainingMs: number | null;
  /** The run takes longer than was expected of it. */
  readonly isOverdue: boolean;
}

/** The progress of the run; null when none is under way. */
export function progressOf(state: DashboardState, now: number): Progress | null {
  const execution = currentExecution(state);
  if (execution?.state !== 'running') return null;
  const elapsedMs = workingMs(execution, now) ?? 0;
  if (execution.plannedTests === 0) return progressOfSteps(execution, elapsedMs);
  const done = Math.min(execution.finishedTests, execution.plannedTests);
  const expectedMs = expectedDuration(state, { done, elapsedMs });
  const remaining = expectedMs === null ? null : expectedMs - elapsedMs;
  return {
    unit: 'test file',
    done,
    total: execution.plannedTests,
    elapsedMs,
    remainingMs: remaining === null ? null : Math.max(0, remaining),
    isOverdue: remaining !== null && remaining < 0,
  };
}

/** Of a run without tests. How long pipelines take, what they wait for included, is not known. */
function progressOfSteps({ steps }: Execution, elapsedMs: number): Progress {
  const own = steps.filter(({ kind }) => kind !== 'plan');
  const done = own.filter(({ state }) => isOver(state)).length;
  return { unit: 'step', done, total: own.length, elapsedMs, remainingMs: null, isOverdue: false };
}

function expectedDuration(state: DashboardState, run: { done: number; elapsedMs: number }): number | null {
  const plan = state.current?.plan ?? null;
  const share = plan === null ? 0 : shareDone(plan, run.done);
  if (share >= shareToTrust) return run.elapsedMs / share;
  const usual = median(state.durations.map((each) => each.durationMs));
  if (usual !== null) return usual;
  return plan === null || plan.expectedMs === 0 ? null : plan.expectedMs;
}

/** Share of the expected test time that the first `done` files of the plan make up; they run in this order. */
function shareDone(plan: PlanSummary, done: number): number {
  if (plan.tests.size === 0) return 0;
  if (plan.testsMs === 0) return done / plan.tests.size;
  const first = [...plan.tests.values()].slice(0, done);
  return first.reduce((sum, test) => sum + test.expectedMs, 0) / plan.testsMs;
}
