import assert from 'node:assert/strict';
import type { Files } from '../../rig/git-rig.ts';
import { GraphRig, importsOf, reachedFrom } from '../../rig/graph-rig.ts';

describe('Java resolves', () => {
  const main = 'app/src/main/java/com/acme';
  const java = (name: string, body = '', head = '') => `package ${name};\n${head}\n${body}`;

  it('imports, names of the same package, wildcard and static imports, and qualified names', async () => {
    assert.deepEqual(
      await importsOf(`${main}/Main.java`, {
        [`${main}/Main.java`]: java(
          'com.acme',
          'class Main { Near near; com.acme.far.Away away; Wild wild; int x = twice(1); }',
          'import com.acme.lib.Tool;\nimport com.acme.wild.*;\nimport static com.acme.lib.Numbers.twice;',
        ),
        [`${main}/Near.java`]: java('com.acme', 'class Near {}'),
        [`${main}/Unused.java`]: java('com.acme', 'class Unused {}'),
        [`${main}/far/Away.java`]: java('com.acme.far', 'class Away {}'),
        [`${main}/wild/Wild.java`]: java('com.acme.wild', 'class Wild {}'),
        [`${main}/wild/Tame.java`]: java('com.acme.wild', 'class Tame {}'),
        'lib/src/com/acme/lib/Tool.java': java('com.acme.lib', 'class Tool {}'),
        'lib/src/com/acme/lib/Numbers.java': java('com.acme.lib', 'class Numbers {}'),
        'lib/src/com/acme/lib/Other.java': java('com.acme.lib', 'class Other {}'),
      }),
      [
        `${main}/Near.java`,
        `${main}/far/Away.java`,
        `${main}/wild/Wild.java`,
        'lib/src/com/acme/lib/Numbers.java',
        'lib/src/com/acme/lib/Tool.java',
      ],
    );
  });

  it('a test to what it tests, and never what is tested to a test of the same name', async () => {
    const files = {
      'src/main/java/a/Tool.java': java('a', 'class Tool { Case c; }'),
      'src/main/java/a/Case.java': java('a', 'class Case {}'),
      'src/test/java/a/ToolTest.java': java('a', 'class ToolTest { @Test void t() { new Tool(); } }'),
      'src/test/java/a/Case.java': java('a', 'class Case {}'),
    };
    assert.deepEqual(await reachedFrom('src/main/java/a/Tool.java', files), ['src/test/java/a/ToolTest.java']);
    assert.deepEqual(await importsOf('src/main/java/a/Tool.java', files), ['src/main/java/a/Case.java']);
  });

  it('services, class names in strings and what a scan of the class path may find', async () => {
    const files = {
      'pom.xml': '<project><artifactId>app</artifactId></project>',
      'src/main/java/a/Load.java': java('a', 'class Load { Object o = ServiceLoader.load(Service.class); }'),
      'src/main/java/a/Service.java': java('a', 'interface Service {}'),
      'src/main/java/b/Real.java': java('b', 'class Real {}'),
      'src/main/java/b/Named.java': java('b', 'class Named {}'),
      'src/main/resources/META-INF/services/a.Service': '# ours\nb.Real\n',
      'src/test/java/a/NameTest.java': java('a', 'class NameTest { Object o = load("b.Named"); }'),
      'src/test/java/a/AppTest.java': java('a', '@SpringBootTest class AppTest {}'),
    };
    assert.deepEqual(await importsOf('src/main/java/a/Load.java', files), [
      'src/main/java/a/Service.java',
      'src/main/java/b/Real.java',
      'src/main/resources/META-INF/services/a.Service',
    ]);
    assert.deepEqual(await reachedFrom('src/main/java/b/Named.java', files), [
      'src/test/java/a/AppTest.java',
      'src/test/java/a/NameTest.java',
    ]);
  });

  it('a scan to the modules that its own depends on, by Maven and by Gradle', async () => {
    const files = {
      'core/pom.xml': '<project><parent><artifactId>all</artifactId></parent><artifactId>core</artifactId></project>',
      'core/src/main/java/c/Core.java': java('c', 'class Core {}'),
      'app/pom.xml':
        '<project><artifactId>app</artifactId><dependencies><dependency><artifactId>core</artifactId></dependency></dependencies></project>',
      'app/src/test/java/a/AppTest.java': java('a', '@SpringBootTest class AppTest {}'),
      'web/build.gradle.kts': 'dependencies { implementation(project(":core")) }',
      'web/src/test/java/w/WebTest.java': java('w', '@SpringBootTest class WebTest {}'),
      'other/build.gradle': '',
      'other/src/test/java/o/OtherTest.java': java('o', '@SpringBootTest class OtherTest {}'),
    };
    assert.deepEqual(await reachedFrom('core/src/main/java/c/Core.java', files), [
      'app/src/test/java/a/AppTest.java',
      'web/src/test/java/w/WebTest.java',
    ]);
  });

  it('resources by what is written of their path', async () => {
    const files = {
      'pom.xml': '',
      'src/test/java/a/ReadTest.java': java('a', 'class ReadTest { Object o = getResource("/a/table.csv"); }'),
      'src/test/java/a/OtherTest.java': java('a', 'class OtherTest {}'),
      'src/test/resources/a/table.csv': '1',
    };
    assert.deepEqual(await reachedFrom('src/test/resources/a/table.csv', files), ['src/test/java/a/ReadTest.java']);
  });

  it('what depends on an annotation processor of the repository to all of it', async () => {
    const files = {
      'apt/pom.xml': '<project><artifactId>apt</artifactId></project>',
      'apt/src/main/java/p/Make.java': java('p', 'class Make {}'),
      'apt/src/main/resources/META-INF/services/javax.annotation.processing.Processor': 'p.Make',
      'app/pom.xml':
        '<project><artifactId>app</artifactId><dependency><artifactId>apt</artifactId></dependency></project>',
      'app/src/test/java/a/AppTest.java': java('a', 'class AppTest {}'),
    };
    assert.deepEqual(await reachedFrom('apt/src/main/java/p/Make.java', files), ['app/src/test/java/a/AppTest.java']);
  });
});

