import assert from 'node:assert/strict';
import { TestId } from '../../../agent/protocol/ids.ts';
import { installNode, installRunner } from '../../rig/test-runners.ts';
import { TestsRig, type TestsRigOptions } from '../../rig/tests-rig.ts';

const manifest = JSON.stringify({ type: 'module', scripts: { test: 'vitest --coverage' } });

const files = {
  'package.json': manifest,
  'src/a.test.ts': `import { beforeAll, describe, expect, it } from 'vitest';
describe('cart', () => {
  it('adds', () => {});
  it('total', () => { expect({ total: 100 }).toEqual({ total: 90 }); });
  it.skip('later', () => {});
  it.todo('to do');
  it('second try', { retry: 2 }, ({ task }) => { if ((task.result?.retryCount ?? 0) < 1) throw new Error('first'); });
  it.each([1, 2])('of %i', () => {});
  it('same', () => {});
  it('same', () => {});
});
describe('hooks', () => { beforeAll(() => { throw new Error('no database'); }); it('never runs', () => {}); });`,
  'src/b.test.ts': `import { it } from 'vitest'; it('b', () => {});`,
  'src/broken.test.ts': `import './missing.ts';`,
};

for (const version of ['1', '2', '3', '4', '5']) {
  describe(`vitest ${version}`, () => {
    let modules: string;
    let path: string[];

    before(async function () {
      this.timeout(300_000);
      modules = await installRunner('vitest', version);
      path = [await installNode('22')];
    });

    const create = (more: Partial<TestsRigOptions> = {}) => TestsRig.create({ files, modules, path, ...more });

    it('tells every test as it ended, with message, values and place', async () => {
      await using rig = await create();
      const { lines, results, reasons } = await rig.run();
      assert.deepEqual(lines.toSorted(), [
        'errored src/a.test.ts › hooks',
        'errored src/broken.test.ts',
        'failed src/a.test.ts › cart › total',
        'passed src/a.test.ts › cart › adds',
        'passed src/a.test.ts › cart › of 1',
        'passed src/a.test.ts › cart › of 2',
        'passed src/a.test.ts › cart › same',
        'passed src/a.test.ts › cart › same',
        'passed src/a.test.ts › cart › second try',
        'passed src/b.test.ts › b',
        'skipped src/a.test.ts › cart › later',
        'skipped src/a.test.ts › hooks › never runs',
        'todo src/a.test.ts › cart › to do',
      ]);
      const total = results.find((each) => each.status === 'failed');
      assert.match(total?.message ?? '', /to deeply equal/);
      assert.match(total?.expected ?? '', /90/);
      assert.match(total?.actual ?? '', /100/);
      assert.deepEqual([total?.failureAt?.file, total?.failureAt?.line], ['src/a.test.ts', 4]);
      assert.equal(results.find((each) => each.titlePath.at(-1) === 'second try')?.retries, 1);
      assert.deepEqual(reasons, []);
    }).timeout(60_000);

    it('runs chosen files in the order of the plan, and one case alone', async () => {
      const other = {
        'src/b.test.ts.test.ts': `import { it } from 'vitest'; it('not this', () => {});`,
        'src/c.test.ts': files['src/b.test.ts'],
      };
      await using rig = await create({ files: { ...files, ...other } });
      await rig.tests.discover();
      const chosen = ['vitest:src/c.test.ts', 'vitest:src/b.test.ts'].map((each) => TestId.parse(each));
      const { lines } = await rig.run({ tests: chosen });
      assert.deepEqual(lines, ['passed src/b.test.ts › b', 'passed src/c.test.ts › b']);
      const one = await rig.run({ tests: [TestId.parse('vitest:src/a.test.ts > cart > same')] });
      assert.deepEqual(one.lines, ['passed src/a.test.ts › cart › same', 'passed src/a.test.ts › cart › same']);
    }).timeout(60_000);

    it('gives a command that runs one case under a debugger', async () => {
      await using rig = await create();
      await rig.tests.discover();
      assert.match(await rig.runDebugCommand('vitest:src/a.test.ts > cart > total'), /Tests\s+1 failed \| \d+ skipped/);
    }).timeout(60_000);

    if (version === '1') return;

    it('names a file whose worker dies, and loses no other', async () => {
      const killed = {
        'src/k.test.ts': `import { it } from 'vitest'; it('k', async () => { await new Promise((r) => setTimeout(r, 50)); process.kill(process.pid, 'SIGKILL'); });`,
      };
      const pool = { 'vitest.config.js': `export default { test: { pool: 'forks' } };` };
      await using rig = await create({
        files: { 'package.json': manifest, 'src/b.test.ts': files['src/b.test.ts'], ...killed, ...pool },
      });
      const { lines, execution } = await rig.run();
      assert.deepEqual(lines.toSorted(), ['errored src/k.test.ts', 'passed src/b.test.ts › b']);
      assert.equal(execution.state, 'failed');
    }).timeout(60_000);

    it('finds the files of projects, and tells results of both apart', async () => {
      const projects = ['one', 'two']
        .map((name) => `{ test: { name: '${name}', include: ['src/**/*.check.ts'] } }`)
        .join(', ');
      const key = Number(version) < 3 ? 'vitest.workspace.js' : 'vitest.config.js';
      const text =
        Number(version) < 3
          ? `export default [${projects}];`
          : `export default { test: { ${version === '3' ? 'workspace' : 'projects'}: [${projects}] } };`;
      await using rig = await create({
        files: { 'package.json': manifest, 'src/x.check.ts': files['src/b.test.ts'], [key]: text },
      });
      await rig.tests.discover();
      await rig.tests.settled();
      assert.deepEqual(
        (await rig.tests.discover([])).files.map((file) => file.file),
        ['src/x.check.ts'],
      );
      const { results } = await rig.run();
      assert.deepEqual(
        results.map((each) => each.id),
        ['vitest:src/x.check.ts > b', 'vitest:src/x.check.ts > b #2'],
      );
    }).timeout(60_000);

    it('tells of errors that nobody caught, and of a configuration that throws', async () => {
      const unhandled = `import { it } from 'vitest'; it('x', () => { void Promise.reject(new Error('nobody caught me')); });`;
      await using rig = await create({ files: { 'package.json': manifest, 'src/u.test.ts': unhandled } });
      const run = await rig.run();
      assert.deepEqual(run.lines, ['passed src/u.test.ts › x']);
      assert.match(run.reasons[0] ?? '', /nobody caught me/);
      await rig.repository.write({ 'vitest.config.js': 'throw new Error("no such preset");' });
      const broken = await rig.run();
      assert.match(broken.reasons[0] ?? '', /no such preset/);
    }).timeout(60_000);
  });
}
