// What test files use, recorded by the real runners on small projects.
import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { loadTestEvidence, type CoveredFile, type TestEvidence } from '../../../agent/store/evidence.ts';
import { installRunner } from '../../rig/test-runners.ts';
import { TestsRig, type TestRun, type TestsRigOptions } from '../../rig/tests-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));
const manifest = (test: string) => JSON.stringify({ scripts: { test } });

const sources = {
  'src/deep.js': 'exports.value = init();\nfunction init() {\n  return 5;\n}\n',
  'src/shared.js': `const deep = require('./deep');
exports.one = function one() {
  return 1;
};
exports.two = function two() {
  return deep.value + 1;
};
`,
  'src/lazy.js': 'exports.lazy = function lazy() {\n  return 3;\n};\n',
  'data/in.json': '{"a":1}',
  'child.js': `require('./src/lazy').lazy();\n`,
};

/** The same tests for every runner with `it`; `head` imports what a runner does not give. */
function testFiles(head: string) {
  return {
    'test/a.test.js': `${head}const { one } = require('../src/shared');\nit('one', () => { if (one() !== 1) throw new Error(); });\n`,
    'test/b.test.js': `${head}const fs = require('fs');
const { two } = require('../src/shared');
it('two', () => {
  if (two() !== 6) throw new Error();
  fs.readFileSync(__dirname + '/../data/in.json');
  fs.existsSync(__dirname + '/../data/absent.json');
  fs.readdirSync(__dirname + '/../data');
  fs.writeFileSync(__dirname + '/../data/made.out', '');
  fs.readFileSync(__dirname + '/../data/made.out');
  fs.unlinkSync(__dirname + '/../data/made.out');
});
`,
    'test/c.test.js': `${head}it('lazy', () => { require('../src/lazy').lazy(); });\n`,
    'test/d.test.js': `${head}it('child', () => { require('child_process').execFileSync(process.execPath, [__dirname + '/../child.js']); });\n`,
    'test/e.test.js': `${head}it('program', () => { require('child_process').execSync('true'); });\n`,
  };
}

