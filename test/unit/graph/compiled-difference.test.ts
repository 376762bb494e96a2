import assert from 'node:assert/strict';
import { compiledDifference } from '../../../agent/graph/difference/compiled-difference.ts';
import { createDiffer, isComparable } from '../../../agent/graph/difference/difference.ts';

function kindOf(path: string, base: string, current: string): string {
  return compiledDifference({ path, base, current }).kind;
}

describe('a change in a compiled language', () => {
  it('of comments, blank lines and indentation is nothing', () => {
    assert.equal(
      kindOf('A.java', 'class A {\n  int a; // one\n}', 'class A {\n\n/* two\n lines */\n\tint a;\n}'),
      'nothing',
    );
    assert.equal(kindOf('a.go', 'package a\nvar x = 1\r\n', '// doc\npackage a\nvar   x = 1 // y\n'), 'nothing');
    assert.equal(kindOf('a.rs', 'fn a() {}', '// note\nfn a() {}'), 'nothing');
    assert.equal(kindOf('a.c', 'int a;', 'int a; /* "x */'), 'nothing');
    assert.equal(kindOf('a.cs', 'class A {}', '/// <summary/>\nclass A {}'), 'nothing');
  });

  it('of code, of texts and of where lines end is more', () => {
    assert.equal(kindOf('A.java', 'int a = 1;', 'int a = 2;'), 'module');
    assert.equal(kindOf('A.java', 'f("a  b");', 'f("a b");'), 'module');
    assert.equal(kindOf('A.java', "char c = 'a';", "char c = 'b';"), 'module');
    assert.equal(kindOf('a.go', 'return a', 'return\na'), 'module');
    assert.equal(kindOf('a.c', '#define A 1\nint b;', '#define A 1 int b;'), 'module');
    assert.equal(kindOf('a.go', 'x := `a\n b`', 'x := `a\n  b`'), 'module');
  });

  it('of comments that somebody obeys is more', () => {
    assert.equal(kindOf('a.go', '//go:build linux\n\npackage a', '//go:build windows\n\npackage a'), 'module');
    assert.equal(
      kindOf('a.go', 'package a\n// #define X 1\nimport "C"', 'package a\n// #define X 2\nimport "C"'),
      'module',
    );
    assert.equal(kindOf('a_test.go', 'f()\n// Output: 1\n}', 'f()\n// Output: 2\n}'), 'module');
    assert.equal(kindOf('a.rs', '/// ```\n/// a(1)\nfn a() {}', '/// ```\n/// a(2)\nfn a() {}'), 'module');
  });

  it('where comments cannot be told from strings is more', () => {
    assert.equal(kindOf('a.cs', 'f($"{g("//")} a");', 'f($"{g("//")} b");'), 'module');
    assert.equal(kindOf('a.groovy', "f('//a')", "f('//b')"), 'module');
  });

  it('that moves lines matters to code that can see them', () => {
    assert.equal(kindOf('a.c', 'f(__LINE__);', '// x\nf(__LINE__);'), 'module');
    assert.equal(kindOf('a.c', 'f(__LINE__); // x', 'f(__LINE__); // y'), 'nothing');
  });

  it('is looked at by its language', async () => {
    assert.ok(isComparable('src/a.rs'));
    assert.ok(!isComparable('testdata/a.go'));
    const differ = await createDiffer();
    assert.equal(differ({ path: 'a.rs', base: 'fn a() {}', current: 'fn a() {} // b' }).kind, 'nothing');
  });
});
