import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TestId } from '../../../agent/protocol/ids.ts';
import { installRunner } from '../../rig/test-runners.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));
const tests = [TestId.parse('mocha:test/a.js')];
const vitestTests = [TestId.parse('vitest:test/a.test.js')];
const calm = `it('passes', () => {});`;

function mochaRig(test = calm): Promise<TestsRig> {
  const files = { 'package.json': JSON.stringify({ scripts: { test: 'mocha' } }), 'test/a.js': test };
  return TestsRig.create({ isWorkedIn: true, packages: { mocha }, files });
}

async function vitestRig(test: string): Promise<TestsRig> {
  const files = {
    'package.json': JSON.stringify({ type: 'module', scripts: { test: 'vitest run' } }),
    'test/a.test.js': `import { it } from 'vitest';\n${test}`,
  };
  return TestsRig.create({ isWorkedIn: true, modules: await installRunner('vitest', '4'), files });
}

/** Processes that work in the repository. */
function processesIn(root: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(root);
    } catch {
      return false;
    }
  });
}

/** Runs once cold, then `source` in what stands by; then what is calm again. */
async function throughFault(
  rig: TestsRig,
  { file, ids, source, calmSource }: { file: string; ids: TestId[]; source: string; calmSource: string },
) {
  await rig.run({ tests: ids });
  await rig.tests.warmed();
  await rig.repository.write({ [file]: source });
  const cold = await rig.run({ tests: ids, cold: true });
  const warm = await rig.run({ tests: ids });
  assert.deepEqual(warm.lines, cold.lines);
  assert.deepEqual(warm.execution.state, cold.execution.state);
  await rig.tests.warmed();
  await rig.repository.write({ [file]: calmSource });
  const after = await rig.run({ tests: ids });
  assert.deepEqual(after.execution.counts.passed, 1);
  assert.equal(rig.tests.warmCost().served, 2);
  return { warm, after };
}

describe('a warm runner', () => {
  const faults: Readonly<Record<string, string>> = {
    'is killed by its test': `it('kills', () => process.kill(process.pid, 'SIGKILL'));`,
    'is left by process.exit': `it('exits', () => process.exit(3));`,
    'keeps a handle open': `it('leaks', () => { setInterval(() => {}, 1000).unref(); require('net').createServer().listen(0).unref(); });`,
    'prints 100 MB': `it('prints', () => { const line = 'x'.repeat(1023) + '\\n'; for (let i = 0; i < 102400; i++) process.stdout.write(line); });`,
  };
  for (const [name, source] of Object.entries(faults)) {
    it(`${name}, as a cold one would`, async () => {
      await using rig = await mochaRig();
      await throughFault(rig, { file: 'test/a.js', ids: tests, source, calmSource: calm });
    }).timeout(120_000);
  }

  it('whose worker is killed goes on, in vitest', async () => {
    const calmSource = `import { it } from 'vitest';\n${calm}`;
    await using rig = await vitestRig(calm);
    const source = `import { it } from 'vitest';\nit('kills', () => process.kill(process.pid, 'SIGKILL'));`;
    await rig.run({ tests: vitestTests });
    await rig.tests.warmed();
    await rig.repository.write({ 'test/a.test.js': source });
    const broken = await rig.run({ tests: vitestTests });
    assert.deepEqual(
      broken.results.map((each) => [each.file, each.status]),
      [['test/a.test.js', 'errored']],
    );
    await rig.tests.warmed();
    await rig.repository.write({ 'test/a.test.js': calmSource });
    assert.deepEqual((await rig.run({ tests: vitestTests })).lines, ['passed test/a.test.js › passes']);
  }).timeout(120_000);

  it('is thrown away when the runner is upgraded', async () => {
    await using rig = await TestsRig.create({
      isWorkedIn: true,
      modules: await installRunner('mocha', '10'),
      files: {
        'package.json': JSON.stringify({ scripts: { test: 'mocha' } }),
        'test/a.js': `it(require('mocha/package.json').version.split('.')[0], () => {});`,
      },
    });
    await rig.run({ tests });
    await rig.tests.warmed();
    await rm(rig.repository.path('node_modules'));
    await symlink(await installRunner('mocha', '11'), rig.repository.path('node_modules'), 'dir');
    assert.deepEqual((await rig.run({ tests })).lines, ['passed test/a.js › 11']);
    assert.equal(rig.tests.warmCost().served, 0);
  }).timeout(120_000);

  it('is thrown away when the configuration changes', async () => {
    await using rig = await mochaRig(`it('sees ' + typeof globalThis.setUp, () => {});`);
    await rig.run({ tests });
    await rig.tests.warmed();
    await rig.repository.write({
      '.mocharc.json': '{"require":["./setup.js"]}',
      'setup.js': 'globalThis.setUp = true;',
    });
    assert.deepEqual((await rig.run({ tests })).lines, ['passed test/a.js › sees boolean']);
    assert.equal(rig.tests.warmCost().served, 0);
  }).timeout(120_000);

  it('leaves no process behind: cancelled at any moment, and when the agent goes', async () => {
    const slow = `it('waits', (done) => { require('child_process').spawn('sleep', ['60'], { detached: true }); setTimeout(done, 50000); }).timeout(60000);`;
    const rig = await mochaRig(slow);
    const { root } = rig.repository;
    await using _ = rig;
    for (const moment of ['test.started', 'step.changed', 'execution.changed'] as const) {
      const run = rig.start({ tests });
      await new Promise<void>((resolve) => {
        const stop = rig.engine.events.on(moment, () => {
          stop();
          resolve();
        });
      });
      run.cancel();
      assert.equal((await run.finished).execution.state, 'cancelled');
      await rig.tests.warmed();
      const { count } = rig.tests.warmCost();
      assert.ok(
        processesIn(root).length <= count,
        `${moment}: ${processesIn(root).length} processes, ${count} stand by`,
      );
    }
    await rig.tests.dispose();
    assert.deepEqual(processesIn(root), []);
  }).timeout(120_000);

  it('is not kept where nobody works', async () => {
    const files = { 'package.json': JSON.stringify({ scripts: { test: 'mocha' } }), 'test/a.js': calm };
    await using rig = await TestsRig.create({ packages: { mocha }, files });
    await rig.run({ tests });
    await rig.tests.warmed();
    assert.deepEqual([rig.tests.warmCost().count, processesIn(rig.repository.root).length], [0, 0]);
  });
});
