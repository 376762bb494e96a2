// Records test results: a row a result, and in the rows of the case and of its file what their runs add up to.
import type { ExecutionId, TestId } from '../protocol/ids.ts';
import type { TestResult, TestStatus } from '../protocol/test.ts';
import { executionKey, keyOf, nextKey } from './keys.ts';
import { withDuration } from './recent.ts';
import type { SqlValue, Transaction } from './sql.ts';
import { codeOf, isFailing, overallStatus, statusOf, wasRun } from './test-status.ts';

/**
 * Records results as they come; a file's results may come in several calls, and a case that is reported again replaces
 * its result. Texts are cut (message 16 KB, others 64 KB). It takes about 50 µs a result: hand over at most a few
 * hundred at once, so that the agent stays responsive.
 */
export function saveTestResults(
  tx: Transaction,
  executionId: ExecutionId,
  results: readonly TestResult[],
  finishedAt: number,
): void {
  const run = { executionKey: executionKey(tx, executionId), finishedAt };
  const byFile = Map.groupBy(results, fileIdOf);
  for (const [fileId, ofFile] of byFile) {
    const suite = suiteRow(tx, fileId, ofFile[0]);
    for (const result of ofFile) saveResult(tx, run, suite.key, result);
    if (ofFile.some(({ id }) => id !== fileId)) forgetLoadFailure(tx, run, fileId);
    saveSuiteRun(tx, run, suite);
  }
}

/** A file was run whole: cases of it that the execution did not report exist no more. */
export function forgetUnreportedCases(tx: Transaction, executionId: ExecutionId, fileIds: readonly TestId[]): void {
  const execution = executionKey(tx, executionId);
  for (const id of fileIds) {
    const suite = keyOf(tx, 'test_suites', id);
    if (suite === null) continue;
    const unreported = [suite, execution];
    const found = tx.get(
      'SELECT 1 FROM test_cases WHERE suite_key = ? AND is_present = 1 AND last_execution_key <> ?',
      unreported,
    );
    if (found === undefined) continue;
    tx.run(
      'UPDATE test_cases SET is_present = 0 WHERE suite_key = ? AND is_present = 1 AND last_execution_key <> ?',
      unreported,
    );
    tx.run(
      `UPDATE test_suites SET case_count = (SELECT count(*) FROM test_cases WHERE suite_key = ?1 AND ${countedCases}) WHERE key = ?1`,
      [suite],
    );
  }
}

/** These test files exist no more: they are not shown as failing or known. What is known of them is kept for a while. */
export function forgetFiles(tx: Transaction, ids: readonly TestId[]): void {
  setPresence(tx, ids, false);
}

/** These test files exist again, as after switching back to a branch. */
export function recallFiles(tx: Transaction, ids: readonly TestId[]): void {
  setPresence(tx, ids, true);
}

/** A file that did not load has a result of its own; it has no cases. */
const countedCases = `is_present = 1 AND title_path <> '[]'`;

/** The id of the file that a result belongs to: a case's id begins with it. */
function fileIdOf({ framework, file }: TestResult): string {
  return `${framework}:${file}`;
}

/** Its cases are reported, so the file loads again. */
function forgetLoadFailure(tx: Transaction, run: Run, fileId: string): void {
  const condition = 'id = ? AND is_present = 1 AND last_execution_key <> ?';
  const row = tx.get<{ key: number }>(`SELECT key FROM test_cases WHERE ${condition}`, [fileId, run.executionKey]);
  if (row !== undefined) tx.run('UPDATE test_cases SET is_present = 0 WHERE key = ?', [row.key]);
}

function setPresence(tx: Transaction, ids: readonly TestId[], isPresent: boolean): void {
  const value = isPresent ? 1 : 0;
  for (const id of ids) {
    const row = tx.get<{ key: number }>('SELECT key FROM test_suites WHERE id = ? AND is_present <> ?', [id, value]);
    if (row !== undefined) tx.run('UPDATE test_suites SET is_present = ? WHERE key = ?', [value, row.key]);
  }
}

