import assert from 'node:assert/strict';
import { placeInStack, plainText, repoPath } from '../../../agent/tests/javascript/failure-text.ts';

const places = { root: '/r', cwd: '/r/packages/a' };
const at = (stack: string) => {
  const place = placeInStack(stack, places);
  return place === undefined ? undefined : `${place.file}:${place.line}:${place.column ?? '-'}`;
};

describe('placeInStack', () => {
  it('finds the innermost frame of the repository', () => {
    const stack = [
      'AssertionError: no',
      '    at assert (node:assert:120:5)',
      '    at expect (/r/node_modules/chai/index.js:1:2)',
      '    at discount (/r/src/cart.ts:41:10)',
      '    at Context.<anonymous> (/r/test/cart.test.ts:7:3)',
    ].join('\n');
    assert.equal(at(stack), 'src/cart.ts:41:10');
  });

  it('knows the forms of frames', () => {
    assert.equal(at('    at file:///r/a%20b.mjs:3:4'), 'a b.mjs:3:4');
    assert.equal(at('    at async Promise.all (index 0)\n    at async /r/x.js:5:6'), 'x.js:5:6');
    assert.equal(at('    at new Thing (/r/x.ts?v=12:5:6)'), 'x.ts:5:6');
    assert.equal(at('    at Context.<anonymous> (test/x.js:5:6)'), 'packages/a/test/x.js:5:6');
    assert.equal(at(' ❯ src/x.test.ts:5:6'), 'packages/a/src/x.test.ts:5:6');
    assert.equal(at('/r/broken.js:12\nsyntax error'), 'broken.js:12:-');
  });

  it('finds nothing outside of the repository', () => {
    assert.equal(at('    at x (/elsewhere/a.js:1:2)\n    at y (node:internal/process:3:4)\nno frame'), undefined);
  });
});

describe('plainText', () => {
  it('takes colours off', () => {
    assert.equal(plainText('\u001B[31mred\u001B[39m\r\nplain'), 'red\nplain');
  });
});

describe('repoPath', () => {
  it('is null outside of the repository', () => {
    assert.equal(repoPath('/r', '/r/a/b.js'), 'a/b.js');
    assert.equal(repoPath('/r', '/rest/b.js'), null);
    assert.equal(repoPath('/r', '/r'), null);
  });
});
