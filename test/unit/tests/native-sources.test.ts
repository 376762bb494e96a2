import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { RepositoryView } from '../../../agent/tests/adapter.ts';
import { cargoAdapter } from '../../../agent/tests/adapters/cargo.ts';
import { junitAdapter } from '../../../agent/tests/adapters/junit.ts';
import { hasDoctests, hasRustTests } from '../../../agent/tests/cargo/source.ts';
import { cargoRoots } from '../../../agent/tests/cargo/workspaces.ts';
import { cmakeCommands, declaredTestFiles, testedProjects } from '../../../agent/tests/ctest/source.ts';
import { runExpression, titleExpressions } from '../../../agent/tests/go/packages.ts';
import { goTests, modulePath } from '../../../agent/tests/go/source.ts';
import { buildFailure } from '../../../agent/tests/go/build-failure.ts';
import { compileErrors, fileOfClass, isTestSource } from '../../../agent/tests/java/classes.ts';
import { methodOf } from '../../../agent/tests/java/maven.ts';
import { placeInText } from '../../../agent/tests/native/output-text.ts';

const view = (files: Record<string, string>): RepositoryView => ({
  root: '/r',
  files: Object.keys(files)
    .toSorted()
    .map((file) => RepoPath.parse(file)),
  read: (file) => files[file] ?? null,
});

describe('builds of JVM projects', () => {
  it('that lie in each other have each test once', async () => {
    const { projects } = await junitAdapter.detect(
      view({
        'build.gradle': '',
        'src/test/java/RootTest.java': 'import org.junit.jupiter.api.Test; class RootTest { @Test void a() {} }',
        'tools/pom.xml': '<project/>',
        'tools/src/test/java/ToolTest.java': 'import org.junit.jupiter.api.Test; class ToolTest { @Test void a() {} }',
      }),
    );
    assert.deepEqual(
      projects.map(({ folder, files }) => [folder, files]),
      [
        ['', ['src/test/java/RootTest.java']],
        ['tools', ['tools/src/test/java/ToolTest.java']],
      ],
    );
  });
});

describe('a source of JVM tests', () => {
  const sources: readonly (readonly [file: string, text: string, isTest: boolean])[] = [
    ['src/test/java/a/CartTest.java', 'class CartTest { @Test void a() {} }', true],
    [
      'src/test/java/a/DefaultParserTest.java',
      'public final class DefaultParserTest extends AbstractParserTestCase {',
      true,
    ],
    ['src/test/java/a/BoxTest.java', 'class BoxTest<T> extends BaseTest<T> {', true],
    ['src/test/kotlin/a/CartTest.kt', 'class CartTest : CartContract() {', true],
    [
      'src/test/java/a/AbstractParserTestCase.java',
      'public abstract class AbstractParserTestCase extends Base {',
      false,
    ],
    ['src/test/java/a/Fixtures.java', 'class Fixtures extends Base {}', false],
    ['src/test/java/a/Cart.java', '/** No class CartTest extends this. */\nclass Cart {}', false],
    ['src/main/java/a/CartTest.java', 'class CartTest extends Base {}', false],
  ];
  for (const [file, text, isTest] of sources) {
    it(`${isTest ? 'is' : 'is not'} ${file}`, () => {
      assert.equal(
        isTestSource(file, () => text),
        isTest,
      );
    });
  }
});

describe('Go sources', () => {
  it('hold the tests that are functions, not those in texts', () => {
    const found = goTests(`package a
// func TestComment(t *testing.T) {}
var s = \`
func TestRaw(t *testing.T) {}
\`
func TestMain(m *testing.M) {}
func TestÄ(t *testing.T) {}
func Testing() {}
func ExampleA() {}
func FuzzB(f *testing.F) {}
func BenchmarkC(b *testing.B) {}
`);
    assert.deepEqual(found, [
      { name: 'TestÄ', line: 7 },
      { name: 'ExampleA', line: 9 },
      { name: 'FuzzB', line: 10 },
    ]);
    assert.equal(modulePath('// x\nmodule "example.org/a" // y\n'), 'example.org/a');
  });

  it('are selected by exact expressions', () => {
    assert.deepEqual(titleExpressions([['TestA', 'x/y (1)'], ['TestA', 'x', 'z'], ['TestB']]), [
      '^TestA$/^x$/^(?:y \\(1\\)|z)$',
      '^(?:TestB)$',
    ]);
  });

  it('are run with their whole package where the expression would be too long for an argument', () => {
    const [a, b] = [RepoPath.parse('a_test.go'), RepoPath.parse('b_test.go')];
    const expressionOf = (count: number) =>
      runExpression({
        importPath: 'shop',
        folder: '',
        files: [a, b],
        chosen: [a],
        declared: new Map(
          Array.from({ length: count }, (_, index) => [`TestCart${index}`, { file: a, line: index + 1 }]),
        ),
      });
    assert.equal(expressionOf(2), '^(?:TestCart0|TestCart1)$');
    assert.equal(expressionOf(10_000), null);
  });

  it('are told apart in what compilers say', () => {
    const errors = '# m/a [m/a.test]\na/a_test.go:1:1: x\n# m/b\n# [m/b]\nb/b.go:2:2: y\n';
    assert.equal(buildFailure(errors, 'm/a'), 'a/a_test.go:1:1: x');
    assert.equal(buildFailure(errors, 'm/b'), 'b/b.go:2:2: y');
    assert.equal(buildFailure(errors, 'm/c'), '');
  });
});

