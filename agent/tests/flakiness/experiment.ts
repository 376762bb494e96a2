// Re-runs of a failure, to see whether it holds: alone, and where that passes, alone once more and after its predecessors.
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestResult } from '../../protocol/test.ts';
import type { ReportedResult, TestBatch, TestProject } from '../adapter.ts';

export interface Experiment {
  /** Whether a re-run did not fail. */
  readonly isFlaky: boolean;
  readonly dependsOnOrder: boolean;
  /** All trials with the first failure. */
  readonly trials: number;
  readonly failures: number;
  readonly evidence: readonly string[];
}

export interface ExperimentOptions {
  readonly project: TestProject;
  readonly failure: TestResult;
  /** The files that ran in the same process before it, in order. */
  readonly predecessors: readonly RepoPath[];
  readonly isCancelled: () => boolean;
  /** Runs a batch and resolves with what it reported. */
  readonly run: (batch: TestBatch) => Promise<readonly ReportedResult[]>;
}

/** More predecessors are not run again. */
const mostPredecessors = 40;
const mostAlone = 2;

/** Null when it was cancelled, or the test could not be run alone. */
export async function experimentWith(options: ExperimentOptions): Promise<Experiment | null> {
  const alone = { passed: 0, failed: 0 };
  for (let attempt = 1; attempt <= mostAlone && alone.passed === 0; attempt++) {
    const status = await trial(options, [options.failure.file], [options.failure.titlePath]);
    if (status === null) return null;
    alone[status]++;
  }
  if (alone.passed === 0) return ended({ alone, together: null });
  const again = await trial(options, [options.failure.file], [options.failure.titlePath]);
  const together = await trial(options, filesBefore(options), []);
  if (again === null || together === null) return null;
  alone[again]++;
  return ended({ alone, together });
}

interface Trials {
  readonly alone: { readonly passed: number; readonly failed: number };
  readonly together: 'passed' | 'failed' | null;
}

function ended({ alone, together }: Trials): Experiment {
  const failedTogether = together === 'failed';
  const dependsOnOrder = failedTogether && alone.failed === 0;
  const runs = alone.passed + alone.failed;
  return {
    isFlaky: alone.passed > 0,
    dependsOnOrder,
    trials: 1 + runs + (together === null ? 0 : 1),
    failures: 1 + alone.failed + (failedTogether ? 1 : 0),
    evidence: [
      `it failed, and of ${runs === 1 ? '1 re-run' : `${runs} re-runs`} alone ${alone.passed} passed`,
      ...(together === null
        ? []
        : [`after what ran before it, it ${together === 'failed' ? 'failed again' : 'passed'}`]),
    ],
  };
}

function filesBefore({ predecessors, failure }: ExperimentOptions): RepoPath[] {
  const before = predecessors.length > mostPredecessors ? [] : predecessors;
  return [...before.filter((file) => file !== failure.file), failure.file];
}

async function trial(
  options: ExperimentOptions,
  files: readonly RepoPath[],
  only: TestBatch['only'],
): Promise<'passed' | 'failed' | null> {
  if (options.isCancelled()) return null;
  const { file, titlePath } = options.failure;
  const reported = await options.run({ project: options.project, files, only });
  const own = reported.filter((each) => each.file === file && isSame(each.titlePath, titlePath));
  const last = own.at(-1);
  if (last === undefined || options.isCancelled()) return null;
  if (last.status === 'passed') return 'passed';
  return last.status === 'skipped' || last.status === 'todo' ? null : 'failed';
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((title, index) => title === other[index]);
}
