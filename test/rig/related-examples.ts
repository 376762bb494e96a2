// Inputs and answers of the operations between tests and code.
import { RepoPath, TestId } from '../../agent/protocol/ids.ts';
import { RelatedPlace, RelatedTest } from '../../agent/protocol/related.ts';

const path = RepoPath.parse('src/cart.ts');
const test = TestId.parse('mocha:test/cart.test.ts');

export const relatedInputs = {
  getRelatedTests: { file: path, line: 3 },
  getRelatedCode: { test },
};

export const relatedOutputs = {
  getRelatedTests: {
    name: 'total',
    tests: [
      RelatedTest.parse({ id: test, file: 'test/cart.test.ts', line: 5, evidence: 'named', why: 'it names total' }),
    ],
  },
  getRelatedCode: {
    places: [RelatedPlace.parse({ path, line: 1, name: null, evidence: 'imported', why: 'the test file imports it' })],
  },
};
