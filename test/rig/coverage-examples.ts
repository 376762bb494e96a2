// Inputs and answers of the operations on coverage.
import { CoverageSummary, FileCoverageDetails, TestSuggestion } from '../../agent/protocol/coverage.ts';
import { ExecutionId, RepoPath, TestId } from '../../agent/protocol/ids.ts';

const path = RepoPath.parse('src/cart.ts');
const test = TestId.parse('mocha:test/cart.test.ts');

export const coverageInputs = {
  getCoverage: { execution: ExecutionId.parse('run-1') },
  getFileCoverage: { path, test },
  exportCoverage: { format: 'cobertura' as const },
  suggestTests: { limit: 5 },
};

export const coverageOutputs = {
  getCoverage: CoverageSummary.parse({
    files: [
      { path, lines: { covered: 3, total: 4 }, functions: { covered: 1, total: 2 }, tests: [test], isOutdated: false },
    ],
    lines: { covered: 3, total: 4 },
    functions: { covered: 1, total: 2 },
    tests: 1,
    recorded: { from: 1, until: 2 },
    notes: [],
  }),
  getFileCoverage: FileCoverageDetails.parse({
    path,
    isOutdated: false,
    executed: [[1, 3]],
    missed: [[5, 5]],
    functions: [{ name: 'total', startLine: 1, endLine: 5, executed: true }],
  }),
  exportCoverage: { contentType: 'application/xml; charset=utf-8', text: '<coverage/>' },
  suggestTests: {
    suggestions: [
      TestSuggestion.parse({
        path,
        name: 'discount',
        startLine: 7,
        endLine: 9,
        uncoveredLines: 2,
        changes: 4,
        why: 'no test runs discount',
      }),
    ],
    notes: [],
  },
};
