// Every change of state is one of these events. What is persisted, shown or alerted on listens to them.
import { z } from 'zod';
import { Alert } from './alerts.ts';
import { BuildResult } from './build.ts';
import { Execution, Step, TestCounts, ExecutionState, Trigger } from './execution.ts';
import { FlakyTest } from './flakiness.ts';
import { ExecutionId, StepId, TargetId, TestId, RepoPath } from './ids.ts';
import { Approval } from './pipeline.ts';
import { Plan } from './plan.ts';
import { RemoteRun } from './remote-runs.ts';
import { StepProblem } from './step-problem.ts';
import { TestFile, TestResult } from './test.ts';

const ofExecution = { executionId: ExecutionId };

export const NoodleEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run.started'),
    ...ofExecution,
    trigger: Trigger,
    base: z.string(),
    branch: z.string().nullable(),
    changedFiles: z.int().nonnegative(),
  }),
  z.object({ type: z.literal('plan.made'), ...ofExecution, plan: Plan }),
  z.object({ type: z.literal('build.started'), ...ofExecution, target: TargetId }),
  z.object({ type: z.literal('build.finished'), ...ofExecution, result: BuildResult }),
  /** A test file was handed to its runner. */
  z.object({ type: z.literal('test.started'), ...ofExecution, id: TestId, file: RepoPath }),
  z.object({ type: z.literal('test.finished'), ...ofExecution, result: TestResult }),
  /** A test was found to be flaky, or is known for it and was seen to be once more. */
  z.object({ type: z.literal('test.flaky'), ...ofExecution, flaky: FlakyTest }),
  z.object({
    type: z.literal('run.finished'),
    ...ofExecution,
    status: ExecutionState,
    reason: z.string().nullable(),
    counts: TestCounts,
    firstFailureAtMs: z.number().nonnegative().nullable(),
    durationMs: z.number().nonnegative(),
    /** Expected duration of the tests and builds that were left out because nothing of theirs changed. */
    saved: z.object({ testsMs: z.number().nonnegative(), buildsMs: z.number().nonnegative() }),
    notes: z.array(z.string()),
  }),
  /** An execution changed state, progress or counts; sent at most ten times a second for progress. */
  z.object({ type: z.literal('execution.changed'), execution: Execution }),
  z.object({ type: z.literal('step.changed'), ...ofExecution, step: Step }),
  /** What the output of a pipeline's step says about places in files; none where it said something before and does not any more. */
  z.object({ type: z.literal('problems.found'), ...ofExecution, stepId: StepId, problems: z.array(StepProblem) }),
  z.object({ type: z.literal('log.appended'), ...ofExecution, stepId: StepId, text: z.string() }),
  /** The repository changed on disk; `files` counts what differs from the base now. */
  z.object({ type: z.literal('workspace.changed'), changedFiles: z.int().nonnegative(), branch: z.string().nullable() }),
  /** The plan for the present working tree, made anew after a change. */
  z.object({ type: z.literal('plan.updated'), plan: Plan }),
  /** Test files found, gone or with newly known cases since the last such event. */
  z.object({ type: z.literal('tests.changed'), changed: z.array(TestFile), removed: z.array(TestId) }),
  /** Results that a change made outdated: ids of test files. */
  z.object({ type: z.literal('tests.outdated'), ids: z.array(TestId) }),
  /** A step of a pipeline asks for an approval, or was answered. */
  z.object({ type: z.literal('approval.changed'), approval: Approval }),
  z.object({ type: z.literal('alert.changed'), alert: Alert }),
  /** A run of a remote CI was taken in. */
  z.object({ type: z.literal('remote-run.imported'), run: RemoteRun }),
  /** Values of these metrics were recorded; sent a few times a second at most. */
  z.object({ type: z.literal('metrics.recorded'), ids: z.array(z.string()) }),
  /** Something the user has to know once: state repaired, disk full, settings wrong. */
  z.object({ type: z.literal('notice.raised'), id: z.string(), severity: z.enum(['info', 'warning', 'error']), message: z.string() }),
]);
export type NoodleEvent = z.infer<typeof NoodleEvent>;
export type EventType = NoodleEvent['type'];
export type EventOf<T extends EventType> = Extract<NoodleEvent, { type: T }>;