describe('Rust sources', () => {
  it('hold tests by their attributes, and examples in documentation', () => {
    for (const text of ['#[test]\nfn a() {}', '  #[tokio::test(flavor = "x")]', '#[rstest]', 'proptest! {'])
      assert.ok(hasRustTests(text), text);
    for (const text of ['fn test() {}', '// #[test]', '#[cfg(unix)]']) assert.ok(!hasRustTests(text), text);
    assert.ok(hasDoctests('/// ```\n/// x();\n/// ```\n'));
    assert.ok(hasDoctests('//! ```should_panic,edition2021\n//! ```\n'));
    assert.ok(!hasDoctests('/// ```text\n/// x\n/// ```\n'));
  });

  it('hold tests that macros of the workspace write, where these are called', async () => {
    const { projects } = await cargoAdapter.detect(
      view({
        'Cargo.toml': '[package]\nname = "a"\n',
        'src/lib.rs': 'macro_rules! plain {\n    () => { 1 };\n}\nfn a() -> u8 { plain!() }\n',
        'tests/all/main.rs': '#[macro_use]\nmod macros;\nmod direct;\nmod through;\nmod own;\n',
        'tests/all/macros.rs':
          'macro_rules! check {\n    ($name:ident) => (\n        #[test]\n        fn $name() {}\n    )\n}\nmacro_rules! pair {\n    ($a:ident, $b:ident) => {\n        check!($a);\n        check!($b);\n    };\n}\n',
        'tests/all/direct.rs': 'check!(one);\n',
        'tests/all/through.rs': 'pair! { one, two }\n',
        'tests/all/own.rs':
          'mod inner {\n    macro_rules! own {\n        () => {\n            #[test]\n            fn a() {}\n        };\n    }\n    own!();\n}\n',
      }),
    );
    assert.deepEqual(
      projects.flatMap(({ files }) => files),
      ['tests/all/direct.rs', 'tests/all/own.rs', 'tests/all/through.rs'],
    );
  });

  it('belong to the workspace that has them as members', () => {
    const roots = cargoRoots(
      view({
        'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/out"]\n',
        'crates/in/Cargo.toml': '[package]\nname = "in"\n',
        'crates/out/Cargo.toml': '[package]\nname = "out"\n',
        'fuzz/Cargo.toml': '[package]\nname = "fuzz"\n[workspace]\n',
      }),
    );
    assert.deepEqual(roots.toSorted(), ['', 'crates/out', 'fuzz']);
  });
});

