import assert from 'node:assert/strict';
import { TestId } from '../../../agent/protocol/ids.ts';
import { ManualClock } from '../../rig/manual-clock.ts';
import { installNode } from '../../rig/test-runners.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const manifest = (test: string) => JSON.stringify({ scripts: { test } });

const files = {
  'package.json': manifest('node --test test/*.test.js'),
  'helper.js': `const { test } = require('node:test'); exports.declare = (name) => test(name, () => {});`,
  'test/a.test.js': `const { describe, it, test, before } = require('node:test');
const assert = require('assert');
const { declare } = require('../helper.js');
describe('suite', () => {
  it('passes', () => {});
  it('fails', () => assert.strictEqual(100, 90));
  it.skip('is skipped', () => {});
  it.todo('is to do');
  describe('inner', () => { it('same', () => {}); it('same', () => {}); });
});
test('parent', async (t) => { await t.test('child', () => {}); });
declare('of the helper');
describe('broken', () => { before(() => { throw new Error('no database'); }); it('never runs', () => {}); });`,
  // Nothing in it says which file it is: its tests are declared elsewhere.
  'test/b.test.js': `require('../helper.js').declare('of the helper');`,
  'test/plain.test.js': `console.log('no tests');`,
  'test/syntax.test.js': 'this is no program',
};

describe('node:test', () => {
  for (const version of ['18', '20', '22', '24']) {
    it(`tells every test as it ended, on Node ${version}`, async () => {
      await using rig = await TestsRig.create({ files, path: [await installNode(version)] });
      const { lines, results } = await rig.run();
      assert.deepEqual(lines.toSorted(), [
        'errored test/a.test.js › broken',
        'errored test/syntax.test.js',
        'failed test/a.test.js › broken › never runs',
        'failed test/a.test.js › suite › fails',
        'passed test/a.test.js › of the helper',
        'passed test/a.test.js › parent',
        'passed test/a.test.js › parent › child',
        'passed test/a.test.js › suite › inner › same',
        'passed test/a.test.js › suite › inner › same',
        'passed test/a.test.js › suite › passes',
        'passed test/b.test.js › of the helper',
        'passed test/plain.test.js',
        'skipped test/a.test.js › suite › is skipped',
        'todo test/a.test.js › suite › is to do',
      ]);
      const failed = results.find((each) => each.titlePath.at(-1) === 'fails');
      assert.deepEqual([failed?.expected, failed?.actual, failed?.failureAt?.line], ['90', '100', 6]);
      const broken = results.find((each) => each.file === 'test/syntax.test.js');
      assert.match(broken?.message ?? '', /SyntaxError/);
    }).timeout(300_000);

    it(`runs one case alone, on Node ${version}`, async () => {
      await using rig = await TestsRig.create({ files, path: [await installNode(version)] });
      await rig.tests.discover();
      const { lines } = await rig.run({ tests: [TestId.parse('node:test:test/a.test.js > suite > fails')] });
      assert.deepEqual(lines, ['failed test/a.test.js › suite › fails']);
    }).timeout(300_000);
  }

  it('runs chosen files in the order of the plan', async () => {
    await using rig = await TestsRig.create({ files });
    await rig.run();
    const tests = ['plain', 'b', 'syntax'].map((name) => TestId.parse(`node:test:test/${name}.test.js`));
    const { lines } = await rig.run({ tests });
    assert.deepEqual(lines.toSorted(), [
      'errored test/syntax.test.js',
      'passed test/b.test.js › of the helper',
      'passed test/plain.test.js',
    ]);
    assert.equal(lines[0], 'errored test/syntax.test.js');
  });

  it('gives a command that runs one case under a debugger', async () => {
    await using rig = await TestsRig.create({ files });
    await rig.tests.discover();
    assert.match(await rig.runDebugCommand('node:test:test/a.test.js > suite > passes'), /pass 1\n.*fail 0/);
  });

  it('runs a file by itself where the script does', async () => {
    await using rig = await TestsRig.create({
      files: {
        'package.json': manifest('node test/index.js'),
        'test/index.js': `const { test } = require('node:test'); require('./more.js'); test('x', () => {});`,
        'test/more.js': `const { test } = require('node:test'); test('y', () => { throw new Error('no'); });`,
      },
    });
    assert.deepEqual((await rig.run()).lines, ['failed test/index.js › y', 'passed test/index.js › x']);
  });

  it('ends a test that hangs, however the runner takes it', async () => {
    const clock = new ManualClock();
    await using rig = await TestsRig.create({
      clock,
      files: {
        'package.json': manifest('node --require ./stay.js --test'),
        // The runner outlives the file's process, and tells that it broke.
        'stay.js': `if (process.env.NODE_TEST_CONTEXT === undefined) {
  process.on('SIGTERM', () => {});
  const { on } = process;
  process.on = (name, listener) => (name === 'SIGTERM' ? process : on.call(process, name, listener));
}`,
        'test/a.test.js': `const { test } = require('node:test'); test('begins', () => {}); test('hangs', () => new Promise(() => setInterval(() => {}, 1000)));`,
      },
    });
    rig.engine.events.on('test.finished', ({ result }) => {
      if (result.titlePath.length > 0) clock.advance(300_000);
    });
    assert.deepEqual((await rig.run()).lines, ['passed test/a.test.js › begins', 'timed_out test/a.test.js']);
  });

  it('lets the shell expand what only it can', async () => {
    await using rig = await TestsRig.create({
      files: {
        'package.json': manifest(`node --test $(find checks -name '*.check.js')`),
        'checks/deep/a.check.js': `require('node:test').test('x', () => {});`,
        'checks/b.js': `throw new Error('not asked for');`,
      },
    });
    await rig.tests.discover();
    await rig.tests.settled();
    assert.deepEqual(
      (await rig.tests.discover([])).files.map((file) => file.file),
      ['checks/deep/a.check.js'],
    );
    assert.deepEqual((await rig.run()).lines, ['passed checks/deep/a.check.js › x']);
  });
});
