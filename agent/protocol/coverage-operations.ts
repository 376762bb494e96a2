// The operations on coverage.
import { z } from 'zod';
import { CoverageFormat, CoverageSummary, FileCoverageDetails, TestSuggestion } from './coverage.ts';
import { ExecutionId, RepoPath, TestId } from './ids.ts';
import { limit, operation } from './operation.ts';

/** Of everything that is on record, or of one run, or of one test file. */
const scope = {
  execution: ExecutionId.optional(),
  test: TestId.optional(),
};

export const coverageOperations = {
  getCoverage: operation({
    route: 'GET /coverage',
    summary: 'How much of each source file the tests ran, as last recorded: over all, in one run, or by one test file.',
    input: z.object(scope),
    output: CoverageSummary,
    role: 'viewer',
  }),
  getFileCoverage: operation({
    route: 'GET /coverage/file',
    summary: 'The lines and functions of one file that ran, and those that did not.',
    input: z.object({ ...scope, path: RepoPath }),
    output: FileCoverageDetails,
    role: 'viewer',
  }),
  exportCoverage: operation({
    route: 'GET /coverage/export',
    summary: 'Coverage as lcov or Cobertura for other tools, or as a table to read.',
    input: z.object({ ...scope, format: CoverageFormat.default('lcov') }),
    output: z.object({ contentType: z.string(), text: z.string() }),
    role: 'viewer',
  }),
  suggestTests: operation({
    route: 'GET /coverage/suggestions',
    summary: 'What to test next: code that no test runs, in files that change often first.',
    input: z.object({ limit }),
    /** `notes`: as in the coverage of everything; what is not known cannot be suggested. */
    output: z.object({ suggestions: z.array(TestSuggestion), notes: z.array(z.string()) }),
    role: 'viewer',
  }),
} as const;
