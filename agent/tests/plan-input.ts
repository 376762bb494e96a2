// Everything that a plan of tests is made of.
import type { Impact } from '../graph/graph.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { PlanRequest } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import type { TestFile } from '../protocol/test.ts';
import type { FileHistory } from '../store/tests.ts';
import type { TestProject } from './adapter.ts';
import type { FailureEstimator } from './estimator.ts';
import type { EvidenceJudge } from './evidence-judge.ts';
import type { ReuseVerdict } from './reuse/reuse.ts';

export interface TestPlanInput {
  /** Every known test file, in the runners' own order. */
  readonly files: readonly TestFile[];
  /** Each test file's project, by the file's id. */
  readonly projects: ReadonlyMap<TestId, TestProject>;
  /** Every file that git does not ignore: what is not among them is built. */
  readonly sources: ReadonlySet<RepoPath>;
  readonly changes: ChangeSet;
  readonly impact: Pick<Impact, 'reached' | 'reachedFrom' | 'bounded' | 'changed'>;
  /** What recordings say about the change; null: they are not asked. */
  readonly evidence: EvidenceJudge | null;
  readonly history: ReadonlyMap<TestId, FileHistory>;
  /** Failures that earlier selections had left out: which tests, by the file that had changed. */
  readonly regrets: ReadonlyMap<RepoPath, ReadonlySet<TestId>>;
  /** Of the changes of a file, the share that changed another one too, 0 to 1. */
  readonly coChange: (file: RepoPath, other: RepoPath) => number;
  /** Whether the last result of a test holds; null: everything selected runs. */
  readonly reuse: ((test: TestFile) => ReuseVerdict) | null;
  readonly settings: Settings;
  readonly request: PlanRequest;
  readonly estimator: FailureEstimator;
}
