import assert from 'node:assert/strict';
import { parseCommandLine } from '../../../agent/tests/scripts/shell.ts';

const texts = (line: string, environment: Record<string, string> = {}) =>
  parseCommandLine(line, environment).map((command) => command.words.map((word) => word.text));

describe('parseCommandLine', () => {
  it('splits commands at &&, ||, ;, | and newlines', () => {
    assert.deepEqual(texts('a 1 && b || c; d | e\nf & g'), [['a', '1'], ['b'], ['c'], ['d'], ['e'], ['f'], ['g']]);
  });

  it('keeps quoted words whole and takes the quotes off', () => {
    assert.deepEqual(texts(`mocha 'test/**/*.js' "a b" c\\ d --x="y z"`), [
      ['mocha', 'test/**/*.js', 'a b', 'c d', '--x=y z'],
    ]);
  });

  it('keeps an empty quoted word', () => {
    assert.deepEqual(texts(`a '' ""`), [['a', '', '']]);
  });

  it('takes assignments from before the program only', () => {
    const [command] = parseCommandLine('A=1 B="2 3" mocha C=4');
    assert.deepEqual(command?.environment, { A: '1', B: '2 3' });
    assert.deepEqual(
      command?.words.map((word) => word.text),
      ['mocha', 'C=4'],
    );
  });

  it('fills in variables, with their defaults', () => {
    assert.deepEqual(texts('a $X "${Y}" ${Z:-z} \'$X\' ${W-w}', { X: 'x', Y: 'y y' }), [
      ['a', 'x', 'y y', 'z', '$X', 'w'],
    ]);
  });

  it('knows which words the shell expands', () => {
    const [command] = parseCommandLine(`mocha test/*.js 'test/*.js' [ab].js`);
    assert.deepEqual(
      command?.words.map((word) => word.isPattern),
      [false, true, false, true],
    );
  });

  it('keeps what only a shell can expand as it was written', () => {
    const [command] = parseCommandLine(`node --test $(find test \\( -name '*-test.js' \\)) x`);
    assert.deepEqual(
      command?.words.map((word) => [word.text, word.isFragment]),
      [
        ['node', false],
        ['--test', false],
        [`$(find test \\( -name '*-test.js' \\))`, true],
        ['x', false],
      ],
    );
  });

  it('passes over redirections and comments', () => {
    assert.deepEqual(texts('a > out.txt 2>&1 b < in # not this'), [['a', 'b']]);
  });

  it('ends on what is not closed', () => {
    assert.deepEqual(texts(`a 'b c`), [['a', 'b c']]);
    assert.deepEqual(texts('a "b $(c'), [['a', '"b $(c']]);
  });
});
