// The failures of a project's run, looked at again when everything has been reported.
import type { StepContext } from '../../engine/engine.ts';
import type { RepoPath, TestId } from '../../protocol/ids.ts';
import { counted } from '../../protocol/quantities.ts';
import type { TestFile, TestResult, TestStatus } from '../../protocol/test.ts';
import { quarantinesAt } from '../../store/flakiness.ts';
import type { ReportedResult, TestBatch, TestProject } from '../adapter.ts';
import type { TestsOptions } from '../options.ts';
import { runProject, type ProjectRunOptions } from '../project-run.ts';
import { compareWithEqualRuns, examineFailures, type EndedRun } from './flakiness.ts';

export interface StepFailures {
  readonly project: TestProject;
  readonly context: StepContext;
  /** How the project's run was run; re-runs are run the same way, and cold. */
  readonly runOptions: ProjectRunOptions;
  readonly failed: readonly TestResult[];
  readonly order: readonly RepoPath[];
  readonly before: ReadonlyMap<TestId, TestStatus>;
  /** A person waits for the next save: only what is marked already is run again. */
  readonly isContinuous: boolean;
  /** Every file of the repository. */
  readonly sources: readonly RepoPath[];
}

/** How cases had ended before a run. */
export function statusesOf(files: readonly TestFile[]): Map<TestId, TestStatus> {
  return new Map(
    files.flatMap(({ cases }) =>
      cases.flatMap((each) => (each.lastStatus === null ? [] : [[each.id, each.lastStatus] as const])),
    ),
  );
}

/** How many of the failures do not count: quarantined, and not confirmed by a re-run. They were reported all the same. */
export async function uncountedFailures(step: StepFailures, options: TestsOptions): Promise<number> {
  const { context } = step;
  const isCancelled = () => context.signal.aborted;
  const run: EndedRun = {
    ...step,
    executionId: context.executionId,
    before: step.isContinuous ? new Map() : step.before,
    isCancelled,
    run: (batch) => rerun(batch, step),
    log: (text) => context.log(text),
  };
  const unconfirmed = await examineFailures(run, options);
  if (!step.isContinuous) await compareWithEqualRuns(run, step.sources, options);
  const quarantined = quarantinesAt(options.store, options.clock.now());
  const uncounted = step.failed.filter(({ id }) => unconfirmed.has(id) && quarantined.has(id)).length;
  if (uncounted > 0)
    context.log(
      `${counted(uncounted, 'failure')} of quarantined tests did not hold in a re-run: the run does not fail for that.\n`,
    );
  return uncounted;
}

/** What a re-run reports is evidence, no result. */
async function rerun(batch: TestBatch, { runOptions, context }: StepFailures): Promise<readonly ReportedResult[]> {
  const reported: ReportedResult[] = [];
  const listener = {
    fileStarted() {},
    result(result: ReportedResult) {
      reported.push(result);
      context.touch();
    },
    fileFinished() {},
    restarting() {},
  };
  await runProject([batch], { ...runOptions, listener });
  return reported;
}
