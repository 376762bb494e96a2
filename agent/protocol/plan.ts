// A plan is a value: what would run, in which order, and why. The JSON shape of `noodle plan --json`.
import { z } from 'zod';
import { FileChange } from './change-set.ts';
import { Fingerprint, RepoPath, TargetId, TestId } from './ids.ts';

export const PlannedBuild = z.object({
  target: TargetId,
  /** One sentence: why the target is built, or why its last result still holds. */
  reason: z.string(),
  fingerprint: Fingerprint,
  /** The fingerprint equals that of the last success, so nothing will be run. */
  cached: z.boolean(),
  /** Median duration of its last builds; absent where it was never built here. */
  expectedMs: z.number().nonnegative().optional(),
  /** Probability that the build fails, 0 to 1; absent where nothing is run, or where that is not to be predicted. */
  failureProbability: z.number().min(0).max(1).optional(),
});
export type PlannedBuild = z.infer<typeof PlannedBuild>;

export const PlannedTest = z.object({
  /** The unit that a plan selects: a test file, as `<framework>:<file>`. */
  id: TestId,
  file: RepoPath,
  framework: z.string(),
  /** Probability that it fails because of this change, 0 to 1. */
  probability: z.number().min(0).max(1),
  expectedMs: z.number().nonnegative(),
  /** The path of graph nodes from the change to the test. */
  why: z.array(z.string()),
});
export type PlannedTest = z.infer<typeof PlannedTest>;

export const Plan = z.object({
  changes: z.array(FileChange),
  builds: z.array(PlannedBuild),
  /** In running order. */
  tests: z.array(PlannedTest),
  /** `count`: known tests that are left out (a file whose tests are not known yet counts as one); `files`: their files. */
  skipped: z.object({ count: z.int().nonnegative(), files: z.array(RepoPath) }),
  notes: z.array(z.string()),
  planMs: z.number().nonnegative(),
});
export type Plan = z.infer<typeof Plan>;

/** The reason of a test that runs only to check the selection, which had left it out. */
export const auditReason = 'left out; runs to check the selection';

/** Whether a planned test is there only to check the selection. */
export function isAudited({ why }: Pick<PlannedTest, 'why'>): boolean {
  return why[0] === auditReason;
}

/** What a caller wants planned or run. */
export const PlanRequest = z.object({
  /** A git revision. Default: the working tree against HEAD, on a clean tree HEAD against its first parent. */
  base: z.string().min(1).max(512).optional(),
  /** Everything, whatever changed. */
  all: z.boolean().optional(),
  /** What the change can affect, and after it what is left out, to find out whether the selection was right. */
  audit: z.boolean().optional(),
  /** Only what failed in its last result. */
  failed: z.boolean().optional(),
  /** Only these tests: ids of files or of cases. */
  tests: z.array(TestId).min(1).max(100_000).optional(),
  /** Only these build targets, and what they need. */
  targets: z.array(TargetId).min(1).max(10_000).optional(),
  /** Use no runner that was kept ready: for comparison. */
  cold: z.boolean().optional(),
  /** Record which lines the tests run, whatever is on record. */
  coverage: z.boolean().optional(),
  /** Plan builds only, no tests. */
  buildsOnly: z.boolean().optional(),
});
export type PlanRequest = z.infer<typeof PlanRequest>;
