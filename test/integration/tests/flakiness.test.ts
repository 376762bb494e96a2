import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TestId } from '../../../agent/protocol/ids.ts';
import { listFlakyTests, saveQuarantine } from '../../../agent/store/flakiness.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));

async function mochaRig(files: Record<string, string>, settings = {}): Promise<TestsRig> {
  return TestsRig.create({
    packages: { mocha },
    settings,
    files: {
      'package.json': JSON.stringify({ scripts: { test: 'mocha' } }),
      '.gitignore': 'node_modules\n*.count\n',
      ...files,
    },
  });
}

/** Fails in the runs whose numbers are listed, counted in a file that git ignores. */
const failsInRuns = (...runs: number[]) => `const fs = require('fs');
it('sometimes', () => {
  const before = fs.existsSync('runs.count') ? Number(fs.readFileSync('runs.count', 'utf8')) : 0;
  fs.writeFileSync('runs.count', String(before + 1));
  if (${JSON.stringify(runs)}.includes(before + 1)) throw new Error('connect ECONNREFUSED 127.0.0.1:1');
});`;
const sometimes = TestId.parse('mocha:test/a.js > sometimes');

function flakyTests(rig: TestsRig) {
  return listFlakyTests(rig.engine.store, Date.now());
}

describe('flakiness', () => {
  it('is found by running a new failure again, and told with its cause; the result stays', async () => {
    await using rig = await mochaRig({ 'test/a.js': failsInRuns(2) });
    await rig.run();
    const second = await rig.run();
    assert.deepEqual(second.lines, ['failed test/a.js › sometimes']);
    assert.equal(second.execution.state, 'failed');
    const [flaky, ...others] = flakyTests(rig);
    assert.deepEqual(
      [flaky?.test, flaky?.cause, flaky?.failures, flaky?.trials, others.length],
      [sometimes, 'network', 1, 4, 0],
    );
    const told = rig.engine.said.filter((event) => event.type === 'test.flaky');
    assert.deepEqual(
      told.map((event) => event.flaky.test),
      [sometimes],
    );
  });

  it('does not take a broken test for flaky', async () => {
    await using rig = await mochaRig({ 'test/a.js': `it('sometimes', () => {});` });
    await rig.run();
    await rig.repository.write({ 'test/a.js': `it('sometimes', () => { throw new Error('broken'); });` });
    assert.equal((await rig.run()).execution.state, 'failed');
    assert.deepEqual(flakyTests(rig), []);
  });

  it('is found in the order of files', async () => {
    await using rig = await mochaRig({
      'test/a.js': `it('leaves', () => { if (require('fs').existsSync('leave.count')) globalThis.left = true; });`,
      'test/b.js': `it('stumbles', () => { if (globalThis.left) throw new Error('left'); });`,
    });
    await rig.run();
    await rig.repository.write({ 'leave.count': '' });
    const second = await rig.run();
    assert.deepEqual(second.lines, ['passed test/a.js › leaves', 'failed test/b.js › stumbles']);
    assert.deepEqual(
      flakyTests(rig).map((each) => [each.test, each.cause]),
      [['mocha:test/b.js > stumbles', 'order']],
    );
  });

  it('is found in results that differ with equal files', async () => {
    await using rig = await mochaRig({ 'test/a.js': failsInRuns(1, 2, 3) });
    await rig.run();
    assert.deepEqual(flakyTests(rig), []);
    await rig.run();
    await rig.run();
    await rig.run();
    const [flaky] = flakyTests(rig);
    assert.deepEqual([flaky?.test, flaky?.failures, flaky?.trials], [sometimes, 3, 4]);
  });

  it('does not fail a run in quarantine, but a failure that holds does', async () => {
    await using rig = await mochaRig({ 'test/a.js': failsInRuns(2, 5, 6, 7, 8) });
    const until = Date.now() + 60_000;
    await rig.run();
    await rig.engine.store.transact((tx) => saveQuarantine(tx, sometimes, { since: 1, until, reason: '' }));
    const excused = await rig.run();
    assert.deepEqual(
      [excused.lines, excused.execution.state, excused.execution.counts.failed],
      [['failed test/a.js › sometimes'], 'succeeded', 1],
    );
    // The re-runs of the second run were numbers 3 to 5; all of this one fail.
    const broken = await rig.run();
    assert.equal(broken.execution.state, 'failed');
    assert.equal(flakyTests(rig)[0]?.quarantine?.until, until);
  });

  it('is not looked for where that is switched off', async () => {
    await using rig = await mochaRig({ 'test/a.js': failsInRuns(2) }, { 'test.failureAnalysis': false });
    await rig.run();
    await rig.run();
    assert.equal(
      rig.engine.said.some((event) => event.type === 'test.flaky'),
      false,
    );
  });
});
