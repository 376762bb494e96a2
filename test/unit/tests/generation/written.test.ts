// Tests that a language model wrote, before they run.
import assert from 'node:assert/strict';
import { blocksIn } from '../../../../agent/tests/generation/model/answer.ts';
import { writtenJavaScript } from '../../../../agent/tests/generation/javascript/written.ts';

function whyNot(body: string): string | null | undefined {
  return writtenJavaScript([body], 'a.test.ts')[0]?.why;
}

describe('blocks of code in an answer', () => {
  it('are what stands between fences, whatever stands round them', () => {
    assert.deepEqual(blocksIn('Sure!\n```js\na();\n```\nand\n~~~\nb();\n~~~\nDone.'), ['a();', 'b();']);
    assert.deepEqual(blocksIn('````\n```\nx\n```\n````'), ['```\nx\n```']);
    assert.deepEqual(blocksIn('```js\r\na();\r\n```\r\n'), ['a();']);
  });

  it('are not what was cut off', () => {
    assert.deepEqual(blocksIn('```js\na();\n```\n```js\nb('), ['a();']);
  });

  it('are all of an answer without fences, and never many', () => {
    assert.deepEqual(blocksIn('a();'), ['a();']);
    assert.deepEqual(blocksIn('\n'), []);
    assert.equal(blocksIn('```\na\n```\n'.repeat(1000)).length, 12);
  });
});

describe('a written test of JavaScript', () => {
  it('is a body, with the comment above it as its title', () => {
    assert.deepEqual(writtenJavaScript(['// adds\nexpect(sum(1, 2)).toBe(3);\n'], 'a.test.ts'), [
      { title: 'adds', body: 'expect(sum(1, 2)).toBe(3);', why: null },
    ]);
  });

  it('is taken out of its declaration', () => {
    const block = `import { it } from 'vitest';
describe('sum', () => {
  it('adds', async () => {
    const all = [1];
    expect(sum(...all)).toBe(1);
  });
  test('throws', () => expect(() => sum()).toThrow());
});`;
    assert.deepEqual(writtenJavaScript([block], 'a.test.ts'), [
      { title: 'adds', body: 'const all = [1];\nexpect(sum(...all)).toBe(1);', why: null },
      { title: 'throws', body: 'expect(() => sum()).toThrow();', why: null },
    ]);
  });

  it('is not tried when it does not parse, or leaves its place', () => {
    assert.equal(whyNot('expect('), 'it does not parse');
    assert.equal(whyNot('Here are some tests.'), 'it does not parse');
    assert.equal(whyNot('a();\n}\nb();\n{'), 'it does not parse');
    assert.equal(whyNot('// nothing\n'), 'it is empty');
    assert.equal(whyNot(`a('${'x'.repeat(3000)}');`), 'it has more than 2000 characters');
  });

  it('is not tried when it reaches beyond the function', () => {
    for (const body of ['process.exit(1);', 'const { process: p } = { process };', "eval('1');", 'new Function();'])
      assert.match(whyNot(body) ?? '', /^it uses (process|eval|Function)$/, body);
    assert.equal(whyNot("sum['constructor']('x');"), 'it uses constructor');
    assert.equal(whyNot('sum.constructor("x");'), 'it uses constructor');
    assert.equal(whyNot("await import('node:fs');"), 'it imports');
    assert.equal(whyNot("require('node:fs');"), 'it uses require');
    assert.equal(whyNot('globalThis[process];'), 'it uses globalThis');
    assert.equal(whyNot('expect(sum({ process: 1 }).process).toBe(1);'), null);
  });
});
