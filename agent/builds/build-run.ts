// One build of one target: looks whether anything changed, runs the command, and says how it ended.
import path from 'node:path';
import type { StepContext, StepOutcome } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { BuildProblem, BuildResult, BuildStatus, BuildTarget } from '../protocol/build.ts';
import type { ExecutionState } from '../protocol/execution.ts';
import { FailureError } from '../protocol/failure.ts';
import type { ExecutionId, TargetId } from '../protocol/ids.ts';
import type { PlannedBuild } from '../protocol/plan.ts';
import { saveBuildResult } from '../store/builds.ts';
import type { Store } from '../store/store.ts';
import { buildEnvironment, exitReason, missingDependencies, runnableCommand } from './build-command.ts';
import type { TargetModel } from './discovery.ts';
import { toRecord, type RecordedInputs } from './fingerprint.ts';
import type { FileTree } from './paths.ts';
import { createProblemParser } from './problem-parser.ts';
import type { TargetLocks } from './target-locks.ts';
import { changedSince, isFresh, type Inspector, type TargetState } from './target-state.ts';

export interface BuildRunOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly inspector: Inspector;
  readonly locks: TargetLocks;
  readonly model: TargetModel;
  readonly tree: FileTree;
  readonly isIncremental: boolean;
}

export interface BuildJob {
  readonly planned: PlannedBuild;
  readonly target: BuildTarget;
  /** Needed targets that the same plan builds. */
  readonly rebuiltNeeds: readonly TargetId[];
}

/** How a build ended, before it becomes a result. */
interface Ending {
  readonly status: BuildStatus;
  readonly reason: string;
  readonly exitCode?: number;
  readonly problems?: readonly BuildProblem[];
  /** What the next plan compares with; given for a success. */
  readonly inputs?: RecordedInputs;
}

/** Builds the target if that is needed; records and emits the result in any case. */
export async function runBuild(job: BuildJob, context: StepContext, options: BuildRunOptions): Promise<StepOutcome> {
  const { target } = job;
  const release = await options.locks.acquire(target.id, context.signal);
  try {
    const startedMs = options.clock.monotonicMs();
    const state = await options.inspector.inspect(target, options.model.targets, options.tree);
    const ending = endingWithoutRunning(job, state, options) ?? (await execute(job, context, { ...options, state }));
    const result = resultOf(job, ending, { state, durationMs: options.clock.monotonicMs() - startedMs });
    await record(context.executionId, result, ending.inputs ?? {}, options);
    return outcomeOf(ending);
  } finally {
    release();
  }
}

/** Records and emits that a build was not even begun. */
export function recordNotRun(
  job: BuildJob,
  executionId: ExecutionId,
  { state, reason }: { state: ExecutionState; reason: string | null },
  options: BuildRunOptions,
): void {
  const { target, fingerprint } = job.planned;
  const status = state === 'cancelled' ? 'cancelled' : 'skipped';
  const result: BuildResult = {
    target,
    status,
    durationMs: 0,
    cached: false,
    fingerprint,
    reason: reason ?? state,
    problems: [],
    changedInputs: [],
  };
  void record(executionId, result, {}, options);
}

function endingWithoutRunning(job: BuildJob, state: TargetState, options: BuildRunOptions): Ending | null {
  if (options.isIncremental && isFresh(state)) return { status: 'unchanged', reason: unchangedReason(job, state) };
  const missing = missingDependencies(job.target, options.root, options);
  return missing === null ? null : { status: 'failed', reason: missing };
}

/** The early cut-off is worth a word: what it needs was built again, and came out the same. */
function unchangedReason({ rebuiltNeeds }: BuildJob, { last }: TargetState): string {
  const [only] = rebuiltNeeds;
  if (only === undefined) return `unchanged since ${last?.executionId ?? 'its last build'}`;
  return rebuiltNeeds.length === 1
    ? `${only}'s output is the same`
    : `the outputs of ${rebuiltNeeds.join(', ')} are the same`;
}

async function execute(
  job: BuildJob,
  context: StepContext,
  options: BuildRunOptions & { readonly state: TargetState },
): Promise<Ending> {
  const { target, planned } = job;
  const { root, events, inspector, state } = options;
  events.emit({ type: 'build.started', executionId: context.executionId, target: target.id });
  const environment = buildEnvironment(target, root, options.environment());
  const command = runnableCommand(target, environment);
  const cwd = path.join(root, target.folder);
  const parser = createProblemParser(root, cwd);
  context.log(`$ ${command}\n`);
  const take = (text: string) => {
    context.touch();
    parser.push(text);
  };
  const exit = await context.run({ command, shell: true, cwd, environment, onStdout: take, onStderr: take });
  const problems = parser.finish();
  const stopped = stopOf(context.signal);
  if (stopped !== null) return { ...stopped, problems };
  if (exit.startError !== null)
    return { status: 'failed', reason: `it could not be started: ${exit.startError}`, problems };
  if (exit.exitCode !== 0) {
    const reason = problemReason(problems) ?? exitReason(exit.exitCode, target, options);
    return { status: 'failed', reason, problems, ...(exit.exitCode === null ? {} : { exitCode: exit.exitCode }) };
  }
  const inputs = toRecord(state.inputs, await inspector.outputOf(target));
  return { status: 'succeeded', reason: planned.reason, exitCode: 0, problems, inputs };
}

function stopOf(signal: AbortSignal): Ending | null {
  if (!signal.aborted) return null;
  const failure = signal.reason instanceof FailureError ? signal.reason.failure : null;
  return {
    status: failure?.reason === 'timed_out' ? 'timed_out' : 'cancelled',
    reason: failure?.message ?? 'cancelled',
  };
}

function problemReason(problems: readonly BuildProblem[]): string | null {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return null;
  const { file, line, column } = first.location;
  const place = column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
  const more = errors.length === 1 ? '' : `, and ${errors.length - 1} more ${errors.length === 2 ? 'error' : 'errors'}`;
  return `${place} ${first.message}${more}`;
}

function resultOf(
  { target }: BuildJob,
  ending: Ending,
  { state, durationMs }: { state: TargetState; durationMs: number },
): BuildResult {
  return {
    target: target.id,
    status: ending.status,
    durationMs,
    cached: ending.status === 'unchanged',
    fingerprint: state.fingerprint,
    reason: ending.reason,
    problems: [...(ending.problems ?? [])],
    changedInputs: [...changedSince(state).files],
  };
}

function outcomeOf({ status, reason, exitCode }: Ending): StepOutcome {
  const code = exitCode === undefined ? {} : { exitCode };
  if (status === 'succeeded') return { state: 'succeeded', ...code };
  return { state: status === 'unchanged' ? 'skipped' : 'failed', reason, ...code };
}

/** Recorded first, so that whoever hears of it can read it. */
async function record(
  executionId: ExecutionId,
  result: BuildResult,
  inputs: RecordedInputs,
  { store, events, clock, log, inspector }: BuildRunOptions,
): Promise<void> {
  try {
    await store.transact((tx) => saveBuildResult(tx, { executionId, result, inputs, finishedAt: clock.now() }));
  } catch (error) {
    log.warn('a build could not be recorded', { target: result.target, error });
  }
  inspector.recorded(result.target);
  events.emit({ type: 'build.finished', executionId, result });
}