describe('what test files use', function () {
  this.timeout(180_000);

  const runners: readonly (readonly [string, string, () => Promise<Partial<TestsRigOptions>>, string])[] = [
    ['mocha', 'mocha test/*.test.js', async () => ({ packages: { mocha } }), ''],
    ['node:test', 'node --test test/*.test.js', async () => ({}), `const { it } = require('node:test');\n`],
    ['jest', 'jest', async () => ({ modules: await installRunner('jest', '30') }), ''],
  ];
  for (const [name, script, more, head] of runners) {
    it(`is recorded under ${name}`, async () => {
      await using rig = await create(
        { 'package.json': manifest(script), ...sources, ...testFiles(head) },
        await more(),
      );
      const evidence = await record(rig);
      assert.deepEqual([...evidence.keys()], ['a', 'b', 'c', 'd', 'e']);
      assert.deepEqual(files(evidence.get('a')), ['src/deep.js', 'src/shared.js', 'test/a.test.js']);
      assert.deepEqual(files(evidence.get('b')), ['src/deep.js', 'src/shared.js', 'test/b.test.js']);
      assert.deepEqual(files(evidence.get('c')), ['src/lazy.js', 'test/c.test.js']);
      assert.deepEqual(files(evidence.get('d')), ['child.js', 'src/lazy.js', 'test/d.test.js']);
      assert.deepEqual(ran(evidence.get('a'), 'src/shared.js'), { one: true, two: false });
      assert.deepEqual(ran(evidence.get('b'), 'src/shared.js'), { one: false, two: true });
      assert.deepEqual(ran(evidence.get('b'), 'src/deep.js'), { init: true });
      assert.ok(lines(covered(evidence.get('a'), 'src/shared.js').missed).includes(6));
      assert.ok(lines(covered(evidence.get('b'), 'src/shared.js').executed).includes(6));
      const reads = new Map<string, TestEvidence['reads'][number]>(
        evidence.get('b')?.reads.map((read) => [read.path, read]),
      );
      assert.match(reads.get('data/in.json')?.contentHash ?? '', /^[0-9a-f]{32}$/);
      assert.equal(reads.get('data/absent.json')?.contentHash, null);
      assert.equal(reads.get('data')?.isFolder, true);
      assert.equal(reads.has('data/made.out'), false);
      assert.deepEqual(
        [...evidence].map(([test, { isComplete }]) => [test, isComplete]),
        [
          ['a', true],
          ['b', true],
          ['c', true],
          ['d', true],
          ['e', false],
        ],
      );
    });
  }

  for (const [version, options] of [
    ['5', ''],
    ['3', '--no-isolate'],
    ['1', '--pool=threads'],
  ] as const) {
    it(`is recorded under vitest ${version} ${options}, in lines of the TypeScript sources`, async () => {
      await using rig = await create(
        {
          'package.json': manifest(`vitest run ${options}`),
          'src/shared.ts': `interface Long {\n  a: string;\n}\n\nexport function one(long?: Long): number {\n  return long === undefined ? 1 : 2;\n}\n\nexport function two(): number {\n  return 2;\n}\n`,
          'test/a.test.ts': `import { expect, it } from 'vitest';\nimport { one } from '../src/shared.ts';\nit('one', () => expect(one()).toBe(1));\n`,
          'test/b.test.ts': `import { expect, it } from 'vitest';\nimport { two } from '../src/shared.ts';\nit('two', () => expect(two()).toBe(2));\n`,
        },
        { modules: await installRunner('vitest', version) },
      );
      const evidence = await record(rig);
      assert.deepEqual(files(evidence.get('a')), ['src/shared.ts', 'test/a.test.ts']);
      assert.deepEqual(files(evidence.get('b')), ['src/shared.ts', 'test/b.test.ts']);
      assert.ok(lines(covered(evidence.get('a'), 'src/shared.ts').executed).includes(6));
      assert.ok(lines(covered(evidence.get('b'), 'src/shared.ts').executed).includes(10));
      const { functions } = covered(evidence.get('a'), 'src/shared.ts');
      assert.deepEqual(
        functions.map(({ name, startLine, endLine }) => [name, startLine, endLine]),
        [
          ['one', 5, 7],
          ['two', 9, 11],
        ],
      );
      assert.ok([...evidence.values()].every(({ isComplete }) => isComplete));
    });
  }

  for (const framework of ['pytest', 'unittest'] as const) {
    it(`is recorded under ${framework}`, async () => {
      await using rig = await create(pythonFiles(framework));
      const evidence = await record(rig);
      // Packages without code, and what the runner loads for all, are told by some versions of Python alone.
      const own = (test: string) => files(evidence.get(test)).filter((file) => !/__init__|conftest/.test(file));
      assert.deepEqual(own('test_a'), ['app/deep.py', 'app/shared.py', 'tests/test_a.py']);
      assert.deepEqual(own('test_b'), ['app/deep.py', 'app/shared.py', 'tests/test_b.py']);
      assert.deepEqual(ran(evidence.get('test_a'), 'app/shared.py'), { one: true, two: false });
      assert.deepEqual(ran(evidence.get('test_b'), 'app/shared.py'), { one: false, two: true });
      const reads = new Map<string, TestEvidence['reads'][number]>(
        evidence.get('test_b')?.reads.map((read) => [read.path, read]),
      );
      assert.match(reads.get('data/in.json')?.contentHash ?? '', /^[0-9a-f]{32}$/);
      assert.equal(reads.get('data/absent')?.contentHash, null);
      assert.equal(reads.get('data')?.isFolder, true);
      assert.deepEqual(
        [...evidence].map(([test, { isComplete }]) => [test, isComplete]),
        [
          ['test_a', true],
          ['test_b', true],
          ['test_c', false],
          // A program of the system that runs nothing of the repository.
          ['test_d', true],
        ],
      );
      assert.ok(evidence.get('test_d')?.reads.some(({ path, contentHash }) => path === 'data/in.json' && contentHash));
    });
  }

  it('is not all of a file that ends its process, and that of the others is', async () => {
    const head = `const { it } = require('node:test');\n`;
    await using rig = await create({
      'package.json': manifest('node --test test/*.test.js'),
      ...sources,
      'test/a.test.js': `${head}const { one } = require('../src/shared');\nit('one', () => one());\n`,
      'test/z.test.js': `${head}it('dies', () => process.kill(process.pid, 'SIGKILL'));\n`,
    });
    const evidence = await record(rig);
    assert.deepEqual([...evidence.keys()], ['a']);
    assert.equal(evidence.get('a')?.isComplete, true);
  });

  it('counts node programs that are started by their first line or by a plain command, and one that ends itself', async () => {
    const start = (how: string) => `it('starts', () => { try { require('child_process').${how}; } catch {} });\n`;
    const program = (rest: string) => `#!/usr/bin/env node\nrequire('../src/lazy').lazy();\n${rest}`;
    const folder = `{ cwd: __dirname + '/..' }`;
    await using rig = await create(
      {
        'package.json': manifest('mocha test/*.test.js'),
        ...sources,
        'bin/program': program(''),
        'bin/dying': program(`process.kill(process.pid, 'SIGTERM');\nsetTimeout(() => {}, 60_000);\n`),
        'bin/shell': '#!/bin/sh\ntrue\n',
        'test/a.test.js': start(`execFileSync(__dirname + '/../bin/program')`),
        'test/b.test.js': start(`execSync('node bin/program --help "a b"', ${folder})`),
        'test/c.test.js': start(`spawnSync('./bin/dying', [], ${folder})`),
        'test/d.test.js': `it('starts', (done) => { require('child_process').exec('./bin/program', ${folder}, done); });\n`,
        'test/e.test.js': start(`execSync('./bin/program && ./bin/program', ${folder})`),
        'test/f.test.js': start(`execFileSync(__dirname + '/../bin/shell')`),
        'test/g.test.js': start(`spawnSync('./bin/absent', [], ${folder})`),
      },
      { packages: { mocha } },
    );
    for (const name of ['program', 'dying', 'shell']) await chmod(rig.repository.path(`bin/${name}`), 0o755);
    const evidence = await record(rig);
    for (const name of ['a', 'b', 'c', 'd']) {
      assert.equal(evidence.get(name)?.isComplete, true, name);
      assert.ok(files(evidence.get(name)).includes('src/lazy.js'), name);
    }
    for (const name of ['e', 'f']) assert.equal(evidence.get(name)?.isComplete, false, name);
    assert.equal(evidence.get('g')?.isComplete, true);
    assert.deepEqual(evidence.get('g')?.reads.find((read) => read.path === 'bin/absent')?.contentHash, null);
  });

  it('counts Python programs that a test starts, which see nothing of it', async () => {
    const start = (words: string, more = '') =>
      `import subprocess, sys\n\n\ndef test_it():\n    done = subprocess.run([sys.executable, ${words}], check=True, stderr=subprocess.PIPE${more})\n    assert done.stderr == b'', done.stderr\n`;
    const seen = [
      'import os, sys',
      'names = [name for name in sys.modules if name.startswith("noodle") or name in ("ast", "dis", "json")]',
      'assert names == [], names',
      'assert "NOODLE_EVIDENCE" not in os.environ and "PYTHONPATH" not in os.environ',
      'assert not any("runners" in each for each in sys.path), sys.path',
      'import app.shared, json, ast',
      'assert app.shared.one() == 1',
    ].join('; ');
    await using rig = await create({
      ...pythonFiles('pytest'),
      'tool.py': 'from app import shared\nshared.two()\n',
      'own/sitecustomize.py': 'import sys\nsys.own = True\n',
      'tests/test_a.py': start(`'-c', ${JSON.stringify(seen)}`),
      'tests/test_b.py': start(`'tool.py'`, `, env={'PYTHONPATH': '.'}`),
      'tests/test_e.py': start(`'-m', 'app.shared'`, ', stdout=subprocess.PIPE'),
      'tests/test_f.py': start(`'-I', '-c', 'pass'`),
      'tests/test_g.py': start(`'-c', 'import os; os._exit(0)'`),
      'tests/test_h.py': start(`'-c', 'import sys; assert sys.own'`, `, env={'PYTHONPATH': 'own'}`),
      'tests/test_j.py': `import multiprocessing\n\n\ndef test_it():\n    child = multiprocessing.get_context('spawn').Process(target=print)\n    child.start()\n    child.join()\n`,
      'tests/test_k.py':
        'import multiprocessing\n\n\ndef test_it():\n    assert multiprocessing.active_children() == []\n',
      'tests/test_i.py': start(`'-c', 'import os, sys; os.system(sys.executable + " tool.py")'`),
    });
    const evidence = await record(rig);
    const complete = [...evidence].filter(([, each]) => each.isComplete).map(([name]) => name);
    assert.deepEqual(complete.toSorted(), ['test_a', 'test_b', 'test_d', 'test_e', 'test_h', 'test_k']);
    assert.deepEqual(ran(evidence.get('test_a'), 'app/shared.py'), { one: true, two: false });
    assert.deepEqual(ran(evidence.get('test_b'), 'app/shared.py'), { one: false, two: true });
    const used = [
      ...files(evidence.get('test_b')),
      ...(evidence.get('test_b')?.reads ?? []).map(({ path: each }) => each),
    ];
    assert.ok(used.includes('tool.py'));
    assert.ok(files(evidence.get('test_e')).includes('app/deep.py'));
    assert.ok(files(evidence.get('test_h')).includes('own/sitecustomize.py'));
  });

  it('is recorded once when all runs, and again when something that ran was written', async () => {
    await using rig = await create(
      { 'package.json': manifest('mocha test/*.test.js'), ...sources, ...testFiles('') },
      { packages: { mocha } },
    );
    await rig.run();
    const first = executions(rig);
    assert.equal(first.size, 1);
    await rig.run();
    assert.deepEqual(executions(rig), first);
    await rig.repository.write({ 'src/lazy.js': 'exports.lazy = function lazy() {\n  return 4;\n};\n' });
    await rig.run();
    assert.notDeepEqual(executions(rig), first);
  });

  it('has what mocha is told to require before the tests', async () => {
    const files = {
      'package.json': manifest('mocha --require ./setup.js test/*.test.js'),
      'setup.js': 'global.ready = true;\n',
    };
    await using rig = await create({ ...files, ...sources, ...testFiles('') }, { packages: { mocha } });
    const evidence = await record(rig);
    for (const name of ['a', 'b', 'c']) assert.equal(covered(evidence.get(name), 'setup.js').path, 'setup.js');
  });

  it('is not recorded when the setting says so, nor of a part of a file', async () => {
    const files = { 'package.json': manifest('mocha test/*.test.js'), ...sources, ...testFiles('') };
    await using rig = await create(files, { packages: { mocha }, settings: { 'test.recordEvidence': false } });
    const { results } = await rig.run();
    const [first] = results;
    assert.ok(first);
    await rig.run({ tests: [first.id], coverage: true });
    assert.deepEqual(loadTestEvidence(rig.engine.store), []);
  });
});