describe('CMakeLists.txt', () => {
  it('is read with comments, quotes and brackets', () => {
    const commands = cmakeCommands(
      '# x(\nadd_test(NAME "a b" COMMAND t #[[ c ) ]] 1)\nset(X [=[ ]] ]=] "\\"")\nif((A) AND B)\nendif()',
    );
    assert.deepEqual(commands, [
      { name: 'add_test', arguments: ['NAME', 'a b', 'COMMAND', 't', '1'] },
      { name: 'set', arguments: ['X', ' ]] ', '"'] },
      { name: 'if', arguments: ['A', 'AND', 'B'] },
      { name: 'endif', arguments: [] },
    ]);
  });

  it('names the sources of tests', () => {
    const files = view({
      'CMakeLists.txt': 'project(p)\nenable_testing()\nadd_subdirectory(t)\n',
      't/CMakeLists.txt':
        'add_executable(a a.c h.h)\nadd_test(NAME x COMMAND a)\nforeach(n b)\nadd_test(${n} ${n})\nendforeach()\n',
      't/a.c': '',
      'other/CMakeLists.txt': 'project(q)\n',
    });
    assert.deepEqual(testedProjects(files), ['']);
    assert.deepEqual(declaredTestFiles(files, ''), ['t/CMakeLists.txt', 't/a.c']);
  });

  const testsOf = (lists: Record<string, string>, sources: readonly string[]) =>
    declaredTestFiles(view({ ...lists, ...Object.fromEntries(sources.map((file) => [file, ''])) }), '');

  it('names the sources of tests that loops and functions declare', () => {
    const sources = ['t/one.c', 't/two.c', 't/test_three.c', 't/helper.c'];
    const lists = {
      'CMakeLists.txt': `project(p)
function(add_case name)
  add_executable(\${name} \${ARGN} helper.c)
  add_test(NAME \${name} COMMAND \${name})
endfunction()
add_subdirectory(t)
`,
      't/CMakeLists.txt': `foreach(case one two)
  add_executable("\${case}" "\${case}.c")
  if(MEMCHECK)
    add_test(NAME "\${case}" COMMAND "\${MEMCHECK}" -q "\${CMAKE_CURRENT_BINARY_DIR}/\${case}")
  else()
    add_test(NAME "\${case}" COMMAND "./\${case}")
  endif()
endforeach()
add_case(three test_three.c)
`,
    };
    assert.deepEqual(testsOf(lists, sources), ['t/one.c', 't/test_three.c', 't/two.c']);
  });

  it('names the sources of tests that are found by their names', () => {
    for (const name of [
      'get_filename_component(name ${file} NAME_WE)',
      'string(REGEX REPLACE "(^.*/|\\\\.[^.]*$)" "" name ${file})',
    ]) {
      const list = `file(GLOB files "t/test_*.c")
foreach(file \${files})
  ${name}
  add_executable(\${name} \${file})
  add_test(\${name} \${name})
endforeach()
`;
      assert.deepEqual(testsOf({ 'CMakeLists.txt': list }, ['t/test_a.c', 't/test_b.c', 't/util.c']), [
        't/test_a.c',
        't/test_b.c',
      ]);
    }
  });

  it('stands for tests that a script of the repository runs', () => {
    const list = 'add_executable(a a.c)\nadd_test(NAME a COMMAND run.sh $<TARGET_FILE:a>)\n';
    assert.deepEqual(testsOf({ 'CMakeLists.txt': list }, ['a.c', 'run.sh']), ['CMakeLists.txt']);
    assert.deepEqual(testsOf({ 'CMakeLists.txt': list }, ['a.c']), ['a.c']);
  });

  it('counts what options leave out only where they leave out everything', () => {
    const both = (name: string) => `add_executable(${name} ${name}.c)\nadd_test(NAME ${name} COMMAND ${name})\n`;
    const list = (first: string) =>
      `option(FUZZ "" OFF)\noption(BUILD_TESTING "" OFF)\n${first}if(FUZZ)\n${both('fuzz')}else()\n${both('plain')}endif()\n`;
    const sources = ['fuzz.c', 'plain.c', 'on.c'];
    assert.deepEqual(testsOf({ 'CMakeLists.txt': list('') }, sources), ['plain.c']);
    assert.deepEqual(testsOf({ 'CMakeLists.txt': list(`if(BUILD_TESTING)\n${both('on')}endif()\n`) }, sources), [
      'on.c',
      'plain.c',
    ]);
    assert.deepEqual(
      testsOf({ 'CMakeLists.txt': list('set(FUZZ 1)\n') }, sources),
      ['fuzz.c', 'plain.c'],
      'a variable that is set beside its option has any value',
    );
    const fuzzOnly = `option(FUZZ "" OFF)\nif(FUZZ)\n${both('fuzz')}endif()\n`;
    assert.deepEqual(testsOf({ 'CMakeLists.txt': fuzzOnly }, sources), ['fuzz.c']);
  });
});

describe('Java classes', () => {
  it('are found in their files', () => {
    const files = ['a/src/test/java/shop/CartTest.java', 'src/test/kotlin/Odd.kt'].map((file) => RepoPath.parse(file));
    assert.equal(fileOfClass('shop.CartTest$Inner', files), files[0]);
    assert.equal(fileOfClass('shop.Odd', files), files[1]);
    assert.equal(fileOfClass('shop.Other', files), null);
    assert.equal(methodOf('shop.CartTest', ['Inner', 'adds(int)[1]']), 'shop.CartTest$Inner#adds*');
  });

  it('are named by the errors of compilers', () => {
    const output = `[ERROR] /r/A.java:[3,5] cannot find symbol
/r/B.java:7: error: ';' expected
/r/C.java:8: warning: old
e: file:///r/D.kt:9:2 Unresolved reference
`;
    assert.deepEqual(
      compileErrors(output).map(({ file, line, column }) => [file, line, column]),
      [
        ['/r/A.java', 3, 5],
        ['/r/B.java', 7, null],
        ['/r/D.kt', 9, 2],
      ],
    );
  });
});

describe('a place in an output', () => {
  it('is the first that is a file of the repository', () => {
    const isFile = (file: string) => file === 'a/b.go' || file === 'c.cpp';
    const at = (text: string) => placeInText(text, { root: '/r', folders: ['/r/a', '/r'], isFile });
    assert.deepEqual(at('    b.go:12: want 1'), { file: 'a/b.go', line: 12 });
    assert.deepEqual(at('\t/usr/go/x.go:9 +0x1\n\t/r/a/b.go:3:7 +0x2'), { file: 'a/b.go', line: 3, column: 7 });
    assert.deepEqual(at('c.cpp(4): error'), { file: 'c.cpp', line: 4 });
    assert.equal(at('nothing: 12'), undefined);
  });
});
