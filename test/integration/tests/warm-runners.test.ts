import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TestId } from '../../../agent/protocol/ids.ts';
import { installRunner } from '../../rig/test-runners.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));
const manifest = (test: string, more: object = {}) => JSON.stringify({ scripts: { test }, ...more });

interface Scene {
  readonly name: 'mocha' | 'jest' | 'vitest' | 'pytest' | 'unittest';
  readonly title?: string;
  readonly file: string;
  readonly other: string;
  /** The setup: files, with one test that calls `answer()`. */
  create(): Promise<TestsRig>;
  readonly source: string;
  readonly passing: string;
  readonly failing: string;
}

const scenes: readonly Scene[] = [
  {
    name: 'mocha',
    file: 'test/a.js',
    other: 'test/b.js',
    source: 'src/answer.js',
    passing: 'module.exports = () => 42;\n',
    failing: 'module.exports = () => 41;\n',
    create: () =>
      TestsRig.create({
        isWorkedIn: true,
        packages: { mocha },
        files: {
          'package.json': manifest('mocha'),
          'src/answer.js': 'module.exports = () => 42;\n',
          'test/b.js': `it('other', () => {});`,
          'test/a.js': `const assert = require('assert');
describe('answer', () => {
  it('is right', () => assert.equal(require('../src/answer')(), 42));
  it('comes alone', () => { assert.equal(globalThis.seen, undefined); globalThis.seen = true; });
});`,
        },
      }),
  },
  ...['jest-29', 'jest-30'].map((runner): Scene => ({
    name: 'jest',
    title: runner,
    file: 'test/a.test.js',
    other: 'test/b.test.js',
    source: 'src/answer.js',
    passing: 'module.exports = () => 42;\n',
    failing: 'module.exports = () => 41;\n',
    create: async () =>
      TestsRig.create({
        isWorkedIn: true,
        modules: await installRunner('jest', runner.slice(5)),
        files: {
          'package.json': manifest('jest', { jest: { testEnvironment: 'node' } }),
          'src/answer.js': 'module.exports = () => 42;\n',
          'test/a.test.js': jestLike(`const answer = require('../src/answer');`),
          'test/b.test.js': `test('other', () => {});`,
        },
      }),
  })),
  ...['vitest-3', 'vitest-4'].map((runner): Scene => ({
    name: 'vitest',
    title: runner,
    file: 'test/a.test.js',
    other: 'test/b.test.js',
    source: 'src/answer.js',
    passing: 'export default () => 42;\n',
    failing: 'export default () => 41;\n',
    create: async () =>
      TestsRig.create({
        isWorkedIn: true,
        modules: await installRunner('vitest', runner.slice(7)),
        files: {
          'package.json': manifest('vitest run', { type: 'module' }),
          'src/answer.js': 'export default () => 42;\n',
          'test/a.test.js': jestLike(
            `import { describe, expect, test } from 'vitest';\nimport answer from '../src/answer.js';`,
          ),
          'test/b.test.js': `import { test } from 'vitest';\ntest('other', () => {});`,
        },
      }),
  })),
  ...[{ 'pytest.ini': '[pytest]\npythonpath = .\n' }, { 'conftest.py': 'import sys\nsys.path.insert(0, ".")\n' }].map(
    (configuration): Scene => ({
      title: `pytest with ${Object.keys(configuration)[0]}`,

      name: 'pytest',
      file: 'tests/test_a.py',
      other: 'tests/test_b.py',
      source: 'answer.py',
      passing: 'def answer():\n    return 42\n',
      failing: 'def answer():\n    return 4 + 1\n',
      create: () =>
        TestsRig.create({
          isWorkedIn: true,
          files: {
            ...configuration,
            'answer.py': 'def answer():\n    return 42\n',
            'tests/test_b.py': 'def test_other():\n    pass\n',
            'tests/test_a.py': `import builtins
import decimal
from answer import answer

def test_right():
    assert answer() == 42

def test_alone():
    assert not hasattr(builtins, "seen")
    builtins.seen = decimal.Decimal(1)
`,
          },
        }),
    }),
  ),
  {
    name: 'unittest',
    file: 'test_a.py',
    other: 'test_b.py',
    // A file of the project may bear the name of a module of Python.
    source: 'colorsys.py',
    passing: 'def answer():\n    return 42\n',
    failing: 'def answer():\n    return 4 + 1\n',
    create: () =>
      TestsRig.create({
        isWorkedIn: true,
        files: {
          'colorsys.py': 'def answer():\n    return 42\n',
          'test_b.py': 'import unittest\nclass Other(unittest.TestCase):\n    def test_other(self): pass\n',
          'test_a.py': `import builtins
import decimal
import unittest
from colorsys import answer

class Answer(unittest.TestCase):
    def test_right(self):
        self.assertEqual(answer(), 42)

    def test_then_alone(self):
        self.assertFalse(hasattr(builtins, "seen"))
        builtins.seen = decimal.Decimal(1)
`,
        },
      }),
  },
];

function jestLike(imports: string): string {
  return `${imports}
describe('answer', () => {
  test('is right', () => expect(answer()).toBe(42));
  test('comes alone', () => {
    expect(globalThis.seen).toBe(undefined);
    globalThis.seen = true;
  });
});`;
}

describe('warm runners', function () {
  this.timeout(120_000);

  for (const scene of scenes) {
    describe(scene.title ?? scene.name, () => {
      it('run other files than before', async () => {
        await using rig = await scene.create();
        const [file, other] = [scene.file, scene.other].map((each) => TestId.parse(`${scene.name}:${each}`));
        if (file === undefined || other === undefined) return;
        await rig.run({ tests: [file] });
        for (const tests of [[other], [file], [other, file]]) {
          await rig.tests.warmed();
          const cold = await rig.run({ tests, cold: true });
          const warm = await rig.run({ tests });
          assert.deepEqual(warm.lines.toSorted(), cold.lines.toSorted());
          assert.equal(new Set(warm.results.map((each) => each.file)).size, tests.length);
        }
        assert.equal(rig.tests.warmCost().served, 3);
      });

      it('tell the same as cold ones, run after run', async () => {
        await using rig = await scene.create();
        const tests = [TestId.parse(`${scene.name}:${scene.file}`)];
        const cold = await rig.run({ tests, cold: true });
        assert.deepEqual(cold.lines.length, 2);
        await rig.run({ tests });
        for (let run = 1; run <= 4; run++) {
          await rig.tests.warmed();
          await rig.repository.write({ [scene.source]: run % 2 === 0 ? scene.passing : scene.failing });
          const warm = await rig.run({ tests });
          const expected =
            run % 2 === 0 ? cold.lines : [cold.lines[0]?.replace('passed', 'failed'), ...cold.lines.slice(1)];
          assert.deepEqual(warm.lines, expected);
          assert.equal(rig.tests.warmCost().served, run);
        }
      });
    });
  }
});
