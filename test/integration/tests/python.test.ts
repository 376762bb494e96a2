import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { execa } from 'execa';
import { ManualClock } from '../../rig/manual-clock.ts';
import { needDebianTool } from '../../rig/debian-tools.ts';
import { TestsRig, type TestsRigOptions } from '../../rig/tests-rig.ts';

function create(files: Record<string, string>, more: Partial<TestsRigOptions> = {}): Promise<TestsRig> {
  return TestsRig.create({ files, ...more });
}

describe('the Python runners', function () {
  this.timeout(120_000);

  before(async function () {
    const installed = await execa('python3', ['-c', 'import pytest'], { reject: false });
    if (installed.exitCode !== 0)
      needDebianTool(this, { needs: ['/usr/lib/python3/dist-packages/pytest'], packages: ['python3-pytest'] });
  });

  it('tell what a test printed', async () => {
    await using rig = await create({
      'test_a.py':
        'import sys\ndef test_prints():\n    print("out")\n    print("err", file=sys.stderr)\ndef test_quiet(): pass\n',
    });
    const { results } = await rig.run();
    assert.deepEqual(
      results.map(({ titlePath, output }) => [titlePath[0], output]),
      [
        ['test_prints', 'out\nerr'],
        ['test_quiet', undefined],
      ],
    );
  });

  for (const [framework, source] of [
    ['pytest', 'import os\ndef test_first(): pass\ndef test_ends(): os._exit(0)\ndef test_never(): pass\n'],
    [
      'unittest',
      'import os, unittest\nclass Ends(unittest.TestCase):\n    def test_a(self): pass\n    def test_b(self): os._exit(0)\n',
    ],
  ] as const) {
    it(`name a file of ${framework} that ends its process with 0, and run the others`, async () => {
      await using rig = await create({ 'test_a.py': source, 'test_b.py': source.replace('os._exit(0)', 'pass') });
      const { results, execution } = await rig.run();
      assert.equal(execution.state, 'failed');
      const broken = results.filter((each) => each.status === 'errored');
      assert.deepEqual(
        broken.map(({ file, titlePath }) => [file, titlePath]),
        [['test_a.py', []]],
      );
      assert.match(broken[0]?.message ?? '', new RegExp(`^${framework} exited with 0 before its tests had ended`));
      const others = results.filter((each) => each.file === 'test_b.py').map((each) => each.status);
      assert.deepEqual([...new Set(others)], ['passed']);
      assert.ok(others.length >= 2);
    });
  }

  for (const ending of ['raise SystemExit(3)', 'raise KeyboardInterrupt', 'import os; os._exit(0)']) {
    it(`name a file of pytest that ends everything while it is loaded, and run the others: ${ending}`, async () => {
      await using rig = await create({
        'test_a.py': 'def test_a(): pass\n',
        'test_b.py': `${ending}\n`,
        'test_c.py': 'class TestC:\n    def test_c(self): pass\n',
      });
      const { lines, reasons } = await rig.run();
      assert.deepEqual(lines, ['errored test_b.py', 'passed test_a.py › test_a', 'passed test_c.py › TestC › test_c']);
      assert.deepEqual(reasons, []);
    });
  }

  it('take a configuration that ends the process after the last test for what it is', async () => {
    await using rig = await create({
      'conftest.py': 'import os\ndef pytest_sessionfinish(session, exitstatus): os._exit(exitstatus)\n',
      'test_a.py': 'def test_passes(): pass\n',
    });
    const { lines, execution } = await rig.run();
    assert.deepEqual([execution.state, lines], ['succeeded', ['passed test_a.py › test_passes']]);
  });

  for (const [framework, source] of [
    ['pytest', 'import time\ndef test_hangs():\n    open("begun", "w").close() or time.sleep(1000)\n'],
    [
      'unittest',
      'import time, unittest\nclass Hangs(unittest.TestCase):\n    def test_hangs(self): open("begun", "w").close() or time.sleep(1000)\n',
    ],
  ] as const) {
    it(`end a test of ${framework} that hangs, and say where`, async () => {
      const clock = new ManualClock();
      await using rig = await create(
        { 'test_a.py': source, 'test_b.py': source.replace('begun', 'also').replace('1000', '0') },
        { clock },
      );
      const watcher = watch(rig.repository.root, (_event, name) => {
        if (name === 'begun') clock.advance(300_000);
      });
      const { results } = await rig.run();
      watcher.close();
      const hung = results.find((each) => each.status === 'timed_out');
      assert.deepEqual(hung?.failureAt, { file: 'test_a.py', line: 3 });
      assert.match(hung?.stack ?? '', /test_hangs/);
      assert.equal(results.filter((each) => each.file === 'test_b.py' && each.status === 'passed').length, 1);
    });
  }
});