interface Run {
  readonly executionKey: number;
  readonly finishedAt: number;
}

interface Aggregate {
  readonly key: number;
  readonly runs: number;
  readonly failures: number;
  readonly last_status: number;
  readonly last_execution_key: number;
  readonly recent_ms: string;
  readonly median_ms: number;
}

interface CaseAggregate extends Aggregate {
  readonly failing_since: number | null;
  readonly name: string | null;
  readonly title_path: string;
  readonly line: number | null;
  readonly column_number: number | null;
  readonly declared_in: string | null;
}

/** In the order of `declarationOf`. */
const declarationColumns = ['name', 'title_path', 'line', 'column_number', 'declared_in'] as const;
const aggregateColumns = 'key, runs, failures, last_status, last_execution_key, recent_ms, median_ms';
const caseColumns = `${aggregateColumns}, failing_since, ${declarationColumns.join(', ')}`;
const undeclared = { name: null, title_path: '[]', line: null, column_number: null, declared_in: null };

/** What is not recorded yet has run in no execution. */
const nothingYet = {
  runs: 0,
  failures: 0,
  last_status: codeOf('passed'),
  last_execution_key: 0,
  recent_ms: '[]',
  median_ms: 0,
};

function suiteRow(tx: Transaction, id: string, first: TestResult | undefined): Aggregate {
  const found = tx.get<Aggregate>(`SELECT ${aggregateColumns} FROM test_suites WHERE id = ?`, [id]);
  if (found !== undefined) return found;
  const row = { key: nextKey(tx, 'test_suites'), ...nothingYet };
  tx.run(
    `INSERT INTO test_suites (key, id, file, framework, is_present, runs, failures, last_status, last_run_at,
       last_execution_key, recent_ms, median_ms, case_count) VALUES (?, ?, ?, ?, 1, 0, 0, 0, 0, 0, '[]', 0, 0)`,
    [row.key, id, first?.file ?? '', first?.framework ?? ''],
  );
  return row;
}

function saveResult(tx: Transaction, run: Run, suiteKey: number, result: TestResult): void {
  const known = tx.get<CaseAggregate>(`SELECT ${caseColumns} FROM test_cases WHERE id = ?`, [result.id]);
  const before = known ?? insertCase(tx, suiteKey, result);
  const declaration = declarationOf(result);
  if (declaration.some((value, index) => value !== before[declarationColumns[index] ?? 'name'])) {
    const columns = declarationColumns.map((column) => `${column} = ?`).join(', ');
    tx.run(`UPDATE test_cases SET ${columns} WHERE key = ?`, [...declaration, before.key]);
  }
  const after = advance(before, run, { status: result.status, durationMs: result.durationMs });
  const failingSince = isFailing(result.status) ? (before.failing_since ?? run.finishedAt) : null;
  const status = codeOf(result.status);
  tx.run(
    `UPDATE test_cases SET is_present = 1, runs = ?, failures = ?, last_status = ?, last_run_at = ?, last_execution_key = ?,
       last_ms = ?, recent_ms = ?, median_ms = ?, failing_since = ? WHERE key = ?`,
    [
      after.runs,
      after.failures,
      status,
      run.finishedAt,
      run.executionKey,
      result.durationMs,
      after.recent.text,
      after.recent.medianMs,
      failingSince,
      before.key,
    ],
  );
  tx.run(
    'INSERT OR REPLACE INTO test_results (execution_key, case_key, status, duration_us, at_us, texts) VALUES (?, ?, ?, ?, ?, ?)',
    [run.executionKey, before.key, status, microseconds(result.durationMs), microseconds(result.atMs), textsOf(result)],
  );
}

function insertCase(tx: Transaction, suiteKey: number, result: TestResult): CaseAggregate {
  const row = { key: nextKey(tx, 'test_cases'), failing_since: null, ...nothingYet, ...undeclared };
  tx.run(
    `INSERT INTO test_cases (key, id, suite_key, title_path, is_present, runs, failures, last_status, last_run_at,
       last_execution_key, last_ms, recent_ms, median_ms) VALUES (?, ?, ?, '[]', 1, 0, 0, 0, 0, 0, 0, '[]', 0)`,
    [row.key, result.id, suiteKey],
  );
  return row;
}

