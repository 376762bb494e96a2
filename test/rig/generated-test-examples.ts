// Inputs and answers of the operations on generated tests.
import { GeneratedTests } from '../../agent/protocol/generated-tests.ts';
import { ExecutionId, RepoPath } from '../../agent/protocol/ids.ts';

const id = ExecutionId.parse('run-1');

export const generatedTestInputs = {
  promptForTests: { file: RepoPath.parse('src/cart.ts'), function: 'total' },
  generateTests: { file: RepoPath.parse('src/cart.ts'), function: 'total', mutants: 10 },
  getGeneratedTests: { id },
};

export const generatedTestOutputs = {
  promptForTests: { function: 'total', system: 'You write unit tests.', user: 'Write tests of total.', endpoint: null },
  generateTests: { executionId: id },
  getGeneratedTests: GeneratedTests.parse({
    executionId: id,
    at: 1,
    file: 'src/cart.ts',
    function: 'total',
    framework: 'vitest',
    path: 'test/total.generated.test.ts',
    text: "it('total([]) is 0', () => {});\n",
    tests: [
      {
        title: 'total([]) is 0',
        origin: 'boundary',
        lines: [3],
        mutants: [{ line: 3, before: 'return 0;', after: 'return undefined;' }],
        why: 'Runs line 3 for the first time; fails for `return undefined;` in line 3.',
      },
    ],
    candidates: { tried: 12, passed: 11 },
    mutants: { tried: 8, found: 5, foundNow: 1 },
    lines: { total: 6, covered: 5, coveredNow: 1 },
    notes: [],
  }),
};
