import assert from 'node:assert/strict';
import {
  cDialect,
  csharpDialect,
  goDialect,
  javaDialect,
  readBraceText,
  rustDialect,
} from '../../../agent/graph/extractors/brace-text.ts';
import { createExtractors } from '../../../agent/graph/extractors/registry.ts';
import type { FileFacts, ImportKind } from '../../../agent/graph/facts.ts';
import { decodeFacts, encodeFacts } from '../../../agent/graph/facts.ts';

const extractorOf = await createExtractors();

function factsOf(path: string, text: string): FileFacts {
  return extractorOf(path)?.extract(path, text) ?? assert.fail(`no extractor for ${path}`);
}

function specifiers(path: string, text: string, kind: ImportKind): string[] {
  return factsOf(path, text)
    .imports.filter((fact) => fact.kind === kind)
    .map((fact) => fact.specifier);
}

async function symbolsOf(path: string, text: string): Promise<string[]> {
  const symbols = (await extractorOf(path)?.symbols(path, text)) ?? [];
  return symbols.map(({ name, kind, startLine, endLine }) => `${kind} ${name} ${startLine}-${endLine}`);
}

describe('text of languages with braces', () => {
  const code = (text: string, dialect: Parameters<typeof readBraceText>[1]) => readBraceText(text, dialect).code;

  it('keeps its length and lines, and loses comments and the insides of strings', () => {
    const text = 'a /* b\n */ c // d\n"e // f" g';
    assert.equal(code(text, javaDialect), 'a     \n    c     \n"      " g');
    assert.deepEqual(
      readBraceText(text, javaDialect).strings.map(({ value }) => value),
      ['e // f'],
    );
  });

  it('ends strings where each language ends them', () => {
    assert.equal(code('x = """\n a " b\n"""; y', javaDialect).replace(/\s+/g, ' '), 'x = """ """; y');
    assert.equal(code('`a\n"` b "c\\"" d', goDialect), '` \n ` b "   " d');
    assert.equal(
      code('r#"a " b"# c /* /* d */ e */ f', rustDialect),
      `r#"     "# c ${' '.repeat('/* /* d */ e */'.length)} f`,
    );
    assert.equal(code("'a: loop 'x' '\\'' b", rustDialect), "'a: loop ' ' '  ' b");
    assert.equal(code('R"x(a )" b)x" c 1\'000 d', cDialect), 'R"x(      )x" c 1\'000 d');
    assert.equal(code('// a \\\n b\nc', cDialect), '      \n  \nc'.replace(/^ {6}/, ' '.repeat(6)));
    assert.equal(code('@"a""b\\" c $"d{e}" f', csharpDialect), '@"     " c $"    " f');
  });

  it('tells the interpolated strings of C#', () => {
    const { strings } = readBraceText('$$"""{{a}}""" """b""" $"c" "d"', csharpDialect);
    assert.deepEqual(
      strings.map(({ value, isInterpolated }) => [value, isInterpolated]),
      [
        ['{{a}}', true],
        ['b', false],
        ['c', true],
        ['d', false],
      ],
    );
    assert.equal(readBraceText(`${'$'.repeat(400_000)} "a"`, csharpDialect).strings.length, 1);
  });

  it('ends what is not closed with its line, and comments with the text', () => {
    assert.equal(code('"a\nb', javaDialect), '" \nb');
    assert.equal(code('a /* b', goDialect), 'a     ');
    assert.equal(code('@"a\nb', csharpDialect), '@" \n ');
  });
});