describe('Go resolves', () => {
  const module = { 'go.mod': 'module acme.dev/app\n\ngo 1.19\n' };

  it('an import to the package, and the files of a package to each other', async () => {
    const files = {
      ...module,
      'main.go': 'package main\nimport "acme.dev/app/lib"',
      'lib/a.go': 'package lib',
      'lib/b_windows.go': 'package lib',
      'lib/gen.go': '//go:build ignore\n\npackage main',
      'lib/a_test.go': 'package lib_test\nfunc TestA(t *testing.T) { help() }',
      'lib/b_test.go': 'package lib\nfunc TestB(t *testing.T) {}',
      'lib/help_test.go': 'package lib\nfunc help() {}',
      'lib/a.s': 'TEXT',
      'other/other.go': 'package other',
    };
    assert.deepEqual(await reachedFrom('lib/b_windows.go', files), [
      'lib/a.go',
      'lib/a_test.go',
      'lib/b_test.go',
      'lib/help_test.go',
      'main.go',
    ]);
    assert.deepEqual(await reachedFrom('lib/help_test.go', files), ['lib/a_test.go']);
    assert.deepEqual(await reachedFrom('lib/gen.go', files), []);
    assert.ok((await reachedFrom('lib/a.s', files)).includes('lib/b_test.go'));
  });

  it('modules of the repository through replace, go.work and vendor', async () => {
    const files = {
      'app/go.mod': 'module acme.dev/app\nreplace old.dev/tool v1.0.0 => ../tool\n',
      'app/main.go': 'package main\nimport (\n "old.dev/tool/sub"\n "acme.dev/lib"\n "far.dev/v"\n "absent.dev/x"\n)',
      'app/vendor/far.dev/v/v.go': 'package v',
      'tool/go.mod': 'module new.dev/tool',
      'tool/sub/s.go': 'package sub',
      'lib/go.mod': 'module acme.dev/lib',
      'lib/l.go': 'package lib',
      'go.work': 'use ./app\nuse ./lib',
    };
    assert.deepEqual(await importsOf('app/main.go', files), ['app/vendor/far.dev/v/v.go', 'lib/l.go', 'tool/sub/s.go']);
  });

  it('embedded files, testdata and cgo', async () => {
    const files = {
      ...module,
      'a.go': 'package a\n\n//go:embed page.html assets\nvar f embed.FS',
      'page.html': '',
      'assets/x.css': '',
      'native.go': 'package a\n// #include "n.h"\nimport "C"',
      'n.c': '',
      'testdata/in.txt': '',
      'a_test.go': 'package a\nfunc TestA(t *testing.T) {}',
    };
    for (const changed of ['page.html', 'assets/x.css', 'n.c', 'testdata/in.txt'])
      assert.ok((await reachedFrom(changed, files)).includes('a_test.go'), changed);
  });
});

