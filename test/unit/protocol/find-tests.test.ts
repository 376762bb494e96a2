import assert from 'node:assert/strict';
import { findTests, idOfFound } from '../../../agent/protocol/find-tests.ts';
import { TestFile } from '../../../agent/protocol/test.ts';

const files = [
  TestFile.parse({
    id: 'vitest:packages/core/cart.test.ts',
    file: 'packages/core/cart.test.ts',
    framework: 'vitest',
    project: 'packages/core',
    cases: [{ id: 'vitest:packages/core/cart.test.ts > total > adds', titlePath: ['total', 'adds'], line: 3, lastStatus: null, lastDurationMs: null }],
  }),
  TestFile.parse({ id: 'mocha:test/cart.test.ts', file: 'test/cart.test.ts', framework: 'mocha', project: '', cases: [] }),
];

function ids(subject: string): string[] {
  return findTests(files, subject).map(({ file, testCase }) => testCase?.id ?? file.id);
}

describe('finding what a person means', () => {
  it('prefers an exact file or id', () => {
    assert.deepEqual(ids('test/cart.test.ts'), ['mocha:test/cart.test.ts']);
    assert.deepEqual(ids('vitest:packages/core/cart.test.ts'), ['vitest:packages/core/cart.test.ts']);
  });

  it('finds a case by its id, its titles or its last title', () => {
    const id = 'vitest:packages/core/cart.test.ts > total > adds';
    assert.deepEqual(ids(id), [id]);
    assert.deepEqual(ids('total › adds'), [id]);
    assert.deepEqual(ids('adds'), [id]);
    assert.deepEqual(ids('packages/core/cart.test.ts › total › adds'), [id]);
    assert.deepEqual(ids('packages/core/cart.test.ts > total > adds'), [id]);
    assert.deepEqual(ids('test/cart.test.ts › total › adds'), []);
  });

  it('finds every file whose path ends like that', () => {
    assert.deepEqual(ids('cart.test.ts'), ['vitest:packages/core/cart.test.ts', 'mocha:test/cart.test.ts']);
  });

  it("finds cases as pytest names them, with or without parameters, and those that are not known yet", () => {
    const file = 'pytest:tests/test_a.py';
    const python = TestFile.parse({
      id: file,
      file: 'tests/test_a.py',
      framework: 'pytest',
      project: '',
      cases: [['A', 'test_b[1]'], ['test_c']].map((titlePath) => ({ id: `${file} > ${titlePath.join(' > ')}`, titlePath, line: 1, lastStatus: null, lastDurationMs: null })),
    });
    const named = (subject: string) => findTests([python], subject).map(idOfFound);
    assert.deepEqual(named('tests/test_a.py::A::test_b'), [`${file} > A > test_b[1]`]);
    assert.deepEqual(named('test_a.py::A'), [`${file} > A > test_b[1]`]);
    assert.deepEqual(named('test_a.py::test_new'), [`${file} > test_new`]);
    assert.deepEqual(named('test_b'), [`${file} > A > test_b[1]`]);
    assert.deepEqual(named('other.py::test_c'), []);
  });

  it('finds nothing for what does not exist', () => {
    assert.deepEqual(ids('art.test.ts'), []);
  });
});
