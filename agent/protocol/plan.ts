// A plan is a value: what would run, in which order, and why. The JSON shape of `noodle plan --json`.
import { z } from 'zod';
import { FileChange } from './change-set.ts';
import { Timestamp } from './execution.ts';
import { ExecutionId, Fingerprint, RepoPath, TargetId, TestId } from './ids.ts';

export const PlannedBuild = z.object({
  target: TargetId,
  /** One sentence: why the target is built, or why its last result still holds. */
  reason: z.string(),
  fingerprint: Fingerprint,
  /** The fingerprint equals that of the last success, so nothing will be run. */
  cached: z.boolean(),
  /** Median duration of its last builds; absent where it was never built here. */
  expectedMs: z.number().nonnegative().optional(),
  /** Nine of ten of its last builds were not longer; absent as above. */
  p90Ms: z.number().nonnegative().optional(),
  /** Probability that the build fails, 0 to 1; absent where nothing is run, or where that is not to be predicted. */
  failureProbability: z.number().min(0).max(1).optional(),
  /** What can be said before the build, and how often that was right here; absent where nothing is run or predicted. */
  verdict: z.object({ says: z.enum(['fail-likely', 'fine', "don't know"]), because: z.string() }).optional(),
});
export type PlannedBuild = z.infer<typeof PlannedBuild>;

/** What can move the estimate of a test's failure: in log odds, above zero towards failure. */
export const EstimateMove = z.object({
  by: z.enum(['reach', 'co-change', 'record', 'failed last time']),
  logOdds: z.number(),
});
export type EstimateMove = z.infer<typeof EstimateMove>;

export const PlannedTest = z.object({
  /** The unit that a plan selects: a test file, as `<framework>:<file>`. */
  id: TestId,
  file: RepoPath,
  framework: z.string(),
  /** Probability that it fails because of this change, 0 to 1. */
  probability: z.number().min(0).max(1),
  /** What gave the probability, with its version, and the three things that moved it most; absent in older plans. */
  estimate: z.object({ by: z.string(), moves: z.array(EstimateMove).max(3) }).optional(),
  /** Median of its last runs; where it never ran, that of its framework's files, good for the order alone. */
  expectedMs: z.number().nonnegative(),
  /** Nine of ten runs are not longer; absent where it never ran here. */
  p90Ms: z.number().nonnegative().optional(),
  /** The folder of its project: files of one framework and project share a runner. */
  project: z.string().optional(),
  /** The path of graph nodes from the change to the test. */
  why: z.array(z.string()),
  /** Why its last result does not hold; absent where that was not asked. */
  notReused: z.string().optional(),
});
export type PlannedTest = z.infer<typeof PlannedTest>;

/** How long a plan takes from its start to its end, by what was measured here. */
export const PlanDuration = z.object({
  medianMs: z.number().nonnegative(),
  /** Nine of ten such runs are not longer. */
  p90Ms: z.number().nonnegative(),
  /** Of the median: until the builds are done, and until the runners report their first tests. */
  buildsMs: z.number().nonnegative(),
  startMs: z.number().nonnegative(),
});
export type PlanDuration = z.infer<typeof PlanDuration>;

/** How far a plan was cut down because its caller asked for less than everything that the change can affect. */
export const PlanBudget = z.object({
  kind: z.enum(['time', 'confidence', 'share']),
  /** Milliseconds for `time`, else between 0 and 1. */
  target: z.number().positive(),
  /** What would have run without it, in running order, each with the reason why it was selected. */
  leftOut: z.array(PlannedTest),
  /** Expected share of all failures that what runs finds; null while no probability is known. */
  expectedShare: z.number().min(0).max(1).nullable(),
  /** Expected number of failing test files that are left out, and the probability that there is any. */
  expectedMissed: z.number().nonnegative().nullable(),
  missProbability: z.number().min(0).max(1).nullable(),
  /** One sentence: what the probabilities rest on, or why none is known and what decided instead. */
  basis: z.string(),
});
export type PlanBudget = z.infer<typeof PlanBudget>;

/** Which order the tests of a plan are in. */
export const PlanOrder = z.object({
  /** `estimate`: probability of failure a second. The others are the simple orders that it is compared with. */
  by: z.string(),
  /** One sentence: why this one. */
  because: z.string(),
});
export type PlanOrder = z.infer<typeof PlanOrder>;