describe('Rust resolves', () => {
  const manifest = (name: string, rest = '') => `[package]\nname = "${name}"\n${rest}`;

  it('the module tree of a crate, and tests beside it', async () => {
    const files = {
      'Cargo.toml': manifest('app'),
      'src/lib.rs': 'mod a; #[path = "odd/name.rs"] mod b; #[cfg(test)] mod tests;',
      'src/a.rs': 'mod deep;',
      'src/a/deep.rs': '',
      'src/odd/name.rs': '',
      'src/tests.rs': '#[test] fn t() {}',
      'src/main.rs': 'fn main() { app::run() }',
      'tests/it.rs': 'mod common; #[test] fn t() {}',
      'tests/common/mod.rs': '',
      'tests/alone.rs': '#[test] fn t() {}',
    };
    const reached = await reachedFrom('src/a/deep.rs', files);
    for (const file of ['src/lib.rs', 'src/tests.rs', 'src/main.rs', 'tests/it.rs', 'tests/alone.rs'])
      assert.ok(reached.includes(file), file);
    assert.deepEqual(await reachedFrom('src/tests.rs', files), []);
    assert.deepEqual(await reachedFrom('tests/common/mod.rs', files), ['tests/it.rs']);
    assert.ok((await reachedFrom('src/main.rs', files)).includes('tests/it.rs'));
  });

  it('packages of a workspace, shared, renamed and for tests alone, and build scripts', async () => {
    const files = {
      'Cargo.toml': '[workspace]\nmembers = ["*"]\n[workspace.dependencies]\nbase = { path = "base" }\n',
      'base/Cargo.toml': manifest('base'),
      'base/src/lib.rs': '',
      'base/build.rs': '',
      'app/Cargo.toml': manifest(
        'app',
        '[dependencies]\nbase = { workspace = true }\n[dev-dependencies]\nkit = { path = "../test-kit", package = "test-kit" }',
      ),
      'app/src/lib.rs': 'mod inner;',
      'app/src/inner.rs': '#[cfg(test)] mod tests { #[test] fn t() {} }',
      'app/tests/it.rs': '',
      'test-kit/Cargo.toml': manifest('test-kit'),
      'test-kit/src/lib.rs': '',
      'lone/Cargo.toml': manifest('lone'),
      'lone/src/lib.rs': '',
    };
    assert.deepEqual(await reachedFrom('base/build.rs', files), [
      'app/src/inner.rs',
      'app/src/lib.rs',
      'app/tests/it.rs',
      'base/src/lib.rs',
    ]);
    assert.deepEqual(await importsOf('app/tests/it.rs', files), [
      'app/src/lib.rs',
      'base/src/lib.rs',
      'test-kit/src/lib.rs',
    ]);
    assert.ok((await importsOf('app/src/inner.rs', files)).includes('test-kit/src/lib.rs'));
    assert.ok(!(await reachedFrom('base/src/lib.rs', files)).includes('lone/src/lib.rs'));
  });

  it('files that macros read, and sources that tests compile', async () => {
    const files = {
      'Cargo.toml': manifest('app'),
      'src/lib.rs': 'const A: &str = include_str!("data.txt");',
      'src/data.txt': '',
      'tests/ui.rs': 'fn t() { cases.compile_fail("tests/ui/*.rs"); }',
      'tests/ui/bad.rs': 'fn main() {}',
      'src/unnamed.rs': '',
    };
    assert.ok((await reachedFrom('src/data.txt', files)).includes('tests/ui.rs'));
    assert.deepEqual(await reachedFrom('tests/ui/bad.rs', files), ['tests/ui.rs']);
    assert.ok((await reachedFrom('src/unnamed.rs', files)).includes('tests/ui.rs'));
  });
});

