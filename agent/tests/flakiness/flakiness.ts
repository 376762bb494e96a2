// Finds flaky tests at the end of a project's run: by re-runs of new failures, and by results that differ with equal inputs.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionId, RepoPath, TestId } from '../../protocol/ids.ts';
import type { FlakyTest } from '../../protocol/flakiness.ts';
import { counted } from '../../protocol/quantities.ts';
import type { TestResult, TestStatus } from '../../protocol/test.ts';
import {
  disagreementsAt,
  listFlakyTests,
  saveFlakyObservation,
  saveRunInputs,
  type FlakyObservation,
} from '../../store/flakiness.ts';
import type { ReportedResult, TestBatch, TestProject } from '../adapter.ts';
import type { TestsOptions } from '../options.ts';
import { causeOf } from './cause.ts';
import { experimentWith } from './experiment.ts';
import { suspectsOf } from './suspects.ts';

/** What is known of a run when its tests have ended. */
export interface EndedRun {
  readonly executionId: ExecutionId;
  readonly project: TestProject;
  /** The files in the order in which they began. */
  readonly order: readonly RepoPath[];
  readonly failed: readonly TestResult[];
  /** How tests had ended before this run. */
  readonly before: ReadonlyMap<TestId, TestStatus>;
  readonly isCancelled: () => boolean;
  readonly run: (batch: TestBatch) => Promise<readonly ReportedResult[]>;
  log(text: string): void;
}

/** Files of one run share a process: what one leaves behind, the next finds. */
const sharingFrameworks: ReadonlySet<string> = new Set(['mocha', 'pytest', 'unittest']);

/** Re-runs what is suspect. Resolves with the failures that a re-run did not confirm. */
export async function examineFailures(run: EndedRun, options: TestsOptions): Promise<ReadonlySet<TestId>> {
  const unconfirmed = new Set<TestId>();
  if (run.failed.length === 0 || !options.settings()['test.failureAnalysis']) return unconfirmed;
  const marked = new Set(listFlakyTests(options.store, options.clock.now()).map((each) => each.test));
  const suspects = suspectsOf({
    failed: run.failed,
    before: (test) => run.before.get(test) ?? null,
    isMarked: (test) => marked.has(test),
  });
  if (suspects.length > 0) run.log(`\n${counted(suspects.length, 'failure')} run again, to see whether they hold:\n`);
  for (const failure of suspects) {
    const observation = await examine(failure, run, options);
    if (observation === null) continue;
    unconfirmed.add(failure.id);
    await record(observation, run, options);
  }
  return unconfirmed;
}

/** Notes which files the execution saw, and marks tests that ended differently with the same ones. */
export async function compareWithEqualRuns(
  run: Pick<EndedRun, 'executionId' | 'log' | 'isCancelled'>,
  files: readonly RepoPath[],
  options: TestsOptions,
): Promise<void> {
  if (!options.settings()['test.failureAnalysis']) return;
  const inputs = run.isCancelled() ? null : inputsOf(options.root, files);
  if (inputs === null) return;
  await options.store.transact((tx) => saveRunInputs(tx, run.executionId, inputs));
  const known = new Set(
    listFlakyTests(options.store, options.clock.now())
      .filter((each) => each.trials > 0)
      .map((each) => each.test),
  );
  for (const { test, trials, failures } of disagreementsAt(options.store, inputs)) {
    if (known.has(test)) continue;
    const evidence = [`with the same files it failed in ${failures} of ${counted(trials, 'run')}`];
    const cause = causeOf({ dependsOnOrder: false, failure: '', source: sourceOf(test, options) });
    await record({ test, trials, failures, cause, evidence, seenAt: options.clock.now() }, run, options);
  }
}

async function examine(failure: TestResult, run: EndedRun, options: TestsOptions): Promise<FlakyObservation | null> {
  const at = run.order.indexOf(failure.file);
  const predecessors = sharingFrameworks.has(run.project.framework) && at > 0 ? run.order.slice(0, at) : [];
  const experiment = await experimentWith({ ...run, failure, predecessors });
  if (experiment === null || !experiment.isFlaky) return null;
  const source = options.read(failure.file) ?? '';
  return {
    test: failure.id,
    trials: experiment.trials,
    failures: experiment.failures,
    cause: causeOf({
      dependsOnOrder: experiment.dependsOnOrder,
      failure: `${failure.message ?? ''}\n${failure.stack ?? ''}`,
      source,
    }),
    evidence: [...experiment.evidence],
    seenAt: options.clock.now(),
  };
}

async function record(
  observation: FlakyObservation,
  run: Pick<EndedRun, 'executionId' | 'log'>,
  { store, events, clock }: TestsOptions,
): Promise<void> {
  await store.transact((tx) => saveFlakyObservation(tx, observation));
  const flaky = listFlakyTests(store, clock.now()).find((each) => each.test === observation.test);
  if (flaky === undefined) return;
  run.log(`flaky: ${flaky.test}: ${sentenceOf(flaky)}\n`);
  events.emit({ type: 'test.flaky', executionId: run.executionId, flaky });
}

/** `order; fails in 3 of 5 trials: it failed, and of 2 re-runs alone 2 passed`. */
export function sentenceOf({ cause, trials, failures, evidence }: FlakyTest): string {
  return `${cause === 'unknown' ? 'cause unknown' : cause}; failed in ${failures} of ${counted(trials, 'trial')}: ${evidence.join('; ')}`;
}

function sourceOf(test: TestId, { read }: TestsOptions): string {
  const file = /^[^:]+:(?:test:)?(.*?)(?: > |$)/s.exec(test)?.[1] ?? '';
  // What is no path of the repository is read as nothing.
  return read(file as RepoPath) ?? '';
}

const mostFiles = 20_000;

/** A hash of what all files are like: their names, sizes and times. Equal hashes mean equal files; others may too. */
function inputsOf(root: string, files: readonly RepoPath[]): string | null {
  if (files.length > mostFiles) return null;
  const hash = createHash('sha256');
  for (const file of files) {
    const found = statSync(path.join(root, file), { throwIfNoEntry: false });
    hash.update(`${file}\0${found === undefined ? '' : `${found.size}:${found.mtimeMs}`}\n`);
  }
  return hash.digest('hex');
}
