// Coverage: which lines and functions the tests ran, as recorded.
import { z } from 'zod';
import { LineRange } from './change-set.ts';
import { Timestamp } from './execution.ts';
import { RepoPath, TestId } from './ids.ts';

/** Of so many, so many ran. */
export const CoveredCount = z.object({ covered: z.int().nonnegative(), total: z.int().nonnegative() });
export type CoveredCount = z.infer<typeof CoveredCount>;

/** A source file that tests ran code of. Lines without code are not counted. */
export const FileCoverage = z.object({
  path: RepoPath,
  lines: CoveredCount,
  functions: CoveredCount,
  /** Test files that ran code of it. */
  tests: z.array(TestId),
  /** The file has changed since: the lines may be others by now. */
  isOutdated: z.boolean(),
});
export type FileCoverage = z.infer<typeof FileCoverage>;

export const CoverageSummary = z.object({
  /** By path. Test files themselves are left out. */
  files: z.array(FileCoverage),
  lines: CoveredCount,
  functions: CoveredCount,
  /** How many test files it was recorded of. */
  tests: z.int().nonnegative(),
  /** When the oldest and the newest of it were recorded; null when there is nothing. */
  recorded: z.object({ from: Timestamp, until: Timestamp }).nullable(),
  /** Sentences: of which tests less is known, why, and what to do about it. */
  notes: z.array(z.string()),
});
export type CoverageSummary = z.infer<typeof CoverageSummary>;

export const FunctionCoverage = z.object({
  name: z.string(),
  startLine: z.int().positive(),
  endLine: z.int().positive(),
  executed: z.boolean(),
});

export const FileCoverageDetails = z.object({
  path: RepoPath,
  isOutdated: z.boolean(),
  executed: z.array(LineRange),
  missed: z.array(LineRange),
  functions: z.array(FunctionCoverage),
});
export type FileCoverageDetails = z.infer<typeof FileCoverageDetails>;

export const CoverageFormat = z.enum(['lcov', 'cobertura', 'text']);
export type CoverageFormat = z.infer<typeof CoverageFormat>;

/** Code that no test runs, the riskiest first. */
export const TestSuggestion = z.object({
  path: RepoPath,
  /** The function, or null for lines outside of functions. */
  name: z.string().nullable(),
  startLine: z.int().positive(),
  endLine: z.int().positive(),
  uncoveredLines: z.int().positive(),
  /** Commits of the last 500 that changed the file. */
  changes: z.int().nonnegative(),
  /** One sentence. */
  why: z.string(),
});
export type TestSuggestion = z.infer<typeof TestSuggestion>;
