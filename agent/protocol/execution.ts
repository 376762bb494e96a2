// Executions: everything that runs is one of these. The state machine is in engine/.
import { z } from 'zod';
import { ExecutionId, StepId } from './ids.ts';

/** A point in time: milliseconds since 1970-01-01 UTC, within what dates can tell. */
export const Timestamp = z.number().nonnegative().max(8_640_000_000_000_000);

export const ExecutionState = z.enum([
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'skipped',
  'interrupted',
]);
export type ExecutionState = z.infer<typeof ExecutionState>;

export const ExecutionKind = z.enum(['pipeline', 'build', 'tests']);
export type ExecutionKind = z.infer<typeof ExecutionKind>;

export const StepKind = z.enum(['plan', 'build', 'tests', 'command', 'approval', 'gate', 'wait', 'service']);
export type StepKind = z.infer<typeof StepKind>;

export const Step = z.object({
  id: StepId,
  name: z.string(),
  kind: StepKind,
  state: ExecutionState,
  needs: z.array(StepId),
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  exitCode: z.int().nullable(),
  /** Why it is in this state, where that is not obvious: `unchanged since run-…`, `core failed`, `no output for 300 s`. */
  reason: z.string().nullable(),
  /** The most memory that its processes had at once, where the system tells and it took long enough to look. */
  peakBytes: z.int().nonnegative().optional(),
  /** What it was expected to take, in milliseconds; absent where nothing was known. */
  expectedMs: z.number().nonnegative().optional(),
  /** On the chain of steps that was expected to take longest; absent also where all steps are on it. */
  isCritical: z.literal(true).optional(),
});
export type Step = z.infer<typeof Step>;

export const TestCounts = z.object({
  total: z.int().nonnegative(),
  passed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
});
export type TestCounts = z.infer<typeof TestCounts>;

export const Trigger = z.enum(['command', 'editor', 'watch', 'api']);
export type Trigger = z.infer<typeof Trigger>;

export const Execution = z.object({
  id: ExecutionId,
  kind: ExecutionKind,
  name: z.string(),
  state: ExecutionState,
  reason: z.string().nullable(),
  /** Present while no further step is started, until somebody resumes it. */
  paused: z.literal(true).optional(),
  trigger: Trigger,
  queuedAt: Timestamp,
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  /** Number of changed files that the execution was made for. */
  changedFiles: z.int().nonnegative(),
  /** Test files planned and finished so far: progress. */
  plannedTests: z.int().nonnegative(),
  finishedTests: z.int().nonnegative(),
  counts: TestCounts,
  /** Milliseconds from the start to the first failing test or build; null while there is none. */
  firstFailureAtMs: z.number().nonnegative().nullable(),
  steps: z.array(Step),
});
export type Execution = z.infer<typeof Execution>;
