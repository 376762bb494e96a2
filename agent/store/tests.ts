// What is known of test files, cases and results (test_suites, test_cases, test_executions, test_results).
import { z } from 'zod';
import type { ExecutionId, RepoPath, TestId } from '../protocol/ids.ts';
import { TestResult, type TestCase, type TestHistoryEntry, type TestStatus } from '../protocol/test.ts';
import { fromJson } from './json-column.ts';
import { keyOf } from './keys.ts';
import type { Reader, SqlValue } from './sql.ts';
import { p90Of } from './recent.ts';
import { codeOf, isFailing, statusOf, wasRun } from './test-status.ts';

// The writing half of this domain, in a file of its own.
export { forgetFiles, forgetUnreportedCases, recallFiles, saveTestResults } from './test-recording.ts';

export interface FileHistory {
  readonly file: RepoPath;
  /** Executions in which the file ran, and in how many of them it failed. */
  readonly runs: number;
  readonly failures: number;
  readonly lastStatus: TestStatus;
  readonly lastRunAt: number;
  /** Median over the last nine runs of the sum of its cases' durations. */
  readonly medianMs: number;
  /** Of the same runs: nine of ten are not longer. */
  readonly p90Ms: number;
  readonly caseCount: number;
}

export interface CaseResult {
  readonly id: TestId;
  readonly fileId: TestId;
  readonly lastStatus: TestStatus;
  readonly lastRunAt: number;
  /** Null when the execution is recorded no more. */
  readonly lastExecutionId: ExecutionId | null;
  readonly medianMs: number;
  readonly runs: number;
  readonly failures: number;
  /** Since when it fails without a pass in between; null while it does not fail. */
  readonly failingSince: number | null;
}

export interface FailingResult {
  readonly result: TestResult;
  readonly executionId: ExecutionId;
  readonly failingSince: number;
}

/** In the order in which they finished. */
export function testResultsOf(db: Reader, executionId: ExecutionId): TestResult[] {
  const key = keyOf(db, 'pipeline_executions', executionId);
  return readResults(db, 'WHERE r.execution_key = ? ORDER BY r.at_us, r.case_key', [key]).map(resultOf);
}

/** By the id of the test file. Files that are gone are in it too: they may come back with a branch. */
export function fileHistory(db: Reader): Map<TestId, FileHistory> {
  const rows = db.all<SuiteRow>(
    'SELECT id, file, runs, failures, last_status, last_run_at, median_ms, recent_ms, case_count FROM test_suites',
  );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        file: row.file,
        runs: row.runs,
        failures: row.failures,
        lastStatus: statusOf(row.last_status),
        lastRunAt: row.last_run_at,
        medianMs: row.median_ms,
        p90Ms: p90Of(row.recent_ms),
        caseCount: row.case_count,
      },
    ]),
  );
}

/** How often a test file was stopped because it hung, in these executions. */
export function timedOutTests(db: Reader, executions: readonly ExecutionId[]): number {
  const row = db.get<{ count: number }>(
    `SELECT count(*) AS count FROM pipeline_executions e JOIN test_executions x ON x.execution_key = e.key
     WHERE e.id IN (SELECT value FROM json_each(?)) AND x.status = ?`,
    [JSON.stringify(executions), codeOf('timed_out')],
  );
  return row?.count ?? 0;
}

/** The last result of each case that exists (and of files that did not load). */
export function latestCaseResults(db: Reader): CaseResult[] {
  return readCases(db, '');
}

/** The cases whose last result is a failure. */
export function failingCases(db: Reader): CaseResult[] {
  return readCases(db, 'AND c.failing_since IS NOT NULL');
}

/** How each test file of an execution ended and how long it took; files that were skipped as a whole are left out. */
export function fileOutcomes(
  db: Reader,
  executionId: ExecutionId,
): Map<TestId, { hasFailed: boolean; durationMs: number }> {
  const rows = db.all<{ id: TestId; status: number; duration_us: number }>(
    `SELECT s.id, t.status, t.duration_us FROM test_executions t JOIN test_suites s ON s.key = t.suite_key
     WHERE t.execution_key = ?`,
    [keyOf(db, 'pipeline_executions', executionId)],
  );
  return new Map(
    rows.flatMap(({ id, status, duration_us }) => {
      const ended = statusOf(status);
      if (ended === 'skipped' || ended === 'todo') return [];
      return [[id, { hasFailed: ended !== 'passed', durationMs: duration_us / 1000 }] as const];
    }),
  );
}

