// Statuses of tests as small integers, because there are millions of them.
import type { TestStatus } from '../protocol/test.ts';

/** The places in this list are recorded: it only grows at its end. */
const codes: readonly TestStatus[] = ['passed', 'failed', 'skipped', 'todo', 'errored', 'timed_out'];

export function codeOf(status: TestStatus): number {
  return codes.indexOf(status);
}

export function statusOf(code: number): TestStatus {
  return codes[code] ?? 'errored';
}

export function isFailing(status: TestStatus): boolean {
  return status === 'failed' || status === 'errored' || status === 'timed_out';
}

/** Whether the test was run at all. */
export function wasRun(status: TestStatus): boolean {
  return status !== 'skipped' && status !== 'todo';
}

/** What several results add up to, the worst first: one that broke says more than one that failed. */
export function overallStatus(statuses: ReadonlySet<TestStatus>): TestStatus {
  const order: readonly TestStatus[] = ['errored', 'timed_out', 'failed', 'passed', 'skipped'];
  return order.find((status) => statuses.has(status)) ?? 'todo';
}
