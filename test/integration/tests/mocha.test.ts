import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TestId } from '../../../agent/protocol/ids.ts';
import { knownCases, testResultsOf } from '../../../agent/store/tests.ts';
import { ManualClock } from '../../rig/manual-clock.ts';
import { TestsRig, type TestsRigOptions } from '../../rig/tests-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));
const manifest = (test: string, more: object = {}) => JSON.stringify({ scripts: { test }, ...more });
const id = (text: string) => TestId.parse(text);

function create(files: Record<string, string>, more: Partial<TestsRigOptions> = {}): Promise<TestsRig> {
  return TestsRig.create({ files: { 'package.json': manifest('mocha'), ...files }, packages: { mocha }, ...more });
}

describe('mocha', () => {
  it('runs where a hook compiles what is required and knows no new syntax', async () => {
    await using rig = await create({
      'package.json': manifest('mocha --require ./hook.js'),
      'hook.js': `const Module = require('module');
const load = Module._extensions['.js'];
Module._extensions['.js'] = (module, file) => {
  const source = require('fs').readFileSync(file, 'utf8');
  if (!file.includes('/node_modules/') && /[{,] ?\\.\\.\\./.test(source)) throw new SyntaxError('Unexpected token');
  return load(module, file);
};`,
      'test/a.js': `it('passes', () => {});`,
    });
    const { lines, reasons } = await rig.run();
    assert.deepEqual([lines, reasons], [['passed test/a.js › passes'], []]);
  });

  it('tells every test as it ended, with message, values and place', async () => {
    await using rig = await create({
      'test/a.js': `const assert = require('assert');
describe('cart', () => {
  it('adds', () => {});
  it('total', () => assert.deepEqual({ total: 100 }, { total: 90 }));
  it.skip('later', () => {});
  it('unwritten');
  it('calls back twice', (done) => { done(); setImmediate(done); });
});
describe('hooks', () => {
  beforeEach(() => { throw new Error('no database'); });
  it('never runs', () => {});
});`,
    });
    const { execution, lines, results } = await rig.run();
    assert.deepEqual(lines, [
      'passed test/a.js › cart › adds',
      'failed test/a.js › cart › total',
      'skipped test/a.js › cart › later',
      'skipped test/a.js › cart › unwritten',
      'passed test/a.js › cart › calls back twice',
      'failed test/a.js › cart › calls back twice',
      'failed test/a.js › hooks › "before each" hook for "never runs"',
    ]);
    assert.deepEqual(execution.counts, { total: 6, passed: 1, failed: 3, skipped: 2 });
    assert.equal(execution.state, 'failed');
    const total = results[1];
    assert.deepEqual([total?.expected, total?.actual], ['{ total: 90 }', '{ total: 100 }']);
    assert.deepEqual(total?.failureAt?.line, 4);
    assert.equal(total?.failureAt?.file, 'test/a.js');
  });

  it('keeps names as they are, and numbers equal ones', async () => {
    const names = [
      '"double" \'single\' `back`',
      'two\nlines',
      '\u202Eright to left',
      'a > b',
      '💥 $& \\',
      'same',
      'same',
    ];
    const cases = names.map((name) => `it(${JSON.stringify(name)}, () => {});`).join('\n');
    await using rig = await create({ 'test/names.js': `describe('n', () => {\n${cases}\n});` });
    const { results, execution } = await rig.run();
    assert.deepEqual(
      results.map((each) => each.titlePath.at(-1)),
      names,
    );
    assert.equal(results.at(-1)?.id, 'mocha:test/names.js > n > same #2');
    assert.deepEqual(
      testResultsOf(rig.engine.store, execution.id).map((each) => each.id),
      results.map((each) => each.id),
    );
  });

  it('runs with the arguments of the script and the configuration', async () => {
    await using rig = await create({
      'package.json': manifest('ANSWER=42 mocha --require ./support/env.js checks'),
      '.mocharc.json': '{ "ui": "tdd", "file": ["./support/first.js"] }',
      'support/env.js': 'globalThis.fromRequire = 1;',
      'support/first.js': 'globalThis.fromFile = 2;',
      'checks/a.js': `suite('s', () => { test(String([fromRequire, fromFile, process.env.ANSWER]), () => {}); });`,
      'test/b.js': 'throw new Error("not asked for");',
    });
    assert.deepEqual((await rig.run()).lines, ['passed checks/a.js › s › 1,2,42']);
  });

  it('runs chosen files in the order of the plan and nothing else, whatever the configuration names', async () => {
    const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`test/${name}.js`, `it('${name}', () => {});`]));
    await using rig = await create({ ...files, '.mocharc.json': '{ "spec": "test/*.js", "sort": true }' });
    await rig.repository.write({ 'test/c.js': `it('c', () => { throw new Error('c'); });` });
    await rig.run();
    // c failed last time, so it comes first.
    const { lines } = await rig.run({ tests: [id('mocha:test/a.js'), id('mocha:test/c.js')] });
    assert.deepEqual(lines, ['failed test/c.js › c', 'passed test/a.js › a']);
  });

  it('runs one case alone', async () => {
    await using rig = await create({
      'test/a.js': `describe('s', () => { it('x (1)', () => {}); it('x (1) too', () => {}); it('y', () => {}); });`,
    });
    await rig.tests.discover();
    assert.deepEqual((await rig.run({ tests: [id('mocha:test/a.js > s > x (1)')] })).lines, [
      'passed test/a.js › s › x (1)',
    ]);
  });

  it('knows tests of parallel workers', async () => {
    await using rig = await create({
      'package.json': manifest('mocha --parallel --jobs 2'),
      'test/a.js': `describe('a', () => { it('x', () => {}); });`,
      'test/b.js': `it('y', () => { throw new Error('no'); });`,
    });
    assert.deepEqual((await rig.run()).lines.toSorted(), ['failed test/b.js › y', 'passed test/a.js › a › x']);
  });

  it('finds the files that only mocha itself can know, and tells of new ones', async () => {
    await using rig = await create({
      '.mocharc.cjs': `module.exports = { spec: ['one', 'two'].map((name) => 'checks/' + name + '.js') };`,
      'checks/one.js': `it('1', () => {});`,
      'checks/three.js': `it('3', () => {});`,
    });
    await rig.tests.discover();
    await rig.tests.settled();
    const first = await rig.tests.discover([]);
    assert.deepEqual(
      first.files.map((file) => file.file),
      ['checks/one.js'],
    );
    await rig.repository.write({ 'checks/two.js': `it('2', () => {});` });
    await rig.tests.discover();
    await rig.tests.settled();
    const second = await rig.tests.discover([]);
    assert.deepEqual(
      second.files.map((file) => file.file),
      ['checks/one.js', 'checks/two.js'],
    );
  });

  it('executes nothing to find files before the workspace is trusted', async () => {
    await using rig = await create({
      '.mocharc.cjs': `require('fs').writeFileSync('ran', ''); module.exports = {};`,
      'test/a.js': `it('a', () => {});`,
    });
    rig.isTrusted = false;
    await rig.tests.discover();
    await rig.tests.settled();
    assert.ok(!(await rig.files()).some((file) => file === 'ran'));
  });

  it('knows the cases of a file before and after its first run', async () => {
    await using rig = await create({ 'test/a.js': `describe('s', () => {\n  it('x', () => {});\n});` });
    await rig.tests.discover();
    const before = await rig.tests.casesIn(id('mocha:test/a.js'));
    assert.deepEqual(
      before.map((each) => [each.id, each.line, each.lastStatus]),
      [['mocha:test/a.js > s > x', 2, null]],
    );
    await rig.run();
    const after = await rig.tests.casesIn(id('mocha:test/a.js'));
    assert.deepEqual(
      after.map((each) => [each.id, each.line, each.lastStatus]),
      [['mocha:test/a.js > s > x', 2, 'passed']],
    );
    await rig.repository.write({ 'test/a.js': `it('z', () => {});` });
    await rig.run();
    assert.deepEqual(
      [...knownCases(rig.engine.store).values()].flat().map((each) => each.titlePath),
      [['z']],
    );
  });

  it('gives a command that runs one case under a debugger', async () => {
    await using rig = await create({
      'package.json': manifest('mocha --ui tdd'),
      'test/a.js': `test('x', () => {}); test('y', () => {});`,
      'test/b.js': `test('x', () => {});`,
    });
    await rig.tests.discover();
    assert.match(await rig.runDebugCommand('mocha:test/a.js > x'), /1 passing/);
    const unknown = await rig.tests.debugCommand(id('mocha:test/none.js > x'));
    assert.equal(unknown.ok, false);
  });

  it('leaves out what noodle.yaml excludes', async () => {
    await using rig = await create(
      { 'test/a.js': `it('a', () => {});`, 'test/b.js': `it('b', () => {});` },
      { exclude: ['test/b.js'] },
    );
    assert.deepEqual((await rig.run()).lines, ['passed test/a.js › a']);
  });
});