/** A selected test that does not run: nothing of what it depends on has changed since it passed. */
export const ReusedTest = z.object({
  id: TestId,
  file: RepoPath,
  framework: z.string(),
  /** The run that it passed in, and when. */
  executionId: ExecutionId,
  since: Timestamp,
  /** How many tests of the file passed, or were skipped by their own marks. */
  tests: z.int().nonnegative(),
  /** The path of graph nodes from the change to the test. */
  why: z.array(z.string()),
});
export type ReusedTest = z.infer<typeof ReusedTest>;

/** What was checked out. */
export const PlanRevision = z.object({
  head: z.string(),
  /** Nothing differs from that commit, as far as the plan looked. */
  isClean: z.boolean(),
});
export type PlanRevision = z.infer<typeof PlanRevision>;

export const Plan = z.object({
  changes: z.array(FileChange),
  /** Absent in plans of earlier versions, before the first commit and without git. */
  revision: PlanRevision.optional(),
  builds: z.array(PlannedBuild),
  /** In running order. */
  tests: z.array(PlannedTest),
  /** Selected, with a result that holds. Absent in plans of earlier versions. */
  reused: z.array(ReusedTest).optional(),
  /** `count`: known tests that are left out (a file whose tests are not known yet counts as one); `files`: their files. */
  skipped: z.object({ count: z.int().nonnegative(), files: z.array(RepoPath) }),
  notes: z.array(z.string()),
  planMs: z.number().nonnegative(),
  /** Absent where too little of it was ever measured: no number is better than a wrong one. */
  expected: PlanDuration.optional(),
  order: PlanOrder.optional(),
  /** Present where the caller asked for a budget. */
  budget: PlanBudget.optional(),
});
export type Plan = z.infer<typeof Plan>;

/** The reason of a test that runs only to check the selection, which had left it out. */
export const auditReason = 'left out; runs to check the selection';

/** The reason of a test that runs only to measure what a budget would have missed. */
export const budgetAuditReason = 'left out by the budget; runs to measure what that would have missed';

/** Whether a planned test is there only to check the selection. */
export function isAudited({ why }: { readonly why: readonly string[] }): boolean {
  return why[0] === auditReason;
}

/** Whether a planned test is there only to check a budget. */
export function isBudgetAudited({ why }: Pick<PlannedTest, 'why'>): boolean {
  return why[0] === budgetAuditReason;
}

/** What a caller wants planned or run. */
export const PlanRequest = z.object({
  /** A git revision. Default: the working tree against HEAD, on a clean tree HEAD against its first parent. */
  base: z.string().min(1).max(512).optional(),
  /** Everything, whatever changed. */
  all: z.boolean().optional(),
  /** What the change can affect, and after it what is left out, to find out whether the selection was right. */
  audit: z.boolean().optional(),
  /** Of all that, so much as takes no longer than this many milliseconds, the likeliest failures first. At most one of the three. */
  budgetMs: z.number().positive().max(86_400_000).optional(),
  /** The cheapest part of it outside of which nothing fails with this probability. */
  confidence: z.number().gt(0).lt(1).optional(),
  /** The cheapest part of it that finds this share of the failures. */
  share: z.number().gt(0).lte(1).optional(),
  /** Only what failed in its last result; with `tests`, of those. */
  failed: z.boolean().optional(),
  /** Only these tests: ids of files or of cases. */
  tests: z.array(TestId).min(1).max(100_000).optional(),
  /** Only these build targets, and what they need. */
  targets: z.array(TargetId).min(1).max(10_000).optional(),
  /** False: run also what has a result that holds. */
  cache: z.boolean().optional(),
  /** Use no runner that was kept ready: for comparison. */
  cold: z.boolean().optional(),
  /** Record which lines the tests run, whatever is on record. */
  coverage: z.boolean().optional(),
  /** Plan builds only, no tests. */
  buildsOnly: z.boolean().optional(),
});
export type PlanRequest = z.infer<typeof PlanRequest>;

/** Whether results that hold take the place of runs: only where the product selects, and nobody asks for all of it. */
export function reusesResults({ all, failed, tests, cold, coverage, cache, buildsOnly }: PlanRequest): boolean {
  const asksForAll = all === true || cold === true || coverage === true || cache === false;
  return !asksForAll && failed !== true && tests === undefined && buildsOnly !== true;
}
