// What a run that audits a selection found out: failures of tests that the selection had left out.
import type { Execution } from '../protocol/execution.ts';
import type { TestId } from '../protocol/ids.ts';
import { isAudited, isBudgetAudited, type Plan } from '../protocol/plan.ts';
import { counted } from '../protocol/quantities.ts';
import { saveBudgetCheck } from '../store/budget-checks.ts';
import { saveRegrets } from '../store/regrets.ts';
import type { Reader, Store } from '../store/store.ts';
import { fileOutcomes, testHistory } from '../store/tests.ts';

const failures: ReadonlySet<string> = new Set(['failed', 'errored', 'timed_out']);

/** The audited test files that fail now and passed the time before: what fails longer is no work of this change. */
export function regretted(db: Reader, plan: Plan): TestId[] {
  return plan.tests.filter(isAudited).flatMap(({ id }) => {
    const [now, before] = testHistory(db, id, 2);
    const isNew = now !== undefined && failures.has(now.status) && before?.status === 'passed';
    return isNew ? [id] : [];
  });
}

/** Puts on record what a budget would have missed, where what it left out has run. Answers with sentences for the user. */
export async function recordBudgetCheck(store: Store, plan: Plan, { id }: Execution, at: number): Promise<string[]> {
  const { budget } = plan;
  if (budget === undefined) return [];
  const outcomes = fileOutcomes(store, id);
  const ran = plan.tests.filter((test) => isBudgetAudited(test) && outcomes.has(test.id));
  if (ran.length === 0) return [];
  const missed = ran.filter((test) => outcomes.get(test.id)?.hasFailed === true);
  const { kind, target, expectedMissed } = budget;
  const check = { executionId: id, at, kind, target, leftOut: ran.length, expectedMissed, missed: missed.length };
  await store.transact((tx) => saveBudgetCheck(tx, check));
  const expected =
    expectedMissed === null ? 'how many was not known before' : `${expectedMissed.toFixed(2)} were expected`;
  const failed = missed.length === 0 ? 'none failed' : `${missed.map((test) => test.id).join(', ')} failed`;
  return [`the budget was checked: of ${counted(ran.length, 'test file')} that it left out ${failed}; ${expected}`];
}

/** Puts on record which files had changed, so that their next change selects the tests. Answers with sentences for the user. */
export async function recordRegrets(store: Store, plan: Plan, execution: Execution, at: number): Promise<string[]> {
  const audited = plan.tests.filter(isAudited).length;
  if (audited === 0) return [];
  const tests = regretted(store, plan);
  const paths = plan.changes.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
  const rows = tests.flatMap((test) => paths.map((path) => ({ executionId: execution.id, at, test, path })));
  if (rows.length > 0) await store.transact((tx) => saveRegrets(tx, rows));
  const checked = `the selection was checked: ${audited === 1 ? '1 test file' : `${audited} test files`} outside of it ran`;
  if (tests.length === 0) return [`${checked}, and none failed that had passed before`];
  return [
    `${checked}, and ${tests.join(', ')} failed: from now on a change of ${paths.join(', ')} selects ${tests.length === 1 ? 'it' : 'them'}`,
  ];
}