/** The last results of a case or of a test file, newest first. */
export function testHistory(db: Reader, id: TestId, limit: number): TestHistoryEntry[] {
  const suite = keyOf(db, 'test_suites', id);
  const rows =
    suite === null
      ? db.all<HistoryRow>(
          `SELECT r.status, r.duration_us, e.finished_at FROM test_cases c
             JOIN test_results r ON r.case_key = c.key
             JOIN test_executions e ON e.execution_key = r.execution_key AND e.suite_key = c.suite_key
           WHERE c.id = ? ORDER BY r.execution_key DESC LIMIT ?`,
          [id, limit],
        )
      : db.all<HistoryRow>(
          'SELECT status, duration_us, finished_at FROM test_executions WHERE suite_key = ? ORDER BY execution_key DESC LIMIT ?',
          [suite, limit],
        );
  return rows.map(({ status, duration_us, finished_at }) => ({
    status: statusOf(status),
    durationMs: duration_us / 1000,
    finishedAt: finished_at,
  }));
}

/** The run in which a case began to fail, and the one before it in which it had passed; null where one is not on record. */
export function turnToFailing(db: Reader, id: TestId): { passed: ExecutionId; failed: ExecutionId } | null {
  const rows = db.all<{ status: number; id: ExecutionId }>(
    `SELECT r.status, e.id FROM test_cases c JOIN test_results r ON r.case_key = c.key
       JOIN pipeline_executions e ON e.key = r.execution_key
     WHERE c.id = ? ORDER BY r.execution_key DESC LIMIT ?`,
    [id, longestTurn],
  );
  const ran = rows.filter(({ status }) => wasRun(statusOf(status)));
  const passed = ran.findIndex(({ status }) => !isFailing(statusOf(status)));
  const [before, after] = [ran[passed], ran[passed - 1]];
  return before === undefined || after === undefined ? null : { passed: before.id, failed: after.id };
}

/** So many results back it is looked for. */
const longestTurn = 500;

/** The cases that exist, by the file's id, in the order in which they were first seen. */
export function knownCases(db: Reader): Map<TestId, TestCase[]> {
  const rows = db.all<CaseRow>(
    `SELECT c.id, s.id AS file_id, c.title_path, c.line, c.last_status, c.last_ms FROM test_cases c
       JOIN test_suites s ON s.key = c.suite_key
     WHERE c.is_present = 1 AND s.is_present = 1 AND c.title_path <> '[]' ORDER BY c.key`,
  );
  const cases = new Map<TestId, TestCase[]>();
  for (const row of rows) {
    const ofFile = cases.get(row.file_id) ?? [];
    ofFile.push(caseOf(row));
    cases.set(row.file_id, ofFile);
  }
  return cases;
}

/** The full last result of what fails now, the latest first. */
export function failingResults(db: Reader, limit: number): FailingResult[] {
  const rows = readResults(
    db,
    `JOIN pipeline_executions e ON e.key = r.execution_key
     WHERE c.failing_since IS NOT NULL AND c.is_present = 1 AND s.is_present = 1 AND r.execution_key = c.last_execution_key
     ORDER BY c.last_run_at DESC, c.key LIMIT ?`,
    [limit],
    ', e.id AS execution_id, c.failing_since',
  );
  return rows.map((row) => ({ result: resultOf(row), executionId: row.execution_id, failingSince: row.failing_since }));
}

/** The slowest cases by their median duration. */
export function slowestCases(db: Reader, limit: number): { id: TestId; name: string; durationMs: number }[] {
  const rows = db.all<NamedRow & { id: TestId; median_ms: number }>(
    `SELECT c.id, c.name, c.title_path, c.median_ms FROM test_cases c JOIN test_suites s ON s.key = c.suite_key
     WHERE c.is_present = 1 AND s.is_present = 1 AND c.median_ms > 0 ORDER BY c.median_ms DESC LIMIT ?`,
    [limit],
  );
  return rows.map((row) => ({ id: row.id, name: nameOf(row), durationMs: row.median_ms }));
}