/** `name` stands only where it is not the joined title, `declared_in` only where it is not the test's own file. */
function declarationOf({ name, titlePath, declaredAt, file }: TestResult): SqlValue[] {
  return [
    name === titlePath.join(' > ') ? null : name,
    JSON.stringify(titlePath),
    declaredAt?.line ?? null,
    declaredAt?.column ?? null,
    declaredAt === undefined || declaredAt.file === file ? null : declaredAt.file,
  ];
}

const messageCharacters = 16 * 1024;
const textCharacters = 64 * 1024;

function textsOf({ message, expected, actual, stack, failureAt, output, attachments, retries }: TestResult): string | null {
  const texts = {
    message: cut(message, messageCharacters),
    expected: cut(expected, textCharacters),
    actual: cut(actual, textCharacters),
    stack: cut(stack, textCharacters),
    failureAt,
    output: cut(output, textCharacters),
    attachments,
    retries,
  };
  return Object.values(texts).every((text) => text === undefined) ? null : JSON.stringify(texts);
}

function cut(text: string | undefined, characters: number): string | undefined {
  if (text === undefined || text.length <= characters) return text;
  return `${text.slice(0, characters)}\n… ${text.length - characters} more characters were cut`;
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}

interface Outcome {
  readonly status: TestStatus;
  readonly durationMs: number;
}

/** Adds one run; what the same execution reported before is replaced. A skipped test was not run. */
function advance(before: Aggregate, run: Run, { status, durationMs }: Outcome) {
  const earlier = statusOf(before.last_status);
  const replacesLast = before.last_execution_key === run.executionKey && wasRun(earlier);
  if (!wasRun(status) && !replacesLast) {
    return {
      runs: before.runs,
      failures: before.failures,
      recent: { text: before.recent_ms, medianMs: before.median_ms },
    };
  }
  const failedEarlier = replacesLast && isFailing(earlier) ? 1 : 0;
  return {
    runs: before.runs + (replacesLast ? 0 : 1),
    failures: before.failures - failedEarlier + (isFailing(status) ? 1 : 0),
    recent: withDuration(before.recent_ms, durationMs, { replacesLast }),
  };
}

/** Adds up what the execution has reported of the file so far. */
function saveSuiteRun(tx: Transaction, run: Run, suite: Aggregate): void {
  // CROSS JOIN keeps the order: from the file's cases to their results, never through all results of the execution.
  const groups = tx.all<{ status: number; duration_us: number }>(
    `SELECT r.status, sum(r.duration_us) AS duration_us FROM test_cases c
       CROSS JOIN test_results r ON r.execution_key = ? AND r.case_key = c.key WHERE c.suite_key = ? GROUP BY r.status`,
    [run.executionKey, suite.key],
  );
  const status = overallStatus(new Set(groups.map((group) => statusOf(group.status))));
  const durationUs = groups.reduce((sum, group) => sum + group.duration_us, 0);
  tx.run(
    'INSERT OR REPLACE INTO test_executions (execution_key, suite_key, status, finished_at, duration_us) VALUES (?, ?, ?, ?, ?)',
    [run.executionKey, suite.key, codeOf(status), run.finishedAt, durationUs],
  );
  const after = advance(suite, run, { status, durationMs: durationUs / 1000 });
  tx.run(
    `UPDATE test_suites SET is_present = 1, runs = ?2, failures = ?3, last_status = ?4, last_run_at = ?5, last_execution_key = ?6,
       recent_ms = ?7, median_ms = ?8,
       case_count = (SELECT count(*) FROM test_cases WHERE suite_key = ?1 AND ${countedCases}) WHERE key = ?1`,
    [
      suite.key,
      after.runs,
      after.failures,
      codeOf(status),
      run.finishedAt,
      run.executionKey,
      after.recent.text,
      after.recent.medianMs,
    ],
  );
}
