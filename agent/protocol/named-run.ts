// What somebody gave a name to, so that it can be run again: build configurations and test suites.
import { z } from 'zod';
import { BuildMetrics } from './build.ts';
import { TargetDefinition } from './configuration-file.ts';
import { Execution, TestCounts, Timestamp } from './execution.ts';
import { ExecutionId, TargetId, TestId } from './ids.ts';
import { Framework } from './test.ts';

/** Chosen by whoever makes the entity; stands in addresses. */
export const EntityId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'Invalid id: 1 to 63 of the characters a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit',
  );
export type EntityId = z.infer<typeof EntityId>;

const name = z.string().min(1).max(200);
const description = z.string().max(2000).default('');

/** Targets to build together, and targets that are known through it alone. */
export const BuildConfig = z.object({
  id: EntityId,
  name,
  description,
  /** Built when it is executed, with what they need. */
  targets: z.array(TargetId),
  /** Targets beside those that were found and those of noodle.yaml, by name. */
  definitions: z.record(z.string().min(1).max(512), TargetDefinition),
  createdAt: Timestamp,
});
export type BuildConfig = z.infer<typeof BuildConfig>;

/** What createBuildConfig takes; without `targets`, all that it defines are built. */
export const BuildConfigRequest = z.object({
  id: EntityId,
  name: name.optional(),
  description,
  targets: z.array(TargetId).max(1000).default([]),
  definitions: z.record(z.string().min(1).max(512), TargetDefinition).default({}),
});
export type BuildConfigRequest = z.infer<typeof BuildConfigRequest>;

export const TestType = z.enum(['unit', 'integration', 'end-to-end', 'performance', 'security', 'visual', 'audio']);
export type TestType = z.infer<typeof TestType>;

/** `critical` and `high` are run before what waits in the background; the others wait with it. */
export const TestPriority = z.enum(['critical', 'high', 'medium', 'low']);
export type TestPriority = z.infer<typeof TestPriority>;

/** Test files and cases to run together. What it selects is looked up when it is executed. */
export const TestSuite = z.object({
  id: EntityId,
  name,
  description,
  type: TestType,
  priority: TestPriority,
  /** Only tests of this framework; null: of any. */
  framework: Framework.nullable(),
  /** Ids of test files and cases. */
  tests: z.array(TestId),
  /** Glob patterns of test files, relative to the repository. Without `tests` and `files`, every test file. */
  files: z.array(z.string().min(1).max(1024)),
  createdAt: Timestamp,
});
export type TestSuite = z.infer<typeof TestSuite>;

/** What createTestSuite takes. */
export const TestSuiteRequest = z.object({
  id: EntityId,
  name: name.optional(),
  description,
  type: TestType.default('unit'),
  priority: TestPriority.default('medium'),
  framework: Framework.nullable().default(null),
  tests: z.array(TestId).max(10_000).default([]),
  files: z.array(z.string().min(1).max(1024)).max(1000).default([]),
});
export type TestSuiteRequest = z.infer<typeof TestSuiteRequest>;

/** What the recorded executions of an entity add up to. */
export const ExecutionTotals = z.object({
  executions: z.int().nonnegative(),
  succeeded: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** Cancelled, timed out, interrupted, skipped. */
  other: z.int().nonnegative(),
  /** Of those that succeeded or failed, in milliseconds; null without any. */
  medianMs: z.number().nonnegative().nullable(),
  latest: Execution.nullable(),
});
export type ExecutionTotals = z.infer<typeof ExecutionTotals>;

/** How a build configuration fares: its executions, and each of its targets over all builds. */
export const BuildConfigMetrics = ExecutionTotals.extend({ id: EntityId, targets: z.array(BuildMetrics) });
export type BuildConfigMetrics = z.infer<typeof BuildConfigMetrics>;

/** How one test execution went, in numbers. */
export const TestExecutionMetrics = z.object({
  executionId: ExecutionId,
  counts: TestCounts,
  /** Passed of those that passed or failed, 0 to 1; null while there are none. */
  passRate: z.number().min(0).max(1).nullable(),
  /** Milliseconds from its start to its end, or until now. */
  durationMs: z.number().nonnegative(),
  firstFailureAtMs: z.number().nonnegative().nullable(),
  /** The ten that took longest, in milliseconds. */
  slowest: z.array(z.object({ id: TestId, durationMs: z.number().nonnegative() })),
});
export type TestExecutionMetrics = z.infer<typeof TestExecutionMetrics>;
