import assert from 'node:assert/strict';
import { inOneLine } from '../../../agent/protocol/one-line.ts';

describe('a name in a line', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['says "hi" it\'s › ünïcödé 日本 👋', 'says "hi" it\'s › ünïcödé 日本 👋'],
    ['new\nline\r\tand \u001b[31mred', String.raw`new\nline\r\tand \u001b[31mred`],
    ['turned \u202eround\u202c and \u2067apart\u2069', String.raw`turned \u202eround\u202c and \u2067apart\u2069`],
    ['\u200fעברית', '\u200fעברית'],
  ];
  for (const [name, shown] of cases)
    it(`shows ${shown}`, () => {
      assert.equal(inOneLine(name), shown);
    });
});
