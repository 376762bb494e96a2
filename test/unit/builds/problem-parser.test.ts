import assert from 'node:assert/strict';
import { createProblemParser } from '../../../agent/builds/problems/problem-parser.ts';

/** `severity file:line:column message (code)` of each problem; the build runs in packages/core. */
function problemsIn(output: string): string[] {
  const parser = createProblemParser('/repo', '/repo/packages/core');
  for (const piece of output.match(/[\s\S]{1,7}/g) ?? []) parser.push(piece);
  return parser.finish().map(({ severity, location, message, code }) => {
    const place = [location.file, location.line, ...(location.column === undefined ? [] : [location.column])].join(':');
    return `${severity} ${place} ${message}${code === undefined ? '' : ` (${code})`}`;
  });
}

describe('compilers’ problems', () => {
  it('are read from tsc, plain and pretty, wherever the file lies', () => {
    assert.deepEqual(
      problemsIn(`src/cart.ts(41,10): error TS2322: Type 'string' is not assignable to type 'number'.
  The expected type comes from property 'a'
../web/src/a b.ts(1,1): error TS1005: ';' expected.
\u001B[96msrc/index.ts\u001B[0m:\u001B[93m3\u001B[0m:\u001B[93m7\u001B[0m - \u001B[91merror\u001B[0m\u001B[90m TS2304: \u001B[0mCannot find name 'x'.

\u001B[7m3\u001B[0m const y = x;
error TS18003: No inputs were found in config file
Found 3 errors in 3 files.
`),
      [
        "error packages/core/src/cart.ts:41:10 Type 'string' is not assignable to type 'number'. (TS2322)",
        "error packages/web/src/a b.ts:1:1 ';' expected. (TS1005)",
        "error packages/core/src/index.ts:3:7 Cannot find name 'x'. (TS2304)",
      ],
    );
  });

  it('are read from esbuild', () => {
    assert.deepEqual(
      problemsIn(`▲ [WARNING] Comparison with -0 [equals-negative-zero]

    src/b.ts:9:8:
      9 │ if (x === -0) {
        ╵         ~~

✘ [ERROR] Could not resolve "./missing"

    src/index.ts:1:17:
      1 │ import { a } from "./missing";
        ╵                   ~~~~~~~~~~~

1 warning and 1 error
`),
      [
        'error packages/core/src/index.ts:1:17 Could not resolve "./missing"',
        'warning packages/core/src/b.ts:9:8 Comparison with -0 [equals-negative-zero]',
      ],
    );
  });

  it('are read from webpack', () => {
    assert.deepEqual(
      problemsIn(`ERROR in ./src/index.js 3:9-20
Module not found: Error: Can't resolve './missing' in '/repo/packages/core/src'

webpack 5.90.0 compiled with 1 error in 120 ms
`),
      [
        "error packages/core/src/index.js:3:9 Module not found: Error: Can't resolve './missing' in '/repo/packages/core/src'",
      ],
    );
  });

  it('are read from rollup and babel', () => {
    assert.deepEqual(
      problemsIn(`[!] RollupError: src/main.js (3:9): "foo" is not exported by "src/b.js", imported by "src/main.js".
SyntaxError: /repo/packages/core/src/c.js: Unexpected token (7:2)
`),
      [
        'error packages/core/src/main.js:3:9 "foo" is not exported by "src/b.js", imported by "src/main.js".',
        'error packages/core/src/c.js:7:2 Unexpected token',
      ],
    );
  });

  it('are read from eslint, by the file above them', () => {
    assert.deepEqual(
      problemsIn(`
/repo/packages/core/src/a.js
   3:9   error    'x' is not defined               no-undef
  12:1   warning  Unexpected console statement     no-console

/repo/packages/core/src/b.js
   1:1   error    Parsing error: Unexpected token

✖ 3 problems (2 errors, 1 warning)
`),
      [
        "error packages/core/src/a.js:3:9 'x' is not defined (no-undef)",
        'error packages/core/src/b.js:1:1 Parsing error: Unexpected token',
        'warning packages/core/src/a.js:12:1 Unexpected console statement (no-console)',
      ],
    );
  });

  it('are read from gcc, rustc-like and mypy-like tools, with or without a column', () => {
    assert.deepEqual(
      problemsIn(`src/a.c:12:5: error: expected ';' before '}' token
src/a.c:13: warning: unused variable
app/models.py:3: error: Incompatible types in assignment
src/b.h:1:10: fatal error: x.h: No such file or directory
`),
      [
        "error packages/core/src/a.c:12:5 expected ';' before '}' token",
        'error packages/core/app/models.py:3 Incompatible types in assignment',
        'error packages/core/src/b.h:1:10 x.h: No such file or directory',
        'warning packages/core/src/a.c:13 unused variable',
      ],
    );
  });

  it('are read from Python, at the innermost place', () => {
    assert.deepEqual(
      problemsIn(`Traceback (most recent call last):
  File "setup.py", line 1, in <module>
    import a
  File "/repo/packages/core/a.py", line 7
    def f(:
          ^
SyntaxError: invalid syntax
`),
      ['error packages/core/a.py:7 SyntaxError: invalid syntax'],
    );
  });

  it('are left out when they are about files of others', () => {
    assert.deepEqual(
      problemsIn(`/usr/include/stdio.h:1:1: error: broken
../../../outside.ts(1,1): error TS1: no
node_modules/x/index.d.ts(1,1): error TS2: no
`),
      [],
    );
  });

  it('are counted once, and not without end', () => {
    const many = Array.from({ length: 3000 }, (_, index) => `a.ts(${index + 1},1): error TS1: x\n`).join('');
    assert.equal(problemsIn(many + many).length, 1000);
    assert.equal(problemsIn('a.ts(1,1): error TS1: x\n'.repeat(50)).length, 1);
  });

  it('are not looked for in lines that are data, which takes no time either', () => {
    // A pattern that backtracks without end would run into the timeout.
    assert.deepEqual(problemsIn(`${'a:1:1: error: '.repeat(20_000)}\n${' '.repeat(5000)}x\n${'a'.repeat(1900)}\n`), []);
  });
});
