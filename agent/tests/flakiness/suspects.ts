// Which failures of a run are worth a re-run: new ones, and few of them. Many failures at once are a change, no accident.
import type { TestId } from '../../protocol/ids.ts';
import type { TestResult, TestStatus } from '../../protocol/test.ts';

/** More new failures than that in one run of a project are taken for what they say. */
export const mostSuspects = 5;

export interface SuspectsInput {
  /** The last result of every test that failed, in the order in which they failed. */
  readonly failed: readonly TestResult[];
  /** How a test ended the time before; null when it had not run. */
  readonly before: (test: TestId) => TestStatus | null;
  /** It was seen to be flaky, or is quarantined. */
  readonly isMarked: (test: TestId) => boolean;
}

/** Failures of single cases that passed the last time, or that are marked. What fails again and again needs no re-run. */
export function suspectsOf({ failed, before, isMarked }: SuspectsInput): TestResult[] {
  const cases = failed.filter((result) => result.titlePath.length > 0 && result.status !== 'timed_out');
  const marked = cases.filter((result) => isMarked(result.id));
  const fresh = cases.filter((result) => !isMarked(result.id) && before(result.id) === 'passed');
  return [...marked.slice(0, mostSuspects), ...(fresh.length > mostSuspects ? [] : fresh)];
}
