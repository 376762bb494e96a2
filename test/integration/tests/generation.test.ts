// Tests that are made of functions, with real runners.
import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { FailureError } from '../../../agent/protocol/failure.ts';
import type { GeneratedTests } from '../../../agent/protocol/generated-tests.ts';
import type { InputOf } from '../../../agent/protocol/operations.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import type { Files } from '../../rig/git-rig.ts';
import { installRunner } from '../../rig/test-runners.ts';

const modules = path.resolve(import.meta.dirname, '../../../node_modules');

async function rigWith(files: Files, packages: Readonly<Record<string, string>> = {}): Promise<AgentRig> {
  const rig = await AgentRig.create({ '.gitignore': 'node_modules\n', 'node_modules/.keep': '', ...files });
  for (const [name, folder] of Object.entries(packages))
    await symlink(folder, rig.repository.path(`node_modules/${name}`), 'dir');
  return rig;
}

async function make(
  rig: AgentRig,
  file: string,
  more: Omit<InputOf<'generateTests'>, 'file'> = {},
): Promise<GeneratedTests | string> {
  const { executionId } = await rig.client.generateTests({ file: RepoPath.parse(file), ...more });
  const { execution } = await rig.event(
    'execution.changed',
    (event) => event.execution.id === executionId && event.execution.finishedAt !== null,
  );
  if (execution.state !== 'succeeded') return execution.steps[0]?.reason ?? execution.reason ?? execution.state;
  return await rig.client.getGeneratedTests({ id: executionId });
}

async function refusal(
  rig: AgentRig,
  file: string,
  more: Omit<InputOf<'generateTests'>, 'file'> = {},
): Promise<string> {
  try {
    await rig.client.generateTests({ file: RepoPath.parse(file), ...more });
  } catch (error) {
    if (error instanceof FailureError) return `${error.failure.message}. ${error.failure.hint ?? ''}`;
    throw error;
  }
  return 'it was accepted';
}

function offer(made: GeneratedTests | string): GeneratedTests {
  if (typeof made === 'string') assert.fail(made);
  return made;
}

function reasonOf(made: GeneratedTests | string): string {
  return typeof made === 'string' ? made : 'tests were made';
}

const source = `export function shipping(weight, isExpress) {
  if (weight <= 0) throw new Error('weight: expected more than 0');
  const base = weight > 10 ? 20 : 5;
  return isExpress ? base * 2 : base;
}
`;
const called = 'shipping(4, false)';