function create(files: TestsRigOptions['files'], more: Partial<TestsRigOptions> = {}): Promise<TestsRig> {
  return TestsRig.create({ files, ...more });
}

/** By the test file's name without its endings. */
async function record(rig: TestsRig): Promise<Map<string, TestEvidence>> {
  const run: TestRun = await rig.run({ all: true, coverage: true });
  assert.deepEqual(
    run.lines.filter((line) => !line.startsWith('passed') && !line.includes('z.test.js')),
    [],
  );
  return new Map(
    loadTestEvidence(rig.engine.store).map((each) => [
      /([^/]+?)(?:\.test)?\.[jt]s$|([^/]+)\.py$/.exec(each.test)?.slice(1).join('') ?? '',
      each,
    ]),
  );
}

function executions(rig: TestsRig): Set<string> {
  return new Set(loadTestEvidence(rig.engine.store).map(({ executionId }) => executionId));
}

function files(evidence: TestEvidence | undefined): string[] {
  return (evidence?.covered ?? []).map((file) => file.path as string).toSorted();
}

function covered(evidence: TestEvidence | undefined, file: string): CoveredFile {
  const found = evidence?.covered.find((each) => each.path === file);
  assert.ok(found, file);
  return found;
}

function ran(evidence: TestEvidence | undefined, file: string): Record<string, boolean> {
  const { functions } = covered(evidence, file);
  return Object.fromEntries(functions.map(({ name, executed }) => [name.replace(/^exports\./, ''), executed]));
}