describe('facts of Java', () => {
  const text = `package com.acme.app;
import com.acme.lib.Tool;
import static com.acme.lib.Numbers.*;
import com.acme.more.*;
/** {@link Ghost} */
@Deprecated class Main extends Base<Item> { // Comment
  String s = "com.acme.plugins.Plugin$Part" + "data/table.csv"; class Inner {}
  Object o = com.acme.far.Away.make();
}
enum Kind { A }`;

  it('are the package, imports, qualified names, names and what is declared', () => {
    assert.deepEqual(specifiers('Main.java', text, 'scope'), ['com.acme.app']);
    assert.deepEqual(specifiers('Main.java', text, 'use'), [
      'com.acme.lib.Tool',
      'com.acme.lib.Numbers.*',
      'com.acme.more.*',
      'com.acme.lib.Numbers',
      'com.acme.far.Away',
      'com.acme.plugins.Plugin.Part',
    ]);
    assert.deepEqual(specifiers('Main.java', text, 'declares'), ['Main Kind']);
    const names = (specifiers('Main.java', text, 'names')[0] ?? '').split(' ');
    assert.deepEqual(
      ['Base', 'Item', 'Inner', 'Away', 'Ghost', 'Comment'].map((name) => names.includes(name)),
      [true, true, true, true, false, false],
    );
    assert.deepEqual(specifiers('Main.java', text, 'mention'), ['data/table.csv']);
  });

  it('tell a class name that is put together from one that is handed on', () => {
    const traits = (body: string) => specifiers('A.java', `class A { void a(String n) { ${body} } }`, 'trait');
    assert.deepEqual(traits('Class.forName("x." + n);'), ['computed']);
    assert.deepEqual(traits('String m = n + "Impl"; Class.forName(m);'), ['computed']);
    assert.deepEqual(traits('Class.forName(n);'), []);
    assert.deepEqual(traits('ServiceLoader.load(A.class);'), ['services']);
    assert.deepEqual(specifiers('ATest.java', '@SpringBootTest class ATest {}', 'trait'), ['scan']);
  });

  it('tell tests', () => {
    assert.equal(factsOf('A.java', 'class A { @Test void a() {} }').definesTests, true);
    assert.equal(factsOf('A.java', 'class A extends TestCase {}').definesTests, true);
    assert.equal(factsOf('A.java', 'class A { /* @Test */ }').definesTests, undefined);
  });
});

describe('facts of Go', () => {
  it('are the package, import paths and embedded files', () => {
    const text =
      'package a // import "x/a"\nimport "fmt"\nimport (\n\t"x/b" // c\n\t_ "x/d"\n)\n//go:embed page.html "two words.txt" all:assets\n//go:embed t/*.tmpl\nvar s = "x/e"';
    assert.deepEqual(specifiers('a.go', text, 'scope'), ['a']);
    assert.deepEqual(specifiers('a.go', text, 'use'), ['fmt', 'x/b', 'x/d']);
    assert.deepEqual(specifiers('a.go', text, 'path'), ['page.html', 'two words.txt', 'assets']);
    assert.deepEqual(specifiers('a.go', text, 'glob'), ['./t/*.tmpl', './t/*.tmpl/**']);
  });

  it('tell cgo, ignored files, set-ups and files that run the go command', () => {
    assert.deepEqual(specifiers('a.go', 'package a\n// #include <x.h>\nimport "C"', 'trait'), ['cgo']);
    assert.deepEqual(specifiers('a.go', '//go:build ignore\n\npackage main', 'trait'), ['ignored']);
    assert.deepEqual(specifiers('a_test.go', 'package a\nfunc TestMain(m *testing.M) {}', 'trait'), ['init']);
    assert.deepEqual(
      specifiers('a_test.go', 'package a\nfunc TestX(t *testing.T) { exec.Command("go", "run", ".") }', 'trait'),
      ['builds'],
    );
  });

  it('of tests are the names that they share', () => {
    const text =
      'package a\nvar x, y = 1, 2\nvar (\n\tz = 3\n)\ntype T struct{}\nfunc (t *T) Do() {}\nfunc TestA(t *testing.T) { a, b := 1, 2 }';
    assert.deepEqual(specifiers('a_test.go', text, 'declares'), ['x T TestA z y']);
    assert.equal(factsOf('a_test.go', text).definesTests, true);
    assert.equal(factsOf('a.go', text).definesTests, undefined);
  });
});