/** One that misses the error, the heavy parcels and the express. */
const suites: readonly {
  name: string;
  files: Files;
  path: string;
  expected: RegExp;
  packages?: () => Promise<Record<string, string>>;
}[] = [
  {
    name: 'node:test, as modules',
    files: {
      'package.json': '{"type":"module","scripts":{"test":"node --test test/a.test.js"}}',
      'src/shipping.js': source,
      'test/a.test.js': `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { shipping } from '../src/shipping.js';\ntest('light', () => assert.equal(${called}, 5));\n`,
    },
    path: 'test/shipping.generated.test.js',
    expected:
      /import \{ shipping \} from '\.\.\/src\/shipping\.js';[^]*assert\.throws\(\(\) => shipping\(0, true\), \{ message: 'weight: expected more than 0' \}\)/,
  },
  {
    name: 'mocha, with require',
    files: {
      'package.json': '{"scripts":{"test":"mocha"}}',
      'src/shipping.js': `${source.replace('export ', '')}module.exports = { shipping };\n`,
      'test/a.js': `const assert = require('node:assert');\nconst { shipping } = require('../src/shipping');\nit('light', () => assert.equal(${called}, 5));\n`,
    },
    packages: async () => ({ mocha: path.join(modules, 'mocha') }),
    path: 'test/shipping.generated.js',
    expected: /const \{ shipping \} = require\('\.\.\/src\/shipping'\);[^]*it\('shipping\(/,
  },
  {
    name: 'vitest, of TypeScript',
    files: {
      'package.json': '{"type":"module","scripts":{"test":"vitest run"},"devDependencies":{"vitest":"*"}}',
      'src/shipping.ts': source.replace('weight, isExpress', 'weight: number, isExpress: boolean'),
      'src/a.test.ts': `import { expect, it } from 'vitest';\nimport { shipping } from './shipping';\nit('light', () => expect(${called}).toBe(5));\n`,
    },
    packages: async () => ({ vitest: path.join(await installRunner('vitest', '4'), 'vitest') }),
    path: 'src/shipping.generated.test.ts',
    expected: /import \{ shipping \} from '\.\/shipping';[^]*expect\(\(\) => shipping\(0, true\)\)\.toThrow\('weight/,
  },
  {
    name: 'jest',
    files: {
      'package.json': '{"scripts":{"test":"jest"},"devDependencies":{"jest":"*"}}',
      'src/shipping.js': `${source.replace('export ', '')}module.exports = { shipping };\n`,
      'src/a.test.js': `const { shipping } = require('./shipping');\nit('light', () => expect(${called}).toBe(5));\n`,
    },
    packages: async () => ({ jest: path.join(await installRunner('jest', '30'), 'jest') }),
    path: 'src/shipping.generated.test.js',
    expected:
      /^const \{ shipping \} = require\('\.\/shipping'\);[^]*expect\(\(\) => shipping\(0, true\)\)\.toThrow\('weight/,
  },
];

describe('generated tests', function () {
  // Each starts a runner a dozen times.
  this.timeout(240_000);

  for (const { name, files, path: expectedPath, expected, packages } of suites) {
    it(`find what the existing ones miss: ${name}`, async () => {
      await using rig = await rigWith(files, await packages?.());
      const made = offer(
        await make(rig, Object.keys(files).find((file) => file.includes('shipping')) ?? '', { mutants: 10 }),
      );
      assert.equal(made.path, expectedPath);
      assert.match(made.text, expected);
      assert.ok(made.mutants.foundNow >= 3, JSON.stringify(made.mutants));
      assert.ok(made.tests.every(({ lines, mutants }) => lines.length + mutants.length > 0));
      assert.equal(await rig.repository.git('status', '--porcelain'), '');
    });
  }

  const python = `def shipping(weight: int, is_express: bool = False):
    if weight <= 0:
        raise ValueError("weight")
    base = 20 if weight > 10 else 5
    return base * 2 if is_express else base


def steps(n: int):
    for i in range(n):
        yield i + 1
`;

  it('are written for pytest', async () => {
    await using rig = await rigWith({
      'pytest.ini': '[pytest]\n',
      'shop/__init__.py': '',
      'shop/prices.py': python,
      'tests/test_a.py':
        'from shop.prices import shipping, steps\n\n\ndef test_a():\n    assert shipping(4) == 5\n    assert list(steps(2))\n',
      'conftest.py': '',
    });
    const made = offer(await make(rig, 'shop/prices.py', { function: 'shipping', mutants: 8 }));
    assert.equal(made.path, 'tests/test_shipping_generated.py');
    assert.match(
      made.text,
      /^import pytest\n\nfrom shop\.prices import shipping\n\n\n#[^]*with pytest\.raises\(ValueError\):\n {8}shipping\(0/,
    );
    assert.equal(made.lines.coveredNow, 1);
  });

  it('are written for pytest with iterators as lists', async () => {
    await using rig = await rigWith({
      'pytest.ini': '[pytest]\n',
      'shop/__init__.py': '',
      'shop/prices.py': python,
      'tests/test_a.py': 'from shop.prices import steps\n\n\ndef test_a():\n    assert list(steps(2))\n',
      'conftest.py': '',
    });
    const made = offer(await make(rig, 'shop/prices.py', { line: 10, mutants: 4 }));
    assert.match(made.text, /assert list\(steps\(2\)\) == \[1, 2\]/);
  });

  it('are written for unittest', async () => {
    await using rig = await rigWith({
      'prices.py': python,
      'test_a.py':
        'import unittest\nfrom prices import shipping\n\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(shipping(4), 5)\n',
    });
    const made = offer(await make(rig, 'prices.py', { function: 'shipping', mutants: 8 }));
    assert.match(made.text, /class TestShipping\(unittest\.TestCase\):[^]*with self\.assertRaises\(ValueError\):/);
  });

  it('are laws, where the project has fast-check', async () => {
    await using rig = await rigWith(
      {
        'package.json':
          '{"type":"module","scripts":{"test":"node --test test/a.test.js"},"devDependencies":{"fast-check":"*"}}',
        'src/sum.js': 'export function sum(a, b) {\n  return a + b;\n}\n',
        'test/a.test.js':
          "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { sum } from '../src/sum.js';\ntest('runs', () => assert.equal(sum(1, 0), 1));\n",
      },
      { 'fast-check': path.join(modules, 'fast-check'), 'pure-rand': path.join(modules, 'pure-rand') },
    );
    const made = offer(await make(rig, 'src/sum.js'));
    assert.match(
      made.text,
      /fc\.property\(fc\.integer\(\), fc\.integer\(\), \(a, b\) => \{\s+assert\.deepStrictEqual\(sum\(a, b\), sum\(b, a\)\);/,
    );
  });

  it('see what is not committed', async () => {
    await using rig = await rigWith(suites[0]?.files ?? {});
    await rig.repository.write({ 'src/shipping.js': `${source}export const half = (value) => value / 2;\n` });
    await rig.repository.write({
      'test/a.test.js':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { half } from '../src/shipping.js';\ntest('runs', () => { half(3); });\n",
    });
    const made = offer(await make(rig, 'src/shipping.js', { function: 'half' }));
    assert.match(made.text, /assert\.strictEqual\(half\(/);
  });

  it('are none where the existing tests find everything', async () => {
    await using rig = await rigWith({
      'package.json': '{"type":"module","scripts":{"test":"node --test test/a.test.js"}}',
      'src/same.js': 'export function same(a) {\n  return a;\n}\n',
      'test/a.test.js':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { same } from '../src/same.js';\ntest('same', () => assert.equal(same(4), 4));\n",
    });
    const made = offer(await make(rig, 'src/same.js'));
    assert.deepEqual([made.text, made.tests], ['', []]);
    assert.match(made.notes.join(' '), /no test was worth keeping/);
  });

  it('are refused in a sentence', async () => {
    await using rig = await rigWith({
      'package.json': '{"type":"module","scripts":{"test":"node --test test/a.test.js"}}',
      'src/a.js':
        'function inner() {}\nexport function chance(a) {\n  return a + Math.random();\n}\nexport function open(handle) {\n  return handle;\n}\n',
      'src/b.js': 'export const n = 1;\n',
      'test/a.test.js':
        "import { test } from 'node:test';\nimport { chance } from '../src/a.js';\ntest('runs', () => { chance(1); });\n",
      'notes.txt': '',
      'lonely.py': 'def f(a: int):\n    return a\n',
    });
    assert.equal(
      await refusal(rig, 'src/a.js', { function: 'inner' }),
      "'inner' in src/a.js is not exported, so no test can call it. src/a.js exports chance, open.",
    );
    assert.equal(
      await refusal(rig, 'src/a.js', { function: 'chence' }),
      "there is no function 'chence' in src/a.js. Did you mean 'chance'?",
    );
    assert.equal(
      await refusal(rig, 'src/a.js'),
      'src/a.js has several functions: name one. src/a.js exports chance, open.',
    );
    assert.match(await refusal(rig, 'src/b.js'), /^src\/b\.js exports no function\./);
    assert.match(await refusal(rig, 'notes.txt'), /'notes\.txt' is none of them/);
    assert.match(await refusal(rig, 'lonely.py'), /no test framework is known for 'lonely\.py'/);
    assert.match(await refusal(rig, 'src/none.js'), /there is no file 'src\/none\.js'/);
    assert.match(
      reasonOf(await make(rig, 'src/a.js', { function: 'chance' })),
      /chance is not deterministic: chance\(1\) comes out differently/,
    );
    assert.match(reasonOf(await make(rig, 'src/a.js', { function: 'open' })), /nothing tells what open takes/);
  });
});
