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

  it('are read from go, built and vetted', () => {
    assert.deepEqual(
      problemsIn(`# x
./main.go:3:8: imported and not used: "fmt"
./main.go:6:14: cannot use "x" (untyped string constant) as int value in variable declaration
vet: ./b.go:7:2: undefined: undefinedFn
`),
      [
        'error packages/core/main.go:3:8 imported and not used: "fmt"',
        'error packages/core/main.go:6:14 cannot use "x" (untyped string constant) as int value in variable declaration',
        'error packages/core/b.go:7:2 undefined: undefinedFn',
      ],
    );
  });

  it('are read from rustc, whose place stands below, and notes are none', () => {
    assert.deepEqual(
      problemsIn(`   Compiling x v0.1.0 (/repo/packages/core)
error[E0308]: mismatched types
 --> src/main.rs:2:18
  |
2 |     let a: i32 = "x";
  |            ---   ^^^ expected \`i32\`, found \`&str\`
  |            |
  |            expected due to this

warning: unused variable: \`unused\`
 --> src/main.rs:3:9
  |
3 |     let unused = 1;
note: function defined here
 --> src/lib.rs:1:1

error[E0425]: cannot find function \`foo\` in this scope
 --> src/main.rs:4:5
  |
Some errors have detailed explanations: E0308, E0425.
error: could not compile \`x\` (bin "x") due to 2 previous errors
`),
      [
        'error packages/core/src/main.rs:2:18 mismatched types (E0308)',
        'error packages/core/src/main.rs:4:5 cannot find function `foo` in this scope (E0425)',
        'warning packages/core/src/main.rs:3:9 unused variable: `unused`',
      ],
    );
  });

  it('are located where the file lies, when a tool names it from a folder further up', () => {
    const there = new Set(['/repo/crates/core/src/lib.rs', '/repo/crates/core/src/main.rs']);
    const parser = createProblemParser('/repo', '/repo/crates/core', (file) => there.has(file));
    parser.push(
      'error: a\n --> crates/core/src/lib.rs:1:2\nerror: b\n --> src/main.rs:3:4\nerror: c\n --> src/gone.rs:5:6\n',
    );
    assert.deepEqual(
      parser.finish().map(({ location }) => location.file),
      ['crates/core/src/lib.rs', 'crates/core/src/main.rs', 'crates/core/src/gone.rs'],
    );
  });

  it('are read from javac and Maven', () => {
    assert.deepEqual(
      problemsIn(`A.java:2: error: incompatible types: String cannot be converted to int
  int f() { return "x"; }
                   ^
A.java:4: warning: [rawtypes] found raw type: List
1 error
[ERROR] COMPILATION ERROR :
[ERROR] /repo/packages/core/src/main/java/B.java:[3,9] cannot find symbol
[ERROR]   symbol:   method h()
`),
      [
        'error packages/core/A.java:2 incompatible types: String cannot be converted to int',
        'error packages/core/src/main/java/B.java:3:9 cannot find symbol',
        'warning packages/core/A.java:4 [rawtypes] found raw type: List',
      ],
    );
  });

  it('are read from the compiler of .NET', () => {
    assert.deepEqual(
      problemsIn(`/repo/packages/core/Program.cs(3,9): error CS0103: The name 'x' does not exist in the current context [/repo/packages/core/app.csproj]
Program.cs(5,13): warning CS0219: The variable 'y' is assigned but its value is never used [/repo/packages/core/app.csproj::TargetFramework=net8.0]
`),
      [
        "error packages/core/Program.cs:3:9 The name 'x' does not exist in the current context (CS0103)",
        "warning packages/core/Program.cs:5:13 The variable 'y' is assigned but its value is never used (CS0219)",
      ],
    );
  });

  it('are read from gcc, the linker, make and CMake', () => {
    assert.deepEqual(
      problemsIn(`a.c: In function ‘main’:
a.c:2:21: warning: initialization of ‘int’ from ‘char *’ makes integer from pointer without a cast [-Wint-conversion]
a.c:2:33: error: ‘c’ undeclared (first use in this function)
a.c:2:33: note: each undeclared identifier is reported only once for each function it appears in
/usr/bin/ld: /tmp/ccCdzqbf.o: in function \`main':
/repo/packages/core/l.c:2: undefined reference to \`undefined_fn'
collect2: error: ld returned 1 exit status
Makefile:2: *** missing separator.  Stop.
make: *** [Makefile:2: all] Error 1
CMake Error at CMakeLists.txt:3 (find_package):
  By not providing "FindNope.cmake" in CMAKE_MODULE_PATH this project has
  asked CMake to find a package configuration file
`),
      [
        'error packages/core/a.c:2:33 ‘c’ undeclared (first use in this function)',
        "error packages/core/l.c:2 undefined reference to `undefined_fn'",
        'error packages/core/Makefile:2 missing separator.',
        'error packages/core/CMakeLists.txt:3 By not providing "FindNope.cmake" in CMAKE_MODULE_PATH this project has',
        'warning packages/core/a.c:2:21 initialization of ‘int’ from ‘char *’ makes integer from pointer without a cast [-Wint-conversion]',
      ],
    );
  });

  it('are read from mypy, pyright and compileall', () => {
    assert.deepEqual(
      problemsIn(`a.py:2: error: Incompatible return value type (got "int", expected "str")  [return-value]
a.py:3:5: note: see there
Found 1 error in 1 file (checked 1 source file)
/repo/packages/core/b.py
  /repo/packages/core/b.py:2:12 - error: Type "int" is not assignable to return type "str"
    "int" is not assignable to "str" (reportReturnType)
  /repo/packages/core/b.py:9:3 - warning: Import "x" could not be resolved (reportMissingImports)
*** Error compiling './c.py'...
  File "./c.py", line 1
    def f(:
          ^
SyntaxError: invalid syntax
`),
      [
        'error packages/core/a.py:2 Incompatible return value type (got "int", expected "str") (return-value)',
        'error packages/core/b.py:2:12 Type "int" is not assignable to return type "str"',
        'error packages/core/c.py:1 SyntaxError: invalid syntax',
        'warning packages/core/b.py:9:3 Import "x" could not be resolved (reportMissingImports)',
      ],
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
