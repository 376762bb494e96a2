// One build of one target: looks whether anything changed, asks the cache, runs the command, and says how it ended.
import type { StepContext, StepOutcome } from '../engine/engine.ts';
import type { BuildResult, BuildTarget } from '../protocol/build.ts';
import type { ExecutionState } from '../protocol/execution.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import { missingDependencies } from './build-command.ts';
import type { Ending } from './build-ending.ts';
import type { BuildJob, BuildRunOptions } from './build-job.ts';
import { carryOut } from './carry-out.ts';
import { restoreOutput } from './restore-output.ts';
import { changedSince, isUpToDate, type TargetState } from './target-state.ts';
import { missingTool } from './toolchains.ts';

/** Builds the target if that is needed; records and emits the result in any case. */
export async function runBuild(job: BuildJob, context: StepContext, options: BuildRunOptions): Promise<StepOutcome> {
  const { target } = job;
  const release = await options.locks.acquire(target.id, context.signal);
  try {
    const startedMs = options.clock.monotonicMs();
    const state = await options.inspector.recent(target, options.model.targets, options.tree);
    const ending =
      endingWithoutRunning(job, state, options) ??
      (await restoreOutput(job, { context, state, ...options })) ??
      hindrance(target, options) ??
      (await carryOut(job, context, { ...options, state }));
    const result = resultOf(job, ending, { state, durationMs: options.clock.monotonicMs() - startedMs });
    await record(context.executionId, result, ending, options);
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
  void record(executionId, result, { status, reason: result.reason }, options);
}

function endingWithoutRunning(job: BuildJob, state: TargetState, options: BuildRunOptions): Ending | null {
  const refused = options.model.refused.get(job.target.id);
  if (refused !== undefined) return { status: 'failed', reason: refused };
  return isUpToDate(job.target, state, options.isIncremental)
    ? { status: 'unchanged', reason: unchangedReason(job, state) }
    : null;
}

/** What is known to be missing before anything is tried. */
function hindrance(target: BuildTarget, options: BuildRunOptions): Ending | null {
  const dependencies = missingDependencies(target, options.root, options);
  if (dependencies !== null) {
    const failure = { class: 'missing_dependency' as const, evidence: dependencies, suggestion: null };
    return { status: 'failed', reason: dependencies, failure };
  }
  const tool = target.kind === 'configured' ? null : missingTool(target, options.environment());
  if (tool === null) return null;
  return { status: 'failed', reason: tool, failure: { class: 'toolchain_missing', evidence: tool, suggestion: null } };
}

/** The early cut-off is worth a word: what it needs was built again, and came out the same. */
function unchangedReason({ rebuiltNeeds }: BuildJob, { last }: TargetState): string {
  const [only] = rebuiltNeeds;
  if (only === undefined) return `unchanged since ${last?.executionId ?? 'its last build'}`;
  return rebuiltNeeds.length === 1
    ? `${only}'s output is the same`
    : `the outputs of ${rebuiltNeeds.join(', ')} are the same`;
}

function resultOf(
  { target }: BuildJob,
  ending: Ending,
  { state, durationMs }: { state: TargetState; durationMs: number },
): BuildResult {
  const { status, reason, problems = [], cacheSource, failure, recovery = [], undeclaredReads = [] } = ending;
  return {
    target: target.id,
    status,
    durationMs,
    cached: status === 'unchanged' || cacheSource !== undefined,
    ...(cacheSource === undefined ? {} : { cacheSource }),
    fingerprint: state.fingerprint,
    reason,
    problems: [...problems],
    changedInputs: [...changedSince(state).files],
    ...(failure === undefined ? {} : { failure }),
    ...(recovery.length === 0 ? {} : { recovery: [...recovery] }),
    ...(undeclaredReads.length === 0 ? {} : { undeclaredReads: [...undeclaredReads] }),
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
  { inputs = {}, builtInMs }: Ending,
  { records, events, clock, log, inspector }: BuildRunOptions,
): Promise<void> {
  const build = {
    executionId,
    result,
    inputs,
    finishedAt: clock.now(),
    ...(builtInMs === undefined ? {} : { builtInMs }),
  };
  try {
    await records.save(build);
  } catch (error) {
    log.warn('a build could not be recorded', { target: result.target, error });
  }
  if (result.status === 'succeeded') inspector.recorded(result.target);
  if (result.status !== 'unchanged') inspector.forgetRecent();
  events.emit({ type: 'build.finished', executionId, result });
}
