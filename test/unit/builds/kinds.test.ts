import assert from 'node:assert/strict';
import { discoverTargets } from '../../../agent/builds/discovery.ts';
import { FileTree } from '../../../agent/builds/paths.ts';
import type { RepoPath } from '../../../agent/protocol/ids.ts';

type Files = Readonly<Record<string, string>>;

function discover(files: Files) {
  // The keys are paths of a repository.
  const paths = Object.keys(files) as RepoPath[];
  return discoverTargets({
    tree: new FileTree(paths),
    read: (path) => files[path] ?? null,
    configured: {},
    isEnabled: () => true,
  });
}

/** `id ← needs: command in folder`, with `?` for what is built only when it is asked for. */
function found(files: Files): string[] {
  return [...discover(files).targets.values()].map(
    ({ id, needs, command, folder, automatic }) =>
      `${id}${automatic ? '' : '?'} ← ${needs.join(',')}: ${command} in ${folder === '' ? '.' : folder}`,
  );
}

const nothing = process.platform === 'win32' ? 'NUL' : '/dev/null';

describe('targets of other languages', () => {
  it('are Go modules, by themselves where every module is at hand', () => {
    assert.deepEqual(
      found({
        'core/go.mod': 'module example.com/core // the core\n\ngo 1.21\n',
        'core/a.go': 'package core',
        'app/go.mod':
          'module example.com/app\nrequire (\n\texample.com/core v0.0.0\n)\nreplace example.com/core => ../core\n',
        'far/go.mod': 'module example.com/far\nrequire github.com/x/y v1.2.3\n',
        'vendored/go.mod': 'module example.com/vendored\nrequire github.com/x/y v1.2.3\n',
        'vendored/vendor/modules.txt': '',
        'core/testdata/go.mod': 'module no\n',
      }),
      [
        `go:example.com/core ← : go build -o ${nothing} ./... in core`,
        `go:example.com/app ← go:example.com/core: go build -o ${nothing} ./... in app`,
        `go:example.com/far? ← : go build -o ${nothing} ./... in far`,
        `go:example.com/vendored ← : go build -o ${nothing} ./... in vendored`,
      ],
    );
  });

  it('are modules of a Go workspace', () => {
    const files = {
      'go.work': 'go 1.21\n\nuse (\n\t./a\n\t./b\n)\n',
      'a/go.mod': 'module a\nrequire b v0.0.0\n',
      'b/go.mod': 'module b\n',
    };
    assert.deepEqual(found(files), [
      `go:b ← : go build -o ${nothing} ./... in b`,
      `go:a ← go:b: go build -o ${nothing} ./... in a`,
    ]);
  });

  it('are packages of a Cargo workspace, with what they write', () => {
    const files = {
      'Cargo.toml':
        '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/old"]\n[workspace.dependencies]\ncore = { path = "crates/core" }\n',
      'Cargo.lock': '[[package]]\nname = "core"\n',
      'crates/core/Cargo.toml': '[package]\nname = "core"\n',
      'crates/core/src/lib.rs': '',
      'crates/my-app/Cargo.toml': '[package]\nname = "my-app"\n[dependencies]\ncore = { workspace = true }\n',
      'crates/my-app/src/main.rs': '',
      'crates/my-app/src/bin/tool.rs': '',
    };
    assert.deepEqual(found(files), [
      'cargo:core ← : cargo build --locked --offline --package core in crates/core',
      'cargo:my-app ← cargo:core: cargo build --locked --offline --package my-app in crates/my-app',
    ]);
    const [core, app] = discover(files).targets.values();
    const ending = process.platform === 'win32' ? '.exe' : '';
    assert.deepEqual(core?.outputs, ['target/debug/libcore.rlib']);
    assert.deepEqual(app?.outputs, [`target/debug/my-app${ending}`, `target/debug/tool${ending}`]);
    assert.ok(core?.inputs.includes('Cargo.lock') && !core.stored);
    const remote = { ...files, 'Cargo.lock': '[[package]]\nname = "serde"\nsource = "registry+x"\n' };
    assert.ok(found(remote).every((line) => line.includes('? ←') && !line.includes('--offline')));
  });

  it('are modules of Maven projects', () => {
    assert.deepEqual(
      found({
        'pom.xml':
          '<project><artifactId>all</artifactId><packaging>pom</packaging><modules><module>core</module></modules></project>',
        'core/pom.xml': '<project xmlns="http://maven.apache.org/POM/4.0.0"><artifactId>core</artifactId></project>',
        'web/pom.xml':
          '<project><artifactId>web</artifactId><dependencies><dependency><groupId>x</groupId><artifactId>core</artifactId></dependency></dependencies></project>',
        'broken/pom.xml': '<project><artifactId>broken',
      }),
      [
        'maven:core? ← : mvn --batch-mode --quiet -f .. -pl :core -am compile in core',
        'maven:web? ← maven:core: mvn --batch-mode --quiet -f .. -pl :web -am compile in web',
      ],
    );
  });

  it('are projects of Gradle builds', () => {
    const files = {
      'settings.gradle.kts': '// include("no")\nrootProject.name = "x"\ninclude("core", ":web:api")\n',
      gradlew: '',
      'core/build.gradle.kts': 'plugins { java }',
      'core/src/main/java/A.java': 'class A {}',
      'web/api/build.gradle.kts': 'dependencies { implementation(project(":core")) }',
      'web/api/src/main/java/B.java': 'class B {}',
    };
    assert.deepEqual(found(files), [
      'gradle:core? ← : ../gradlew --console=plain -p .. :core:classes in core',
      'gradle:web:api? ← gradle:core: ../../gradlew --console=plain -p ../.. :web:api:classes in web/api',
    ]);
  });

  it('are Java sources that no tool builds', () => {
    assert.deepEqual(
      found({
        'src/com/shop/A.java': 'package com.shop;\nclass A {}',
        'src/com/shop/sub/B.java': 'package com.shop.sub;\nclass B {}',
        'lib/x.jar': '',
        'other/pom.xml': '<project/>',
        'other/C.java': 'class C {}',
      }),
      ['javac:src? ← : javac -d {scratch} -proc:none -cp "../lib/*" com/shop/A.java com/shop/sub/B.java in src'],
    );
  });

  it('are projects of .NET solutions', () => {
    assert.deepEqual(
      found({
        'app.sln':
          'Project("{1}") = "Web", "src\\Web\\Web.csproj", "{2}"\nProject("{1}") = "Core", "src\\Core\\Core.csproj", "{3}"\n',
        'src/Core/Core.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>',
        'src/Web/Web.csproj':
          '<Project><ItemGroup><ProjectReference Include="..\\Core\\Core.csproj" /></ItemGroup></Project>',
        'tools/Unlisted.csproj': '<Project/>',
      }),
      [
        'dotnet:Core? ← : dotnet build --nologo --verbosity quiet "Core.csproj" in src/Core',
        'dotnet:Web? ← dotnet:Core: dotnet build --nologo --verbosity quiet "Web.csproj" in src/Web',
      ],
    );
  });

  it('are CMake projects, by their presets where there are any', () => {
    assert.deepEqual(found({ 'CMakeLists.txt': '', 'sub/CMakeLists.txt': '', Makefile: 'all:', 'a.c': '' }), [
      'cmake:root? ← : cmake -S . -B {scratch} && cmake --build {scratch} in .',
    ]);
    const presets = {
      configurePresets: [
        { name: 'base', hidden: true },
        { name: 'dev', inherits: 'base' },
      ],
      buildPresets: [
        { name: 'debug', configurePreset: 'dev' },
        { name: 'odd; rm', configurePreset: 'dev' },
      ],
    };
    assert.deepEqual(found({ 'lib/CMakeLists.txt': '', 'lib/CMakePresets.json': JSON.stringify(presets) }), [
      'cmake:lib:debug? ← : cmake --preset dev && cmake --build --preset debug in lib',
    ]);
  });

  it('are Makefiles beside C sources, and no others', () => {
    assert.deepEqual(found({ Makefile: 'all:', 'src/a.c': '', 'src/Makefile': '' }), ['make:root? ← : make in .']);
    assert.deepEqual(found({ Makefile: 'test:\n\tpytest', 'a.py': '' }), []);
  });

  it('are wheels and checks of Python projects', () => {
    const files = {
      'pyproject.toml': '[project]\nname = "shop"\n[build-system]\nrequires = []\n[tool.mypy]\nstrict = true\n',
      'shop/__init__.py': '',
      'tests/test_a.py': '',
      'conftest.py': '',
    };
    assert.deepEqual(found(files), [
      'python:shop:compile? ← : python3 -m compileall -q shop in .',
      'python:shop:wheel? ← : python3 -m pip wheel . --quiet --no-deps --no-build-isolation --wheel-dir {scratch} in .',
      'python:shop:mypy? ← : python3 -m mypy --no-error-summary shop in .',
    ]);
    assert.deepEqual(found({ 'setup.cfg': '[metadata]', 'src/a/b.py': '' }), [
      'python:root:compile? ← : python3 -m compileall -q src in .',
    ]);
    assert.deepEqual(found({ 'pyproject.toml': '[tool.black]' }), []);
  });

  it('survive files that are broken', () => {
    assert.deepEqual(
      found({
        'pom.xml': '<',
        'Cargo.toml': '[[[',
        'go.mod': '',
        'app.csproj': '<a>',
        'CMakePresets.json': '{',
        'pyproject.toml': '= =',
        'settings.gradle': 'include',
      }),
      ['dotnet:app? ← : dotnet build --nologo --verbosity quiet "app.csproj" in .'],
    );
  });
});
