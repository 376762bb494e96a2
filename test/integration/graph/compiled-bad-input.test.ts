import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { GraphRig, change } from '../../rig/graph-rig.ts';

/** About five megabytes of functions, each on a line of its own. */
function generated(line: (index: number) => string, end: string): string {
  const lines: string[] = [];
  for (let size = 0, index = 0; size < 5_000_000; index++) {
    const next = line(index);
    lines.push(next);
    size += next.length + 1;
  }
  return `${lines.join('\n')}\n${end}`;
}

describe('bad input in compiled languages', () => {
  it('cyclic imports end', async () => {
    await using rig = await GraphRig.create({
      'go.mod': 'module m',
      'a/a.go': 'package a\nimport "m/b"',
      'b/b.go': 'package b\nimport "m/a"',
      'x.h': '#include "y.h"',
      'y.h': '#include "x.h"',
      'A.java': 'class A { B b; }',
      'B.java': 'class B { A a; }',
      'Cargo.toml': '[package]\nname = "r"\n',
      'src/lib.rs': '#[path = "lib.rs"] mod lib; mod loops;',
      'src/loops.rs': '#[path = "loops.rs"] mod again;',
      'One/One.csproj': '<ProjectReference Include="../Two/Two.csproj" />',
      'Two/Two.csproj': '<ProjectReference Include="../One/One.csproj" />',
      'One/P.cs': 'class P { Q q; }',
      'Two/Q.cs': 'class Q { P p; }',
      'CMakeLists.txt':
        'set(A ${B})\nset(B ${A})\nmacro(m)\n m()\nendmacro()\nm()\ninclude(again.cmake)\nadd_subdirectory(.)\nadd_library(l x.c)\ntarget_link_libraries(l k)\nadd_library(k y.c)\ntarget_link_libraries(k l)\nadd_executable(e main.c)\ntarget_link_libraries(e l)',
      'again.cmake': 'include(again.cmake)',
      'x.c': '',
      'y.c': '',
      'main.c': 'int main() {}',
    });
    assert.deepEqual(rig.reached('a/a.go'), ['b/b.go']);
    assert.deepEqual(rig.reached('y.h'), ['x.h']);
    assert.deepEqual(rig.reached('B.java'), ['A.java']);
    assert.deepEqual(rig.reached('src/loops.rs'), ['src/lib.rs']);
    assert.deepEqual(rig.reached('Two/Q.cs'), ['One/P.cs']);
    assert.deepEqual(rig.reached('y.c'), ['main.c']);
  });

  it('imports that lead nowhere are ignored', async () => {
    await using rig = await GraphRig.create({
      'a.go': 'package a\nimport (\n"github.com/x/y"\n"../../../up"\n"")',
      'A.java': 'import gone.Away; import static ; class A extends gone.Far {}',
      'a.rs': 'mod missing; include_str!("../../../../etc/passwd");',
      'a.c': '#include <nope.h>\n#include "../../../x.h"\n#include\n#include MISSING',
      'a.cs': 'using Gone.Away; class A : Gone.B {}',
    });
    for (const file of ['a.go', 'A.java', 'a.rs', 'a.c', 'a.cs']) assert.deepEqual(rig.imports(file), [], file);
  });

  it('a generated file of 5 MB is read to its end', async () => {
    await using rig = await GraphRig.create({
      'go.mod': 'module m',
      'a/a.go': generated((index) => `var v${index} = "text /* ${index}" // ' " \``, 'import "m/b"'),
      'b/b.go': 'package b',
      'A.java': generated(
        (index) => `// " ${index}\nclass G${index} { String s = "/* ${index}"; char c = '"'; }`,
        'class A { B b; }',
      ),
      'B.java': 'class B {}',
      'a.c': generated((index) => `static const char *t${index} = "\\"// ${index}"; /* ' */`, '#include "b.h"'),
      'b.h': '',
      'a.cs': generated((index) => `class C${index} { string s = @"""${index}"; }`, 'class A : B {}'),
      'b.cs': 'class B {}',
      'Cargo.toml': '[package]\nname = "r"\n',
      'src/lib.rs': generated((index) => `pub const V${index}: &'static str = r#""${index}"#;`, 'mod b;'),
      'src/b.rs': '',
    });
    assert.ok(rig.imports('a/a.go').includes('b/b.go'));
    assert.deepEqual(rig.imports('A.java'), ['B.java']);
    assert.deepEqual(rig.imports('a.c'), ['b.h']);
    assert.deepEqual(rig.imports('a.cs'), ['b.cs']);
    assert.deepEqual(rig.imports('src/lib.rs'), ['src/b.rs']);
    assert.deepEqual(await rig.graph.symbolsIn((await rig.files())[0] ?? assert.fail()), []);
  });

  it('one line of 5 MB, and quotes and brackets that never close, take linear time', async () => {
    await using rig = await GraphRig.create({
      'a.go': `package a; var x = []string{${'"a/b", '.repeat(700_000)}}`,
      'A.java': `class A { ${'{'.repeat(2_000_000)} ${'import a.b.'.repeat(200_000)}`,
      'a.rs': `${'mod a { '.repeat(300_000)} r#"${'#'.repeat(500_000)}`,
      'a.c': `${'('.repeat(1_000_000)}${'#include '.repeat(300_000)}\n${'int main('.repeat(100_000)}`,
      'a.cs': `${'class A<'.repeat(200_000)} ${'delegate void x'.repeat(100_000)} ${'using a = '.repeat(100_000)} ${'f(this'.repeat(100_000)}`,
      'CMakeLists.txt': `${'set(A "'.repeat(100_000)}`,
      'b/CMakeLists.txt':
        'set(A x)\n' + 'foreach(i ${A} ${A})\nset(A ${A} ${A} ${i}x)\n'.repeat(40) + 'endforeach()\n'.repeat(40),
      'b/go.mod': 'replace '.repeat(300_000),
    });
    assert.deepEqual(rig.imports('a.go'), []);
  });

  it('invalid UTF-8 and zero bytes are read as far as they go', async () => {
    const latin = (text: string) =>
      Buffer.concat([Buffer.from('// caf'), Buffer.from([0xe9, 0xff, 0x0a]), Buffer.from(text)]);
    await using rig = await GraphRig.create({
      'A.java': latin('class A { B b; }'),
      'B.java': '',
      'a.c': latin('#include "b.h"'),
      'b.h': new Uint8Array([0x23, 0, 1, 2]),
      'a.cs': latin('class C : D {}'),
      'd.cs': 'class D {}',
    });
    assert.deepEqual(rig.imports('A.java'), ['B.java']);
    assert.deepEqual(rig.imports('a.c'), ['b.h']);
    assert.deepEqual(rig.imports('a.cs'), ['d.cs']);
  });

  it('what is not all UTF-8 is told, in each language, and UTF-16 with its mark is read', async () => {
    const latin = (text: string) =>
      Buffer.concat([Buffer.from('// caf'), Buffer.from([0xe9, 0x0a]), Buffer.from(text)]);
    const wide = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    const files = {
      'A.java': latin('class A { B b; }'),
      'B.java': '',
      'go.mod': 'module m',
      'a.go': latin('package a\nimport "m/b"'),
      'b/b.go': 'package b',
      'Cargo.toml': '[package]\nname = "r"',
      'src/lib.rs': latin('mod deep;'),
      'src/deep.rs': '',
      'a.c': latin('#include "b.h"'),
      'b.h': '',
      'C.cs': latin('class C : D {}'),
      'D.cs': 'class D {}',
    };
    await using rig = await GraphRig.create({
      ...files,
      'E.cs': wide('class E : D {}'),
      'F.cs': Buffer.from(wide('class F : D {}')).swap16(),
    });
    const found = { 'A.java': 'B.java', 'a.go': 'b/b.go', 'src/lib.rs': 'src/deep.rs', 'a.c': 'b.h', 'C.cs': 'D.cs' };
    for (const [file, target] of Object.entries(found)) {
      assert.deepEqual(rig.imports(file), [target], file);
      assert.deepEqual(
        rig.impact(file).notes.filter((note) => note.includes('not all UTF-8')),
        [`${file} is not all UTF-8: names in it that are not ASCII may not be followed`],
      );
    }
    for (const file of ['E.cs', 'F.cs']) {
      assert.deepEqual(rig.imports(file), ['D.cs'], file);
      assert.ok(!rig.impact(file).notes.join().includes('UTF-8'), file);
    }
  });

  it('a file that becomes a folder, a link to itself or a pipe is none, and its users stay known', async () => {
    const files = {
      'A.java': 'class A { B b; }',
      'B.java': 'class B {}',
      'go.mod': 'module m',
      'a.go': 'package a\nimport "m/b"',
      'b/b.go': 'package b',
      'Cargo.toml': '[package]\nname = "r"',
      'src/lib.rs': 'mod deep;',
      'src/deep.rs': '',
      'a.c': '#include "b.h"',
      'b.h': '',
      'C.cs': 'class C : D {}',
      'D.cs': 'class D {}',
    };
    const pairs = { 'B.java': 'A.java', 'b/b.go': 'a.go', 'src/deep.rs': 'src/lib.rs', 'b.h': 'a.c', 'D.cs': 'C.cs' };
    const replacements: Record<string, (at: string) => unknown> = {
      'a folder': (at) => mkdir(at),
      'a link to itself': (at) => symlink(at.slice(at.lastIndexOf('/') + 1), at),
      'a pipe': (at) => execFileSync('mkfifo', [at]),
    };
    for (const [name, replace] of Object.entries(replacements)) {
      await using rig = await GraphRig.create(files);
      const listed = await rig.files();
      for (const file of Object.keys(pairs)) {
        await rig.folder.remove(file);
        await replace(rig.folder.path(file));
      }
      // The list of files was made before they were replaced.
      await rig.graph.update(listed, listed);
      await rig.update();
      for (const [file, user] of Object.entries(pairs))
        assert.ok(rig.impact(change('deleted', file)).reached.has(RepoPath.parse(user)), `${file}: ${name}`);
    }
  });

  it('names that differ in case alone stay apart in each language', async () => {
    await using rig = await GraphRig.create({
      'View.java': 'class View {}',
      'view.java': 'class view {}',
      'A.java': 'class A { View v; }',
      'go.mod': 'module m',
      'a.go': 'package a\nimport "m/lib"',
      'lib/l.go': 'package lib',
      'LIB/l.go': 'package lib',
      'Cargo.toml': '[package]\nname = "r"',
      'src/lib.rs': 'mod deep;',
      'src/deep.rs': '',
      'src/Deep.rs': '',
      'C.cs': 'class C : D {}',
      'D.cs': 'class D {}',
      'd.cs': 'class d {}',
    });
    assert.ok(rig.imports('A.java').includes('View.java'));
    assert.deepEqual(rig.imports('a.go'), ['lib/l.go']);
    assert.ok(rig.imports('src/lib.rs').includes('src/deep.rs'));
    assert.deepEqual(rig.imports('C.cs'), ['D.cs']);
  });

  it('links that lead round in a circle are no files', async () => {
    await using rig = await GraphRig.create({ 'go.mod': 'module m', 'a/a.go': 'package a\nimport "m/loop"' });
    await symlink('loop', rig.folder.path('loop'));
    await symlink('.', rig.folder.path('a/self'));
    await rig.update();
    assert.deepEqual(rig.imports('a/a.go'), []);
  });

  it('includes find a file whose name is written in another case, and both of two that differ in it alone', async () => {
    await using rig = await GraphRig.create({ 'src/a.c': '#include "Lib/Tool.h"', 'lib/tool.h': '', 'LIB/tool.h': '' });
    assert.deepEqual(rig.imports('src/a.c'), ['LIB/tool.h', 'lib/tool.h']);
  });

  it('syntax errors leave what is there to be found', async () => {
    await using rig = await GraphRig.create({
      'go.mod': 'module m',
      'a.go': 'package a\nimport (\n\t"m/b"\nfunc (',
      'b/b.go': 'package b',
      'A.java': 'class A { B b; } } } ( " ',
      'B.java': 'class B {',
      'Cargo.toml': '[package\nname = "r"\n[dependencies]\nkit = { path = "kit" }',
      'src/lib.rs': 'fn f( { mod b;',
      'src/b.rs': '',
      'kit/Cargo.toml': '[package]\nname = "kit"',
      'kit/src/lib.rs': '',
      'One.csproj': '<Project><ItemGroup>',
      'c.cs': 'class C : D { void (',
      'd.cs': 'class D',
    });
    assert.deepEqual(rig.imports('a.go'), ['b/b.go']);
    assert.deepEqual(rig.imports('A.java'), ['B.java']);
    assert.deepEqual(rig.imports('src/lib.rs'), ['kit/src/lib.rs', 'src/b.rs']);
    assert.deepEqual(rig.imports('c.cs'), ['d.cs']);
  });

  it('a file that is gone before it is read, and one that is deleted, leave their dependents known', async () => {
    await using rig = await GraphRig.create({
      'go.mod': 'module m',
      'a.go': 'package a\nimport "m/b"',
      'b/b.go': 'package b',
      'A.java': 'class A { B b; }',
      'B.java': 'class B {}',
      'Main.cs': 'class Main : Base {}',
      'Base.cs': 'class Base {}',
      'main.c': '#include "x.h"',
      'x.h': '',
      'src/lib.rs': 'mod gone;',
      'src/gone.rs': '',
      'Cargo.toml': '[package]\nname = "r"',
    });
    const listed = await rig.files();
    for (const file of ['b/b.go', 'B.java', 'Base.cs', 'x.h', 'src/gone.rs']) await rig.folder.remove(file);
    await rig.graph.update(listed, listed);
    await rig.update();
    const reached = (file: string) =>
      [...rig.impact(change('deleted', file)).reached.keys()].filter((each) => each !== file);
    assert.deepEqual(reached('b/b.go'), ['a.go']);
    assert.deepEqual(reached('B.java'), ['A.java']);
    assert.deepEqual(reached('Base.cs'), ['Main.cs']);
    assert.deepEqual(reached('x.h'), ['main.c']);
    assert.deepEqual(reached('src/gone.rs'), ['src/lib.rs']);
  });
});

describe('edits in compiled languages', () => {
  it('of what a file declares change the edges of others', async () => {
    await using rig = await GraphRig.create({
      'A.java': 'class A { B b; }',
      'B.java': 'class X {}',
      'go.mod': 'module m',
      'p/a_test.go': 'package p\nfunc TestA(t *testing.T) { help() }',
      'p/b_test.go': 'package p\nfunc other() {}',
    });
    assert.deepEqual(rig.imports('A.java'), []);
    await rig.folder.write({ 'B.java': 'class B {}', 'p/b_test.go': 'package p\nfunc help() {}' });
    await rig.update(['B.java', 'p/b_test.go']);
    assert.deepEqual(rig.imports('A.java'), ['B.java']);
    assert.deepEqual(rig.imports('p/a_test.go'), ['p/b_test.go']);
  });

  it('of a body leave them as they are, and cost one file', async () => {
    await using rig = await GraphRig.create({
      'A.java': 'class A { B b; }',
      'B.java': 'class B {}',
      'C.java': 'class C {}',
    });
    await rig.folder.write({ 'A.java': 'class A { C c; }' });
    assert.equal((await rig.update(['A.java'])).parsed, 1);
    assert.deepEqual(rig.imports('A.java'), ['C.java']);
  });
});
