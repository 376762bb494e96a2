import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { loadTestEvidence } from '../../../agent/store/evidence.ts';
import { TestId } from '../../../agent/protocol/ids.ts';
import { needDebianTool } from '../../rig/debian-tools.ts';
import { TestsRig, type TestsRigOptions } from '../../rig/tests-rig.ts';

const header = 'cmake_minimum_required(VERSION 3.16)\nproject(shop C CXX)\nenable_testing()\n';

function create(files: Record<string, string>, more: Partial<TestsRigOptions> = {}): Promise<TestsRig> {
  return TestsRig.create({ files: { '.gitignore': 'build\n', ...files }, ...more });
}

describe('CTest', function () {
  this.timeout(300_000);

  before(function () {
    needDebianTool(this, { needs: ['cmake', 'ctest', 'c++', 'make'], packages: ['cmake', 'g++', 'make'] });
  });

  it('counts the lines that the tests of each source ran, in a run with coverage', async () => {
    await using rig = await create({
      'CMakeLists.txt': `${header}add_library(sum src/sum.c)
add_executable(one tests/one.c)
target_link_libraries(one sum)
add_test(NAME one COMMAND one)
add_executable(two tests/two.cpp)
target_link_libraries(two sum)
add_test(NAME two COMMAND two)
`,
      'src/sum.c': `int sum(int a) {
  if (a > 9)
    return 9;
  return a;
}
int idle(void) { return 0; }
`,
      'tests/one.c': 'int sum(int);\nint main(void) { return sum(0); }\n',
      'tests/two.cpp': 'extern "C" int sum(int);\nint main() { return sum(10) - 9; }\n',
    });
    const { lines } = await rig.run({ all: true, coverage: true });
    assert.deepEqual(lines, ['passed tests/one.c › one', 'passed tests/two.cpp › two']);
    const found = loadTestEvidence(rig.engine.store).map(({ test, covered }) => {
      const file = covered.find(({ path }) => path === 'src/sum.c');
      return {
        test,
        executed: file?.executed,
        missed: file?.missed,
        ran: file?.functions.filter((each) => each.executed).map(({ name }) => name),
      };
    });
    assert.deepEqual(found, [
      {
        test: 'ctest:tests/one.c',
        executed: [
          [1, 2],
          [4, 4],
        ],
        missed: [
          [3, 3],
          [6, 6],
        ],
        ran: ['sum'],
      },
      {
        test: 'ctest:tests/two.cpp',
        executed: [[1, 3]],
        missed: [
          [4, 4],
          [6, 6],
        ],
        ran: ['sum'],
      },
    ]);
  });

  it('tells each test as it ended, in the source that it is built from', async () => {
    await using rig = await create({
      'CMakeLists.txt': `${header}cmake_policy(SET CMP0110 NEW)
add_executable(cart tests/cart.c)
add_test(NAME adds COMMAND cart)
add_test(NAME "odd $ name [x]" COMMAND cart)
add_test(NAME total COMMAND cart fail)
add_test(NAME skips COMMAND cart skip)
set_tests_properties(skips PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME crashes COMMAND cart crash)
add_test(NAME off COMMAND cart)
set_tests_properties(off PROPERTIES DISABLED TRUE)
add_test(NAME gone COMMAND no-such-program)
add_executable(hang tests/hang.c)
add_test(NAME hangs COMMAND hang)
set_tests_properties(hangs PROPERTIES TIMEOUT 1)
`,
      'tests/cart.c': `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int count, char **words) {
  if (count == 1) return 0;
  if (!strcmp(words[1], "skip")) return 77;
  if (!strcmp(words[1], "crash")) abort();
  printf("%s:%d: wrong total\\n", __FILE__, __LINE__);
  return 1;
}
`,
      'tests/hang.c': 'int main(void) { for (;;) {} }\n',
    });
    const { lines, results, reasons } = await rig.run();
    assert.deepEqual(lines.toSorted(), [
      'errored CMakeLists.txt › gone',
      'failed tests/cart.c › crashes',
      'failed tests/cart.c › total',
      'passed tests/cart.c › adds',
      'passed tests/cart.c › odd $ name [x]',
      'skipped tests/cart.c › off',
      'skipped tests/cart.c › skips',
      'timed_out tests/hang.c › hangs',
    ]);
    assert.deepEqual(reasons, []);
    const total = results.find((each) => each.titlePath[0] === 'total');
    assert.match(total?.message ?? '', /wrong total/);
    assert.deepEqual([total?.failureAt?.file, total?.failureAt?.line], ['tests/cart.c', 8]);

    const chosen = await rig.run({ tests: [TestId.parse('ctest:tests/cart.c > adds')] });
    assert.deepEqual(chosen.lines, ['passed tests/cart.c › adds']);
  });

  it('reports what does not compile as an error of its source, and runs the rest', async () => {
    await using rig = await create({
      'CMakeLists.txt': `${header}add_executable(good tests/good.c)
add_test(NAME good COMMAND good)
add_executable(bad tests/bad.c)
add_test(NAME bad COMMAND bad)
`,
      'tests/good.c': 'int main(void) { return 0; }\n',
      'tests/bad.c': 'int main(void) {\n  return missing;\n}\n',
    });
    const { lines, results } = await rig.run();
    assert.deepEqual(lines.toSorted(), ['errored tests/bad.c', 'passed tests/good.c › good']);
    const bad = results.find((each) => each.status === 'errored');
    assert.deepEqual([bad?.failureAt?.file, bad?.failureAt?.line], ['tests/bad.c', 2]);
  });

  it('tells each test of a loop in its source, before anything is built, through functions and launchers', async () => {
    await using rig = await create({
      'CMakeLists.txt': `${header}set(LAUNCHER \${CMAKE_COMMAND})
include(cases.cmake)
add_subdirectory(tests)
`,
      'cases.cmake': `function(add_case name)
  add_executable(\${name} \${name}.c)
  add_test(NAME \${name} COMMAND \${LAUNCHER} -E env A=1 $<TARGET_FILE:\${name}>)
endfunction()
`,
      'tests/CMakeLists.txt': `foreach(name one two)
  add_case(\${name})
endforeach()
add_case(three)
add_test(NAME script COMMAND \${CMAKE_CURRENT_SOURCE_DIR}/run.sh $<TARGET_FILE:three>)
`,
      'tests/one.c': 'int main(void) { return 0; }\n',
      'tests/two.c': 'int main(void) { return 1; }\n',
      'tests/three.c': 'int main(void) { return 0; }\n',
      'tests/run.sh': '#!/bin/sh\nexit 0\n',
    });
    await chmod(rig.repository.path('tests/run.sh'), 0o755);
    const one = await rig.run({ tests: [TestId.parse('ctest:tests/one.c')] });
    assert.deepEqual(one.lines, ['passed tests/one.c › one']);
    const { lines } = await rig.run({ all: true });
    assert.deepEqual(lines.toSorted(), [
      'failed tests/two.c › two',
      'passed tests/CMakeLists.txt › script',
      'passed tests/one.c › one',
      'passed tests/three.c › three',
    ]);
  });

  it('sees fixtures and what needs them together', async () => {
    await using rig = await create({
      'CMakeLists.txt': `${header}add_executable(a a.c)
add_test(NAME opens COMMAND \${CMAKE_COMMAND} -E touch opened)
add_test(NAME uses COMMAND \${CMAKE_COMMAND} -E cat opened)
add_test(NAME closes COMMAND \${CMAKE_COMMAND} -E rm opened)
set_tests_properties(opens PROPERTIES FIXTURES_SETUP door)
set_tests_properties(closes PROPERTIES FIXTURES_CLEANUP door)
set_tests_properties(uses PROPERTIES FIXTURES_REQUIRED door)
`,
      'a.c': 'int main(void) { return 0; }\n',
    });
    const { lines } = await rig.run();
    assert.deepEqual(lines.toSorted(), [
      'passed CMakeLists.txt › closes',
      'passed CMakeLists.txt › opens',
      'passed CMakeLists.txt › uses',
    ]);
  });

  it('tells a project that CMake cannot configure', async () => {
    await using rig = await create({
      'CMakeLists.txt': `${header}add_executable(a a.c)\nadd_test(NAME a COMMAND a)\nmessage(FATAL_ERROR "no luck")\n`,
      'a.c': 'int main(void) { return 0; }\n',
    });
    const { reasons } = await rig.run();
    assert.match(reasons[0] ?? '', /cmake could not configure the project: [\s\S]*no luck/);
  });

  describe('with GoogleTest', () => {
    before(function () {
      needDebianTool(this, { needs: ['/usr/include/gtest/gtest.h'], packages: ['libgtest-dev'] });
    });

    it('tells every case, discovered or within a program', async () => {
      const cases = `#include <gtest/gtest.h>
TEST(Cart, Adds) { EXPECT_EQ(2, 1 + 1); }
TEST(Cart, Total) { EXPECT_EQ(90, 100) << "sum"; }
TEST(Cart, DISABLED_Later) {}
TEST(Cart, Skips) { GTEST_SKIP() << "not here"; }
class Odd : public testing::TestWithParam<const char*> {};
TEST_P(Odd, Works) {}
INSTANTIATE_TEST_SUITE_P(I, Odd, testing::Values("a b", "q\\"x"));
`;
      await using rig = await create({
        'CMakeLists.txt': `${header}find_package(GTest REQUIRED)
include(GoogleTest)
add_executable(cases tests/cases.cc)
target_link_libraries(cases GTest::gtest_main)
gtest_discover_tests(cases)
add_executable(whole tests/whole.cc)
target_link_libraries(whole GTest::gtest_main)
add_test(NAME whole COMMAND whole)
`,
        'tests/cases.cc': cases,
        'tests/whole.cc': cases,
      });
      const { lines, results } = await rig.run();
      assert.deepEqual(lines.toSorted(), [
        'failed tests/cases.cc › Cart.Total',
        'failed tests/whole.cc › whole',
        'failed tests/whole.cc › whole › Cart › Total',
        'passed tests/cases.cc › Cart.Adds',
        'passed tests/cases.cc › I/Odd.Works/"a b"',
        'passed tests/cases.cc › I/Odd.Works/"q\\"x"',
        'passed tests/whole.cc › whole › Cart › Adds',
        'passed tests/whole.cc › whole › I/Odd › Works/0',
        'passed tests/whole.cc › whole › I/Odd › Works/1',
        'skipped tests/cases.cc › Cart.Later',
        'skipped tests/cases.cc › Cart.Skips',
        'skipped tests/whole.cc › whole › Cart › DISABLED_Later',
        'skipped tests/whole.cc › whole › Cart › Skips',
      ]);
      const total = results.find((each) => each.titlePath[0] === 'Cart.Total');
      assert.match(total?.message ?? '', /sum/);
      assert.deepEqual(total?.failureAt, { file: 'tests/cases.cc', line: 3 });
      assert.deepEqual(total?.declaredAt, { file: 'tests/cases.cc', line: 3 });
    });
  });
});