describe('facts of Rust', () => {
  it('are the modules in files of their own, with their place', () => {
    const text = `mod a; pub(crate) mod b; // mod c;
mod outer { mod inner; fn f() { { } } }
#[path = "other/name.rs"] mod d;
#[cfg(test)] mod tests;
#[cfg(test)] mod more { mod deep; }
mod last;`;
    assert.deepEqual(specifiers('lib.rs', text, 'trait'), [
      'mod a',
      'mod b',
      'mod outer/inner',
      'mod =other/name.rs',
      'mod tests test',
      'mod more/deep test',
      'mod last',
    ]);
  });

  it('are the files that macros read', () => {
    const text =
      'static A: &str = include_str!("a.txt"); include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/b.rs")); include_bytes!(r"c.bin");';
    assert.deepEqual(specifiers('src/lib.rs', text, 'path'), ['a.txt', 'c.bin']);
    assert.ok(specifiers('src/lib.rs', text, 'mention').includes('src/b.rs'));
  });

  it('tell tests, in the code and in its documentation', () => {
    assert.equal(factsOf('a.rs', '#[test] fn a() {}').definesTests, true);
    assert.equal(factsOf('a.rs', '#[tokio::test] async fn a() {}').definesTests, true);
    assert.equal(factsOf('a.rs', '/// ```\n/// a();\n/// ```\nfn a() {}').definesTests, true);
    assert.equal(factsOf('a.rs', 'fn test() {}').definesTests, undefined);
  });
});

describe('facts of C and C++', () => {
  it('are the includes as they are written, and where a program begins', () => {
    const text = '#include "a/b.h"\n #  include <c.hpp> // x\n/* #include "no.h" */\nint main(void)\n{ return 0; }';
    assert.deepEqual(specifiers('a.c', text, 'use'), ['"a/b.h"', '<c.hpp>']);
    assert.deepEqual(specifiers('a.c', text, 'trait'), ['main']);
    assert.deepEqual(specifiers('a.c', 'int main(void); int domain(int x) { return x; }', 'trait'), []);
  });

  it('are includes that a macro names, and what it may stand for', () => {
    assert.deepEqual(specifiers('a.c', '#define CONFIG "my.h"\n#include CONFIG', 'trait'), [
      'computed CONFIG',
      'define CONFIG "my.h"',
    ]);
  });

  it('tell tests', () => {
    assert.equal(factsOf('a.cc', 'TEST(A, b) {}').definesTests, true);
    assert.equal(factsOf('a.cc', 'int TESTS(int a);').definesTests, undefined);
  });
});

describe('facts of C#', () => {
  it('are namespaces, usings, declared types with extension methods, and names', () => {
    const text = `global using A.B;
using static A.B.C;
using X = A.D.E;
namespace Acme.App;
public record Order(int Id);
static class More { public static int Twice(this int x) => x * 2; delegate void Done(int x); }
class Main : Base { string s = $"{Local.Name}"; Type t = Type.GetType("Acme.Far.Away"); }`;
    assert.deepEqual(specifiers('a.cs', text, 'scope'), ['Acme.App']);
    assert.deepEqual(specifiers('a.cs', text, 'use'), ['global A.B', 'A.B.C', 'A.D.E']);
    assert.deepEqual((specifiers('a.cs', text, 'declares')[0] ?? '').split(' ').toSorted(), [
      'Done',
      'Main',
      'More',
      'Order',
      'Twice',
    ]);
    const names = (specifiers('a.cs', text, 'names')[0] ?? '').split(' ');
    for (const name of ['Base', 'Local', 'Away']) assert.ok(names.includes(name), name);
  });

  it('tell tests and scans of assemblies', () => {
    assert.equal(factsOf('a.cs', 'class A { [Fact] public void B() {} }').definesTests, true);
    assert.deepEqual(specifiers('a.cs', 'class A { void B() { typeof(A).Assembly.GetTypes(); } }', 'trait'), ['scan']);
  });
});

