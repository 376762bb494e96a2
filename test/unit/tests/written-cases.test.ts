import assert from 'node:assert/strict';
import { literalConfiguration } from '../../../agent/tests/javascript/literal-configuration.ts';
import { writtenCases } from '../../../agent/tests/javascript/written-cases.ts';

const read = (text: string, file = 'a.test.ts') =>
  writtenCases(file, text).map((each) => `${each.line} ${each.titlePath.join(' > ')}`);

describe('writtenCases', () => {
  it('reads suites and cases with their lines', () => {
    const text = `import { describe, it, test } from 'vitest';
describe('cart', () => {
  it('adds', () => {});
  describe(\`total\`, () => {
    test.skip("discount", () => {});
  });
});
it.only('alone', () => {});`;
    assert.deepEqual(read(text), ['3 cart > adds', '5 cart > total > discount', '8 alone']);
  });

  it('keeps the titles of tables as they are written', () => {
    assert.deepEqual(read(`describe.each([1])('n %i', () => { it.each\`a\`('x $a', () => {}); });`), ['1 n %i > x $a']);
  });

  it('reads subtests of node:test', () => {
    assert.deepEqual(read(`test('parent', async (t) => { await t.test('child', () => {}); });`), [
      '1 parent',
      '1 parent > child',
    ]);
  });

  it('passes over titles that are computed, and calls of other names', () => {
    assert.deepEqual(read('it(`${x} y`, () => {}); submit("x"); foo.bar.it("y"); it(name);'), []);
  });

  it('is empty for a file with a syntax error', () => {
    assert.deepEqual(read('describe("a", () => { it('), []);
  });

  it('reads JSX', () => {
    assert.deepEqual(read(`it('renders', () => { render(<App x={1} />); });`, 'a.test.tsx'), ['1 renders']);
  });
});

describe('literalConfiguration', () => {
  it('reads defineConfig, mergeConfig, constants, functions and spreads', () => {
    const text = `import { defineConfig, mergeConfig } from 'vitest/config';
const shared = ['a', 'b'];
const base = { root: 'r' };
export default mergeConfig(base, defineConfig(({ mode }) => { return { test: { include: [...shared, 'c'], dir: \`d\`, n: 1, f: mode, g: f() } } as const; }));`;
    assert.deepEqual(literalConfiguration('vitest.config.ts', text), {
      root: 'r',
      test: { include: ['a', 'b', 'c'], dir: 'd', n: 1 },
    });
  });

  it('reads module.exports', () => {
    assert.deepEqual(literalConfiguration('.mocharc.cjs', "module.exports = { 'spec': ['x'], require: null };"), {
      spec: ['x'],
      require: null,
    });
  });

  it('is null where nothing is exported, and for what does not parse', () => {
    assert.equal(literalConfiguration('a.js', 'const a = 1;'), null);
    assert.equal(literalConfiguration('a.js', 'export default {'), null);
  });

  it('ends on constants that name each other', () => {
    assert.equal(literalConfiguration('a.js', 'const a = b; const b = a; export default a;'), undefined);
  });
});
