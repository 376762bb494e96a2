// Runs a target's command, as often as there is a reason to, and keeps what it has written.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { StepContext } from '../engine/engine.ts';
import type { BuildFailure, BuildProblem, BuildTarget } from '../protocol/build.ts';
import { attemptBuild, type Attempt } from './attempt.ts';
import { installOf } from './build-command.ts';
import { stopOf, type Ending } from './build-ending.ts';
import type { BuildJob, BuildRunOptions } from './build-job.ts';
import { classifyFailure, classNames } from './failures/failure-class.ts';
import { nextAction, type RecoveryAction } from './failures/recovery.ts';
import { toRecord } from './fingerprint.ts';
import { listOutputs, removableOutputs } from './output-files.ts';
import { scratchOf } from './scratch.ts';
import { isCacheable, type TargetState } from './target-state.ts';
import { traceReads } from './tracing/trace-reads.ts';
import { undeclaredWrite } from './undeclared-writes.ts';

const longestEvidence = 160;

export type CarryOutOptions = BuildRunOptions & { readonly state: TargetState };

/** The build from its first attempt to its last. */
export async function carryOut(job: BuildJob, context: StepContext, options: CarryOutOptions): Promise<Ending> {
  const { target } = job;
  const { root, events, cache, clock, inspector } = options;
  inspector.forgetRecent();
  events.emit({ type: 'build.started', executionId: context.executionId, target: target.id });
  const written = await listOutputs(root, target.outputs, target.folder);
  await cache.unshare([...written.files, ...written.notes]);
  if (target.type !== 'incremental') await removeOutputs(target, options);
  const done: RecoveryAction[] = [];
  const recovery: string[] = [];
  for (;;) {
    const startedAt = clock.now();
    const trace = await traceReads(target, options);
    const attempt = await attemptBuild(target, context, { ...options, environment: trace.environment });
    const stopped = stopOf(context.signal);
    if (stopped !== null) {
      await trace.dispose();
      return { ...stopped, problems: attempt.problems, recovery };
    }
    const undeclaredReads = await trace.undeclared();
    if (attempt.startError === null && attempt.exitCode === 0) {
      for (const file of undeclaredReads) context.log(`reads ${file}, which is not an input\n`);
      return { ...(await succeeded(job, attempt, { ...options, startedAt, context })), recovery, undeclaredReads };
    }
    const failure = classifyFailure({ ...attempt, install: installOf(target, options) });
    const action = nextAction(failure, done);
    if (action.kind === 'give up') return { ...failed(attempt, failure), recovery };
    done.push(action);
    const sentence = sentenceFor(action, failure);
    recovery.push(sentence);
    context.log(`${sentence}\n`);
    await prepare(action, target, context, options);
  }
}

/**
 * What is recorded, and kept in the cache unless its inputs changed meanwhile (then nobody knows what it was made from), or
 * it wrote more than its outputs (which would not come back).
 */
async function succeeded(
  { planned, target }: BuildJob,
  { problems, log }: Attempt,
  options: CarryOutOptions & { readonly startedAt: number; readonly context: StepContext },
): Promise<Ending> {
  const { state, inspector, cache, model, tree, root, startedAt, clock } = options;
  inspector.forgetRecent();
  const after = await inspector.inspect(target, model.targets, tree);
  if (options.isIncremental && isCacheable(target) && after.fingerprint === state.fingerprint) {
    const beside = await undeclaredWrite(target, options);
    if (beside === null) {
      const outputs = await listOutputs(root, target.outputs, target.folder);
      await cache.store(state.fingerprint, { outputs, log, startedAt, finishedAt: clock.now() });
    } else options.context.log(`writes ${beside}, which is not an output, so nothing is kept in the build cache\n`);
  }
  return {
    status: 'succeeded',
    reason: planned.reason,
    exitCode: 0,
    problems,
    inputs: toRecord(state.inputs, after.output),
  };
}

function failed({ exitCode, problems }: Attempt, failure: BuildFailure): Ending {
  return {
    status: 'failed',
    reason: failedReason(failure, problems),
    failure,
    problems,
    ...(exitCode === null ? {} : { exitCode }),
  };
}

/** Compilers say best themselves what is wrong; of the rest the class is told, what shows it, and what to do. */
function failedReason(failure: BuildFailure, problems: readonly BuildProblem[]): string {
  const said = problemReason(problems);
  if (said !== null && (failure.class === 'compile_error' || failure.class === 'missing_dependency')) return said;
  const what =
    failure.class === 'unknown' ? failure.evidence : `${classNames[failure.class]}: ${shortened(failure.evidence)}`;
  return failure.suggestion === null || failure.class === 'unknown' ? what : `${what}; ${failure.suggestion}`;
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

function sentenceFor(action: RecoveryAction, { class: name, evidence }: BuildFailure): string {
  const what =
    action.kind === 'retry'
      ? `tried again after ${action.afterMs / 1000} s`
      : 'built again without what earlier builds have left';
  return `${what}, because of ${classNames[name]}: ${shortened(evidence)}`;
}

/** Some tools say all they know in one line. */
function shortened(evidence: string): string {
  return evidence.length <= longestEvidence ? evidence : `${evidence.slice(0, longestEvidence - 1)}…`;
}

async function prepare(
  action: RecoveryAction,
  target: BuildTarget,
  context: StepContext,
  options: CarryOutOptions,
): Promise<void> {
  if (action.kind === 'clean rebuild') {
    await removeOutputs(target, options);
    await rm(scratchOf(target, options.scratchFolder), { recursive: true, force: true });
  }
  if (action.kind === 'retry') await pause(action.afterMs, context.signal, options);
}

async function removeOutputs(target: BuildTarget, { root, tree }: CarryOutOptions): Promise<void> {
  for (const file of await removableOutputs(root, target, tree)) await rm(path.join(root, file), { force: true });
}

/** Ends early when the build is to end. */
function pause(durationMs: number, signal: AbortSignal, { clock }: CarryOutOptions): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.schedule(durationMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    const stop = () => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
