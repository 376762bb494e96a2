// Which test files run for a change, in which order and why. Pure: a plan is a value.
import type { ChangeSet } from '../protocol/change-set.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { PlannedTest, PlanRequest } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import type { TestFile } from '../protocol/test.ts';
import type { Impact } from '../graph/graph.ts';
import type { FileHistory } from '../store/tests.ts';
import type { FailureEstimator } from './estimator.ts';
import type { TestProject } from './adapter.ts';

export interface TestPlanInput {
  readonly files: readonly TestFile[];
  /** Each test file's project, by the file's id. */
  readonly projects: ReadonlyMap<TestId, TestProject>;
  readonly changes: ChangeSet;
  readonly impact: Impact;
  readonly history: ReadonlyMap<TestId, FileHistory>;
  readonly settings: Settings;
  readonly request: PlanRequest;
  readonly estimator: FailureEstimator;
}

export interface TestPlan {
  /** In running order. */
  readonly tests: readonly PlannedTest[];
  readonly skipped: { readonly count: number; readonly files: readonly RepoPath[] };
  readonly notes: readonly string[];
}

/** Decides what runs. The rules stand in `selection.ts`, the order in `order.ts`. */
export declare function planTests(input: TestPlanInput): TestPlan;
