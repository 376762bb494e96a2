// Test files, cases and results (test_suites, test_cases, test_executions, test_results).
import type { ExecutionId, RepoPath, TestId } from '../protocol/ids.ts';
import type { TestCase, TestHistoryEntry, TestResult, TestStatus } from '../protocol/test.ts';
import type { Reader, Transaction } from './sql.ts';

export interface FileHistory {
  readonly file: RepoPath;
  /** Executions in which the file ran, and in how many of them it failed. */
  readonly runs: number;
  readonly failures: number;
  readonly lastStatus: TestStatus;
  readonly lastRunAt: number;
  /** Median over the last runs of the sum of its cases' durations. */
  readonly medianMs: number;
  readonly caseCount: number;
}

export interface CaseResult {
  readonly id: TestId;
  readonly fileId: TestId;
  readonly lastStatus: TestStatus;
  readonly lastRunAt: number;
  readonly lastExecutionId: ExecutionId;
  readonly medianMs: number;
  readonly runs: number;
  readonly failures: number;
  /** Since when it fails without a pass in between; null while it passes. */
  readonly failingSince: number | null;
}

/**
 * Records results as they come; a file's results may come in several calls. Texts are cut (message 16 KB, others 64 KB).
 * It takes about 20 µs a result: hand over at most about a thousand at once, so that the agent stays responsive.
 */
export declare function saveTestResults(tx: Transaction, executionId: ExecutionId, results: readonly TestResult[], finishedAt: number): void;
/** In the order in which they finished. */
export declare function testResultsOf(db: Reader, executionId: ExecutionId): TestResult[];
/** By the id of the test file. */
export declare function fileHistory(db: Reader): Map<TestId, FileHistory>;
/** The last result of each known case (and of files that did not load). */
export declare function latestCaseResults(db: Reader): CaseResult[];
/** The last results of a case or of a test file, newest first. */
export declare function testHistory(db: Reader, id: TestId, limit: number): TestHistoryEntry[];
/** The cases seen in the latest run of each file, by the file's id. */
export declare function knownCases(db: Reader): Map<TestId, TestCase[]>;
/** The full last result of what fails now: failed, errored or timed out in its last run. The latest first. */
export declare function failingResults(db: Reader, limit: number): { result: TestResult; executionId: ExecutionId; failingSince: number }[];
/** The slowest cases by their median duration. */
export declare function slowestCases(db: Reader, limit: number): { id: TestId; name: string; durationMs: number }[];
/** Forgets test files with their cases and results: they exist no more. */
export declare function forgetFiles(tx: Transaction, ids: readonly TestId[]): void;