/** Ids in rows were branded when they were written. */
interface SuiteRow {
  readonly id: TestId;
  readonly file: RepoPath;
  readonly runs: number;
  readonly failures: number;
  readonly last_status: number;
  readonly last_run_at: number;
  readonly median_ms: number;
  readonly recent_ms: string;
  readonly case_count: number;
}

interface HistoryRow {
  readonly status: number;
  readonly duration_us: number;
  readonly finished_at: number;
}

interface NamedRow {
  readonly name: string | null;
  readonly title_path: string;
}

interface CaseRow {
  readonly id: TestId;
  readonly file_id: TestId;
  readonly title_path: string;
  readonly line: number | null;
  readonly last_status: number;
  readonly last_ms: number;
}

interface ResultRow extends NamedRow {
  readonly id: string;
  readonly file: string;
  readonly framework: string;
  readonly line: number | null;
  readonly column_number: number | null;
  readonly declared_in: string | null;
  readonly status: number;
  readonly duration_us: number;
  readonly at_us: number;
  readonly texts: string | null;
  readonly execution_id: ExecutionId;
  readonly failing_since: number;
}

const TitlePath = z.array(z.string());
const Texts = TestResult.pick({
  message: true,
  expected: true,
  actual: true,
  stack: true,
  failureAt: true,
  output: true,
  attachments: true,
  retries: true,
});

function readCases(db: Reader, condition: string): CaseResult[] {
  const rows = db.all<SuiteRow & { file_id: TestId; execution_id: ExecutionId | null; failing_since: number | null }>(
    `SELECT c.id, s.id AS file_id, c.last_status, c.last_run_at, e.id AS execution_id, c.median_ms, c.runs, c.failures, c.failing_since
     FROM test_cases c JOIN test_suites s ON s.key = c.suite_key
       LEFT JOIN pipeline_executions e ON e.key = c.last_execution_key
     WHERE c.is_present = 1 AND s.is_present = 1 ${condition}`,
  );
  return rows.map((row) => ({
    id: row.id,
    fileId: row.file_id,
    lastStatus: statusOf(row.last_status),
    lastRunAt: row.last_run_at,
    lastExecutionId: row.execution_id,
    medianMs: row.median_ms,
    runs: row.runs,
    failures: row.failures,
    failingSince: row.failing_since,
  }));
}

function readResults(db: Reader, rest: string, params: readonly SqlValue[], more = ''): ResultRow[] {
  return db.all<ResultRow>(
    `SELECT c.id, c.name, c.title_path, c.line, c.column_number, c.declared_in, s.file, s.framework, r.status, r.duration_us, r.at_us, r.texts${more}
     FROM test_results r JOIN test_cases c ON c.key = r.case_key JOIN test_suites s ON s.key = c.suite_key ${rest}`,
    params,
  );
}

function resultOf(row: ResultRow): TestResult {
  return TestResult.parse({
    id: row.id,
    file: row.file,
    framework: row.framework,
    name: nameOf(row),
    titlePath: fromJson(TitlePath, row.title_path, []),
    status: statusOf(row.status),
    durationMs: row.duration_us / 1000,
    atMs: row.at_us / 1000,
    ...fromJson(Texts, row.texts, {}),
    ...declarationOf(row),
  });
}

function declarationOf({ file, declared_in, line, column_number }: ResultRow) {
  if (line === null) return {};
  const place = { file: declared_in ?? file, line };
  return { declaredAt: column_number === null ? place : { ...place, column: column_number } };
}

function nameOf({ name, title_path }: NamedRow): string {
  return name ?? fromJson(TitlePath, title_path, []).join(' > ');
}

function caseOf(row: CaseRow): TestCase {
  return {
    id: row.id,
    titlePath: fromJson(TitlePath, row.title_path, []),
    line: row.line,
    lastStatus: statusOf(row.last_status),
    lastDurationMs: row.last_ms,
  };
}