function lines(ranges: CoveredFile['executed']): number[] {
  return ranges.flatMap(([start, end]) => Array.from({ length: end - start + 1 }, (_, index) => start + index));
}

function pythonFiles(framework: 'pytest' | 'unittest'): Record<string, string> {
  const shared = {
    'app/__init__.py': '',
    'app/deep.py': 'def init():\n    return 5\n\n\nVALUE = init()\n',
    'app/shared.py': 'from .deep import VALUE\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return VALUE + 1\n',
    'data/in.json': '{}',
  };
  const body = [
    'assert two() == 6',
    "open('data/in.json').close()",
    "os.listdir('data')",
    'try:',
    "    open('data/absent')",
    'except OSError:',
    '    pass',
  ];
  const indented = (depth: number) => body.map((line) => `${' '.repeat(depth)}${line}\n`).join('');
  if (framework === 'pytest') {
    return {
      ...shared,
      'pytest.ini': '[pytest]\n',
      'conftest.py': '',
      'tests/test_a.py': 'from app import shared\n\n\ndef test_one():\n    assert shared.one() == 1\n',
      'tests/test_b.py': `import os\nfrom app.shared import two\n\n\ndef test_two():\n${indented(4)}`,
      'tests/test_d.py': `import subprocess\n\n\ndef test_cat():\n    subprocess.run(['cat', 'data/in.json'])\n`,
      'tests/test_c.py': `import subprocess\n\n\ndef test_program():\n    subprocess.run(['sh', '-c', 'true'])\n`,
    };
  }
  return {
    ...shared,
    'tests/test_a.py':
      'import unittest\nfrom app import shared\n\n\nclass A(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(shared.one(), 1)\n',
    'tests/test_b.py': `import os\nimport unittest\nfrom app.shared import two\n\n\nclass B(unittest.TestCase):\n    def test_two(self):\n${indented(8)}`,
    'tests/test_d.py': `import subprocess\nimport unittest\n\n\nclass D(unittest.TestCase):\n    def test_cat(self):\n        subprocess.run(['cat', 'data/in.json'])\n`,
    'tests/test_c.py': `import subprocess\nimport unittest\n\n\nclass C(unittest.TestCase):\n    def test_program(self):\n        subprocess.run(['sh', '-c', 'true'])\n`,
  };
}