describe('mocha: faults', () => {
  it('names a file that does not load, and runs the others', async () => {
    await using rig = await create({
      'test/a.js': 'it("a", () => {});',
      'test/b.js': 'this is no program',
      'test/c.js': 'throw new Error("no table");',
      'test/d.js': 'it("d", () => {});',
    });
    const { lines, results } = await rig.run();
    assert.deepEqual(lines, ['errored test/b.js', 'errored test/c.js', 'passed test/a.js › a', 'passed test/d.js › d']);
    assert.match(results[0]?.message ?? '', /SyntaxError/);
    assert.match(results[1]?.message ?? '', /no table/);
    assert.equal(results[0]?.name, 'test/b.js');
  });

  it('names a file that ends its process, and runs what had not begun', async () => {
    await using rig = await create({
      'test/a.js': `describe('a', () => it('1', () => {}));`,
      'test/b.js': `describe('b', () => { it('1', () => {}); it('2', () => process.exit(0)); it('3', () => {}); });`,
      'test/c.js': `describe('c', () => it('1', () => {}));`,
    });
    const { lines, execution } = await rig.run();
    assert.deepEqual(lines, [
      'passed test/a.js › a › 1',
      'passed test/b.js › b › 1',
      'errored test/b.js',
      'passed test/c.js › c › 1',
    ]);
    assert.equal(execution.state, 'failed');
  });

  it('names a file that kills its process', async () => {
    await using rig = await create({ 'test/b.js': `it('x', () => process.kill(process.pid, 'SIGKILL'));` });
    const { lines, results } = await rig.run();
    assert.deepEqual(lines, ['errored test/b.js']);
    assert.match(results[0]?.message ?? '', /SIGKILL/);
  });

  it('stops a file that never ends, and runs the others again', async () => {
    const clock = new ManualClock();
    await using rig = await create(
      {
        'test/a.js': `describe('a', () => it('1', () => {}));`,
        'test/b.js': `describe('b', () => { it('1', () => {}); it('2', () => new Promise(() => setInterval(() => {}, 1000))).timeout(0); });`,
        'test/c.js': `describe('c', () => it('1', () => {}));`,
      },
      { clock },
    );
    rig.engine.events.on('test.finished', ({ result }) => {
      if (result.file === 'test/b.js') clock.advance(300_000);
    });
    const { lines, results } = await rig.run();
    assert.deepEqual(lines, [
      'passed test/a.js › a › 1',
      'passed test/b.js › b › 1',
      'timed_out test/b.js',
      'passed test/c.js › c › 1',
    ]);
    assert.match(results[2]?.message ?? '', /No test ended for 300 s/);
  });

  it('passes over what a test writes on the report channel', async () => {
    const garbage = `const fs = require('fs'); const put = (text) => fs.writeSync(3, text);`;
    await using rig = await create({
      'test/a.js': `${garbage} it('a', () => put('garbage without an end')); it('b', () => put('\\n{"event":"result"}\\n{"event":"nothing"}\\n[]\\n\\0\\n{"event":'));`,
    });
    assert.deepEqual((await rig.run()).lines, ['passed test/a.js › a', 'passed test/a.js › b']);
  });

  it('loses nothing while a test replaces the file system and its own output', async () => {
    await using rig = await create({
      'test/a.js': `const fs = require('fs'); const { write } = process.stdout; const { writeSync, writeBuffer } = fs;
const binding = process.binding('fs'); const original = binding.writeBuffer;
describe('s', () => {
  before(() => { binding.writeBuffer = () => { throw Object.assign(new Error('EBADF'), { code: 'EBADF' }); }; fs.writeSync = () => 0; process.stdout.write = () => true; });
  after(() => { binding.writeBuffer = original; fs.writeSync = writeSync; process.stdout.write = write; });
  it('a', () => {});
  it('b', () => { throw new Error('no'); });
});
describe('t', () => it('c', () => {}));`,
    });
    assert.deepEqual((await rig.run()).lines, [
      'passed test/a.js › s › a',
      'failed test/a.js › s › b',
      'passed test/a.js › t › c',
    ]);
  });

  it('lives with 100 MB of output', async () => {
    await using rig = await create({
      'test/a.js': `it('a', function () { this.timeout(0); const text = 'x'.repeat(1023) + '\\n'; for (let i = 0; i < 102400; i++) process.stdout.write(text); }); it('b', () => {});`,
    });
    assert.deepEqual((await rig.run()).lines, ['passed test/a.js › a', 'passed test/a.js › b']);
  }).timeout(120_000);

  it('tells why a configuration cannot be read', async () => {
    await using rig = await create({
      '.mocharc.cjs': 'throw new Error("no such preset");',
      'test/a.js': 'it("a", () => {});',
    });
    const { lines, reasons, execution } = await rig.run();
    assert.deepEqual(lines, []);
    assert.match(reasons[0] ?? '', /no such preset/);
    assert.equal(execution.state, 'failed');
  });

  it('says how to get mocha where it is missing', async () => {
    await using rig = await create({ 'test/a.js': '', 'pnpm-lock.yaml': '' }, { packages: {} });
    const sentence = 'mocha is used in package.json but not installed: run `pnpm install`';
    assert.deepEqual((await rig.tests.discover()).problems, [sentence]);
    assert.deepEqual((await rig.run()).reasons, [sentence]);
  });

  it('leaves no process behind when it is cancelled', async () => {
    await using rig = await create({
      'test/a.js': `it('x', () => new Promise(() => setInterval(() => {}, 1000))).timeout(0); before(() => {});`,
    });
    const begun = rig.engine.next('test.started');
    const run = rig.start({ all: true });
    await begun;
    run.cancel();
    const { execution } = await run.finished;
    assert.equal(execution.state, 'cancelled');
  });
});
