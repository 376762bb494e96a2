// The failing tests. While a run goes on the list only grows or changes in place, so that it can be read.
import type { FailingTest } from '../../agent/protocol/analytics.ts';
import type { ExecutionId, TestId } from '../../agent/protocol/ids.ts';
import type { TestResult, TestStatus } from '../../agent/protocol/test.ts';
import type { FailingItem, PlanSummary } from './state.ts';

type Failing = ReadonlyMap<TestId, FailingItem>;

const historyLength = 20;

/** Whether a test with this status needs somebody. */
export function isFailure(status: TestStatus): boolean {
  return status === 'failed' || status === 'errored' || status === 'timed_out';
}

/** The list after results of one run: a failure is added at the end or changed in place, a pass marks it as mended. */
export function withResults(
  failing: Failing,
  results: readonly TestResult[],
  run: { readonly executionId: ExecutionId; readonly plan: PlanSummary | null; readonly at: number },
): Failing {
  const next = new Map(failing);
  for (const result of results) {
    const known = next.get(result.id);
    if (isFailure(result.status)) next.set(result.id, failedItem(result, known, run));
    else if (known !== undefined && result.status === 'passed') next.set(result.id, mendedItem(result, known, run.at));
  }
  return next;
}

/** A new run begins: what was mended leaves the list. */
export function withoutMended(failing: Failing): Failing {
  return new Map([...failing].filter(([, item]) => !item.isMended));
}

/** The agent's list, in the order that is shown already; what is new comes after it, and what was just mended stays. */
export function mergeFailing(shown: Failing, tests: readonly FailingTest[]): Failing {
  const fresh = new Map(tests.map((test) => [test.id, test]));
  const next = new Map<TestId, FailingItem>();
  for (const [id, item] of shown) {
    const test = fresh.get(id);
    if (test !== undefined) next.set(id, { ...test, isMended: false, isOutdated: item.isOutdated });
    else if (item.isMended) next.set(id, item);
  }
  for (const test of tests) {
    if (!next.has(test.id)) next.set(test.id, { ...test, isMended: false, isOutdated: false });
  }
  return next;
}

/** The list with the tests of these files marked as outdated. */
export function withOutdated(failing: Failing, files: readonly TestId[]): Failing {
  const outdated = new Set(files);
  const next = new Map(failing);
  for (const [id, item] of failing) {
    if (outdated.has(fileOf(id))) next.set(id, { ...item, isOutdated: true });
  }
  return next;
}

/** The list without what belongs to files that are gone. */
export function withoutFiles(failing: Failing, files: readonly TestId[]): Failing {
  const gone = new Set(files);
  return new Map([...failing].filter(([id]) => !gone.has(fileOf(id))));
}

/** How many fail now. */
export function countFailing(failing: Failing): number {
  let count = 0;
  for (const item of failing.values()) if (!item.isMended) count++;
  return count;
}

/** The id of the file that a test is in: `vitest:src/a.test.ts > total` is in `vitest:src/a.test.ts`. */
export function fileOf(id: TestId): TestId {
  const end = id.indexOf(' > ');
  // A prefix of a test's id is the id of its file, by the definition of TestId.
  return (end === -1 ? id : id.slice(0, end)) as TestId;
}

function failedItem(
  result: TestResult,
  known: FailingItem | undefined,
  run: { readonly executionId: ExecutionId; readonly plan: PlanSummary | null; readonly at: number },
): FailingItem {
  const isNew = known === undefined || known.isMended;
  return {
    id: result.id,
    name: result.name,
    status: result.status,
    message: result.message ?? null,
    expected: result.expected ?? null,
    actual: result.actual ?? null,
    failureAt: result.failureAt ?? null,
    failingSince: isNew ? run.at : known.failingSince,
    executionId: run.executionId,
    why: run.plan?.tests.get(fileOf(result.id))?.why ?? known?.why ?? [],
    history: historyWith(result, known, run.at),
    isMended: false,
    isOutdated: false,
  };
}

function mendedItem(result: TestResult, known: FailingItem, at: number): FailingItem {
  return {
    ...known,
    status: result.status,
    isMended: true,
    isOutdated: false,
    history: historyWith(result, known, at),
  };
}

function historyWith(result: TestResult, known: FailingItem | undefined, at: number): FailingItem['history'] {
  const entry = { status: result.status, durationMs: result.durationMs, finishedAt: at };
  return [entry, ...(known?.history ?? [])].slice(0, historyLength);
}