describe('facts of compiled languages', () => {
  for (const path of ['A.java', 'a.rs', 'a.go', 'a.cpp', 'A.cs', 'a.py', 'a.sh'])
    it(`of ${path} take time in proportion to its length, however many lines of it say nothing`, () => {
      assert.equal(factsOf(path, `${'\n'.repeat(300_000)}/* end */`).definesTests, undefined);
    });

  it('of Java take time in proportion to its length, however often a class is loaded by a name', () => {
    assert.equal(specifiers('A.java', 'forName(a);a='.repeat(40_000), 'trait').includes('computed'), false);
  });

  it('come back from their compact form', () => {
    for (const [path, text] of [
      ['A.java', 'package a; import b.C; class A {}'],
      ['a.rs', '#[cfg(test)] mod b;'],
      ['a.c', '#include <x.h>'],
    ] as const) {
      const facts = factsOf(path, text);
      assert.deepEqual(decodeFacts(encodeFacts(facts)), facts);
    }
  });
});

describe('symbols of', () => {
  it('Java', async () => {
    assert.deepEqual(
      await symbolsOf(
        'A.java',
        'package a;\n/** x */\npublic class A {\n  A() {}\n  @Override\n  int b() {\n  }\n  enum K { X }\n}\n',
      ),
      ['class A 3-9', 'method A.A 4-4', 'method A.b 5-7', 'class A.K 8-8'],
    );
  });

  it('Go', async () => {
    assert.deepEqual(
      await symbolsOf(
        'a.go',
        'package a\nconst (\n\tX = 1\n)\nvar y = 2\ntype T[K any] struct {\n}\nfunc (t *T[K]) Do() {\n}\nfunc F() {}\n',
      ),
      ['variable X 3-3', 'variable y 5-5', 'class T 6-7', 'method T.Do 8-9', 'function F 10-10'],
    );
  });

  it('Rust', async () => {
    assert.deepEqual(
      await symbolsOf(
        'a.rs',
        'const A: u8 = 1;\n#[derive(Debug)]\nstruct S;\nimpl fmt::Display for S<u8> {\n  fn fmt(&self) {\n  }\n}\nmod m {\n  fn g() {}\n}\nmacro_rules! mm { () => {} }\n',
      ),
      ['variable A 1-1', 'class S 2-3', 'method S.fmt 5-6', 'function g 9-9', 'function mm 11-11'],
    );
  });

  it('C++', async () => {
    assert.deepEqual(
      await symbolsOf(
        'a.cpp',
        '#define N 3\nnamespace n {\ntemplate <class T>\nclass C {\n  void m() {}\n};\nint C::k(int x) {\n  return x;\n}\n}\nstatic int *f(void)\n{\n}\nint g = 1;\n',
      ),
      ['variable N 1-2', 'class C 3-6', 'method C.m 5-5', 'method C.k 7-9', 'function f 11-13', 'variable g 14-14'],
    );
  });

  it('C#', async () => {
    assert.deepEqual(
      await symbolsOf(
        'a.cs',
        'namespace N {\n  class A {\n    int x;\n    public int P { get; }\n    A() {}\n    void B() {\n    }\n  }\n  interface I {}\n}\n',
      ),
      ['class A 2-8', 'variable A.x 3-3', 'method A.P 4-4', 'method A.A 5-5', 'method A.B 6-7', 'class I 9-9'],
    );
  });

  it('files with syntax errors are what can be told', async () => {
    const symbols = await symbolsOf('a.go', 'package a\nfunc A() {}\nfunc B( {\nfunc C() {}\n');
    assert.equal(symbols[0], 'function A 2-2');
  });
});