describe('C and C++ resolve', () => {
  it('includes beside the file, below any include folder, and headers that are made from templates', async () => {
    assert.deepEqual(
      await importsOf('src/a.c', {
        'src/a.c': '#include "b.h"\n#include <acme/c.h>\n#include "config.h"\n#include <stdio.h>',
        'src/b.h': '',
        'other/b.h': '',
        'include/acme/c.h': '',
        'config.h.in': '',
      }),
      ['config.h.in', 'include/acme/c.h', 'src/b.h'],
    );
  });

  it('programs to the sources that CMake links to them', async () => {
    const files = {
      'CMakeLists.txt': `
        project(core)
        set(SOURCES src/a.c)
        list(APPEND SOURCES src/b.c)
        add_library(\${PROJECT_NAME} STATIC \${SOURCES})
        add_library(acme::core ALIAS core)
        file(GLOB EXTRA \${CMAKE_CURRENT_SOURCE_DIR}/extra/*.c)
        add_library(extra OBJECT \${EXTRA})
        add_subdirectory(tests)`,
      'tests/CMakeLists.txt': `
        function(add_unit name)
          cmake_parse_arguments(ARG "" "" "LIBS" \${ARGN})
          add_executable(\${name} \${name}.c)
          target_link_libraries(\${name} PRIVATE \${ARG_LIBS} \${CMAKE_DL_LIBS})
        endfunction()
        foreach(test one two)
          add_unit(\${test}_test LIBS acme::core m)
        endforeach()
        add_executable(three_test three_test.c $<TARGET_OBJECTS:extra>)
        add_custom_target(check)
        add_dependencies(check one_test three_test)`,
      'src/a.c': '',
      'src/b.c': '',
      'extra/e.c': '',
      'tests/one_test.c': 'int main() {}',
      'tests/two_test.c': 'int main() {}',
      'tests/three_test.c': 'int main() {}',
    };
    assert.deepEqual(await reachedFrom('src/b.c', files), ['tests/one_test.c', 'tests/two_test.c']);
    assert.deepEqual(await reachedFrom('extra/e.c', files), ['tests/three_test.c']);
  });

  it('the source by which a test of CMake is known to all that its program is made of, and that it may start', async () => {
    const files = {
      'CMakeLists.txt': `
        add_executable(tool tool.c)
        file(GLOB tests "t/*.c")
        foreach(file \${tests})
          string(REPLACE ".c" "" path \${file})
          get_filename_component(name \${path} NAME)
          add_executable(\${name} \${file} lib.c)
        endforeach()
        add_test(NAME one COMMAND one)
        add_test(NAME two COMMAND two $<TARGET_FILE:tool>)
        add_test(NAME also_three COMMAND three)
        set_tests_properties(also_three PROPERTIES ENVIRONMENT TOOL=$<TARGET_FILE:tool>)`,
      't/one.c': 'CASE(a) {}',
      't/two.c': 'CASE(b) {}',
      't/three.c': 'CASE(c) {}',
      'lib.c': '',
      'tool.c': 'int main() {}',
    };
    assert.deepEqual(await reachedFrom('lib.c', files), ['t/one.c', 't/three.c', 't/two.c']);
    assert.deepEqual(await reachedFrom('tool.c', files), ['t/three.c', 't/two.c']);
  });

  it('programs of an unknown build to everything that is no program, and says so', async () => {
    await using rig = await GraphRig.create({
      Makefile: 'all: app\n',
      'a.c': '',
      'test_a.c': 'int main(void) {}',
      'app.c': 'int main(void) {}',
    });
    assert.deepEqual(rig.imports('test_a.c'), ['a.c']);
    assert.match(rig.graph.notesOn((await rig.files())[3] ?? assert.fail()).join(), /which sources are linked/);
  });

  it('includes that a macro names', async () => {
    assert.deepEqual(
      await importsOf('a.c', { 'a.c': '#include CONFIG', 'set.h': '#define CONFIG "mine.h"', 'mine.h': '' }),
      ['mine.h'],
    );
  });
});

