import assert from 'node:assert/strict';
import { TestsRig } from '../../rig/tests-rig.ts';

const test = 'import org.junit.jupiter.api.*;\nclass ATest { @Test void a() {} }\n';
const cases: readonly [string, Record<string, string>, RegExp][] = [
  [
    'go',
    { 'go.mod': 'module a\n', 'a_test.go': 'package a\nfunc TestA(t *testing.T) {}\n' },
    /go is not in PATH: install Go/,
  ],
  [
    'cargo',
    { 'Cargo.toml': '[package]\nname = "a"\n', 'src/lib.rs': '#[test] fn a() {}\n' },
    /cargo is not in PATH: install Rust/,
  ],
  [
    'cmake',
    {
      'CMakeLists.txt': 'project(a)\nenable_testing()\nadd_executable(a a.c)\nadd_test(NAME a COMMAND a)\n',
      'a.c': '',
    },
    /cmake is not in PATH: install CMake/,
  ],
  ['mvn', { 'pom.xml': '<project/>', 'src/test/java/ATest.java': test }, /mvn is not in PATH: install Maven/],
  ['gradle', { 'build.gradle': '', 'src/test/java/ATest.java': test }, /gradle is not in PATH .*: install Gradle/],
  [
    'javac',
    { 'lib/junit-platform-console-standalone.jar': '', 'src/ATest.java': test },
    /javac and java are not in PATH: install a JDK/,
  ],
  [
    'playwright',
    {
      'package.json': '{}',
      'playwright.config.ts': "import '@playwright/test'",
      'a.spec.ts': "import '@playwright/test'",
    },
    /@playwright\/test/,
  ],
];

describe('a toolchain that is not installed', () => {
  for (const [tool, files, says] of cases) {
    it(`is named with how to get it: ${tool}`, async () => {
      await using rig = await TestsRig.create({
        files: { ...files, 'noodle.yaml': '' },
        environment: { PATH: '/nonexistent' },
        commands: {
          shell: {
            command: String.raw`printf 'ok 1 - beside\n1..1\n'`,
            folder: '',
            format: 'tap',
            files: [],
            environment: {},
          },
        },
      });
      const { lines, reasons, execution } = await rig.run();
      assert.deepEqual(lines, ['passed noodle.yaml › beside']);
      assert.match(reasons.join('\n'), says);
      // Nothing was tested there, so nothing failed.
      assert.deepEqual([execution.state, execution.counts.failed, execution.firstFailureAtMs], ['failed', 0, null]);
    });
  }
});
