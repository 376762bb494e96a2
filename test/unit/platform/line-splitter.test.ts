import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createLineSplitter } from '../../../agent/platform/line-splitter.ts';

function split(chunks: readonly string[], maximumLength = 1000): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), maximumLength);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

describe('line splitter', () => {
  it('joins what came in pieces and hands over an unfinished last line', () => {
    assert.deepEqual(split(['a', 'b\nc', '\n\nd\r\n', 'e']), ['ab', 'c', '', 'd', 'e']);
  });

  it('cuts a line that is too long and goes on after it', () => {
    assert.deepEqual(split(['abc', 'def', 'ghi\njk\n'], 4), ['abcd', 'jk']);
  });

  it('gives the same lines however the text was cut', () => {
    const letter = fc.constantFrom('a', '\n', 'ö', '\r');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: letter, maxLength: 5 })), (chunks) => {
        assert.deepEqual(split(chunks), split([chunks.join('')]));
      }),
    );
  });
});