describe('scripts that load native code depend on', () => {
  it('all of it in their project, and on what that depends on', async () => {
    const files = {
      'py/pyproject.toml': '[build-system]\nrequires = ["maturin"]',
      'py/Cargo.toml': '[package]\nname = "bind"\n[dependencies]\ncore = { path = "../core" }',
      'py/src/lib.rs': '',
      'py/test_it.py': 'import bind',
      'core/Cargo.toml': '[package]\nname = "core"',
      'core/src/lib.rs': 'mod deep;',
      'core/src/deep.rs': '',
      'addon/binding.gyp': '{ "sources": ["b.cc"] }',
      'addon/package.json': '{}',
      'addon/a.cc': '',
      'addon/b.cc': '',
      'addon/x.test.js': '',
      'plain/package.json': '{}',
      'plain/c.c': '',
      'plain/y.test.js': '',
    };
    assert.deepEqual(await reachedFrom('core/src/deep.rs', files), [
      'core/src/lib.rs',
      'py/src/lib.rs',
      'py/test_it.py',
    ]);
    assert.deepEqual(await reachedFrom('addon/b.cc', files), ['addon/a.cc', 'addon/x.test.js']);
    assert.deepEqual(await reachedFrom('plain/c.c', files), []);
  });
});

describe('scripts that start processes depend on', () => {
  it('the programs of the repository', async () => {
    const files = {
      'go.mod': 'module m',
      'cmd/app/main.go': 'package main\nimport "m/lib"',
      'lib/lib.go': 'package lib',
      'other/other.go': 'package other',
      'tool/main.c': 'int main(void) { return 0; }',
      'e2e/test_app.py': 'import subprocess\nsubprocess.run(["../build/app", name])',
      'e2e/test_plain.py': 'import os',
    };
    assert.deepEqual(await reachedFrom('lib/lib.go', files), ['cmd/app/main.go', 'e2e/test_app.py']);
    assert.deepEqual(await reachedFrom('tool/main.c', files), ['e2e/test_app.py']);
    assert.deepEqual(await reachedFrom('other/other.go', files), []);
  });
});

describe('build files of compiled languages', () => {
  it('affect their module, and those that others include affect everything', async () => {
    const unbounded = async (file: string, files: Files) => {
      await using rig = await GraphRig.create({ ...files, [file]: '' });
      return rig.impact(file).unbounded.map(({ folder }) => folder);
    };
    assert.deepEqual(await unbounded('a/pom.xml', {}), ['a']);
    assert.deepEqual(await unbounded('a/go.mod', {}), ['a']);
    assert.deepEqual(await unbounded('a/Cargo.toml', {}), ['a']);
    assert.deepEqual(await unbounded('a/CMakeLists.txt', {}), ['a']);
    assert.deepEqual(await unbounded('a/A.csproj', {}), ['a']);
    assert.deepEqual(await unbounded('a/requirements/dev.txt', {}), ['a']);
    assert.deepEqual(await unbounded('a/requirements-dev.txt', {}), ['a']);
    assert.deepEqual(await unbounded('a/gradle/libs.versions.toml', {}), ['a']);
    assert.deepEqual(await unbounded('a/.cargo/config.toml', {}), ['a']);
    assert.deepEqual(await unbounded('a/cmake/warnings.cmake', {}), ['']);
    assert.deepEqual(await unbounded('a/src/main/java/module-info.java', {}), ['a']);
  });
});
