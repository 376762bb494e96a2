// Plans, as they were decided.
import type { ExecutionId } from '../protocol/ids.ts';
import { Plan } from '../protocol/plan.ts';
import { packJson, unpackJson } from './json-column.ts';
import { executionKey } from './keys.ts';
import type { Reader, SqlValue, Transaction } from './sql.ts';

export interface RecordedPlan {
  readonly executionId: ExecutionId;
  readonly at: number;
  readonly plan: Plan;
}

/** Records the plan of an execution, and how long what it leaves out would take. */
export function savePlan(tx: Transaction, executionId: ExecutionId, plan: Plan, at: number): void {
  const key = executionKey(tx, executionId);
  const savedMs = skippedTestsMs(tx, plan);
  tx.run('INSERT OR REPLACE INTO plans (execution_key, at, content, saved_tests_ms) VALUES (?, ?, ?, ?)', [
    key,
    at,
    packJson(plan),
    savedMs,
  ]);
}

export function getPlan(db: Reader, executionId: ExecutionId): Plan | null {
  return readPlans(db, 'WHERE e.id = ?', [executionId]).next().value?.plan ?? null;
}

/**
 * The latest plan that selected, reused, skipped or built `subject`: a test's id, a test file's id or path, or a target.
 * Looks at the last 100 plans.
 */
export function latestPlanWith(db: Reader, subject: string): RecordedPlan | null {
  for (const recorded of readPlans(db, 'ORDER BY p.execution_key DESC LIMIT 100', [])) {
    if (mentions(recorded.plan, subject)) return recorded;
  }
  return null;
}

/** The latest plans of executions, the newest first. */
export function latestPlans(db: Reader, limit: number): Iterable<RecordedPlan> {
  return readPlans(db, 'ORDER BY p.execution_key DESC LIMIT ?', [limit]);
}

/** Expected duration of the test files that a plan leaves out, by the medians of earlier runs; what never ran counts nothing. */
export function skippedTestsMs(db: Reader, plan: Plan): number {
  const reused = new Set<string>(plan.reused?.map(({ id }) => id));
  if (plan.skipped.files.length + reused.size === 0) return 0;
  const skipped = new Set<string>(plan.skipped.files);
  // A file can be skipped for one framework and run by another.
  const selected = new Set<string>(plan.tests.map(({ id }) => id));
  const suites = db.all<{ id: string; file: string; median_ms: number }>('SELECT id, file, median_ms FROM test_suites');
  return suites.reduce((sum, { id, file, median_ms }) => sum + (reused.has(id) || (skipped.has(file) && !selected.has(id)) ? median_ms : 0), 0);
}

/** Expected duration of everything that selection and unchanged builds left out since a time. */
export function savedTime(db: Reader, since: number): { testsMs: number; buildsMs: number } {
  const tests = db.get<{ ms: number | null }>('SELECT sum(saved_tests_ms) AS ms FROM plans WHERE at >= ?', [since]);
  const builds = db.get<{ ms: number | null }>(
    'SELECT sum(saved_ms) AS ms FROM build_executions WHERE finished_at >= ?',
    [since],
  );
  return { testsMs: tests?.ms ?? 0, buildsMs: builds?.ms ?? 0 };
}

function* readPlans(db: Reader, rest: string, params: readonly SqlValue[]): Generator<RecordedPlan, undefined> {
  const keys = db.all<{ key: number; id: ExecutionId; at: number }>(
    `SELECT p.execution_key AS key, e.id, p.at FROM plans p JOIN pipeline_executions e ON e.key = p.execution_key ${rest}`,
    params,
  );
  for (const { key, id, at } of keys) {
    const row = db.get<{ content: Uint8Array }>('SELECT content FROM plans WHERE execution_key = ?', [key]);
    const plan = row === undefined ? null : unpackJson(Plan, row.content);
    if (plan !== null) yield { executionId: id, at, plan };
  }
  return undefined;
}

/** A case is planned with its file, whose id begins its own. */
function mentions(plan: Plan, subject: string): boolean {
  const isIn = (id: string) => id === subject || subject.startsWith(`${id} > `);
  return (
    plan.tests.some(({ id, file }) => isIn(id) || file === subject) ||
    (plan.reused ?? []).some(({ id, file }) => isIn(id) || file === subject) ||
    plan.builds.some(({ target }) => target === subject) ||
    plan.budget?.leftOut.some(({ id, file }) => isIn(id) || file === subject) === true ||
    plan.skipped.files.some((file) => file === subject || isIn(subject.slice(0, subject.indexOf(':') + 1) + file))
  );
}
