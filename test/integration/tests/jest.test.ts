import assert from 'node:assert/strict';
import { TestId } from '../../../agent/protocol/ids.ts';
import { installRunner } from '../../rig/test-runners.ts';
import { TestsRig, type TestsRigOptions } from '../../rig/tests-rig.ts';

const manifest = (more: object = {}, test = 'jest --coverage') => JSON.stringify({ scripts: { test }, ...more });

const files = {
  'package.json': manifest({ jest: { testEnvironment: 'node', coverageThreshold: { global: { lines: 100 } } } }),
  'src/a.test.js': `describe('cart', () => {
  it('adds', () => {});
  it('total', () => { expect({ total: 100 }).toEqual({ total: 90 }); });
  it.skip('later', () => {});
  it.todo('to do');
  it.each([1, 2])('of %i', () => {});
  it('same', () => {});
  it('same', () => {});
});
describe(5, () => { it('in a number', () => {}); });
describe('hooks', () => { beforeAll(() => { throw new Error('no database'); }); it('fails with its hook', () => {}); });`,
  'src/again.test.js': `jest.retryTimes(2); let count = 0; it('second try', () => { if (count++ < 1) throw new Error('first'); });`,
  'src/broken.test.js': `require('./missing.js');`,
  'src/empty.test.js': '',
};

for (const version of ['27', '29', '30']) {
  describe(`jest ${version}`, () => {
    let modules: string;

    before(async function () {
      this.timeout(300_000);
      modules = await installRunner('jest', version);
    });

    const create = (more: Partial<TestsRigOptions> = {}) => TestsRig.create({ files, modules, ...more });

    it('tells every test as it ended, with message, values and place', async () => {
      await using rig = await create();
      const { lines, results, reasons } = await rig.run();
      assert.deepEqual(lines.toSorted(), [
        'errored src/broken.test.js',
        'errored src/empty.test.js',
        'failed src/a.test.js › cart › total',
        'failed src/a.test.js › hooks › fails with its hook',
        'passed src/a.test.js › 5 › in a number',
        'passed src/a.test.js › cart › adds',
        'passed src/a.test.js › cart › of 1',
        'passed src/a.test.js › cart › of 2',
        'passed src/a.test.js › cart › same',
        'passed src/a.test.js › cart › same',
        'passed src/again.test.js › second try',
        'skipped src/a.test.js › cart › later',
        'todo src/a.test.js › cart › to do',
      ]);
      const total = results.find((each) => each.titlePath.at(-1) === 'total');
      assert.deepEqual([total?.expected, total?.actual], ['{ total: 90 }', '{ total: 100 }']);
      assert.deepEqual([total?.failureAt?.file, total?.failureAt?.line], ['src/a.test.js', 3]);
      assert.match(results.find((each) => each.file === 'src/broken.test.js')?.message ?? '', /Cannot find module/);
      assert.equal(results.find((each) => each.titlePath.at(-1) === 'second try')?.retries, 1);
      assert.deepEqual(reasons, []);
    }).timeout(60_000);

    it('runs chosen files in the order of the plan, and one case alone', async () => {
      const more = { 'src/b.test.js': `it('b', () => {});`, 'src/c.test.js': `it('c', () => {});` };
      await using rig = await create({ files: { ...files, ...more } });
      await rig.tests.discover();
      const chosen = ['jest:src/c.test.js', 'jest:src/b.test.js'].map((each) => TestId.parse(each));
      assert.deepEqual((await rig.run({ tests: chosen })).lines, [
        'passed src/b.test.js › b',
        'passed src/c.test.js › c',
      ]);
      const one = await rig.run({ tests: [TestId.parse('jest:src/a.test.js > cart > of 2')] });
      assert.deepEqual(one.lines, ['passed src/a.test.js › cart › of 2']);
    }).timeout(60_000);

    it('gives a command that runs one case under a debugger', async () => {
      await using rig = await create();
      await rig.tests.discover();
      assert.match(await rig.runDebugCommand('jest:src/a.test.js > cart > total'), /Tests:\s+1 failed, \d+ skipped/);
    }).timeout(60_000);

    it('keeps the flags and variables of the script, and its projects', async () => {
      const projects = ['one', 'two'].map((displayName) => ({
        displayName,
        testEnvironment: 'node',
        testMatch: ['**/*.check.js'],
      }));
      await using rig = await create({
        files: {
          'package.json': manifest(
            { jest: { projects } },
            'NODE_OPTIONS=--no-warnings ANSWER=42 node --experimental-vm-modules node_modules/jest/bin/jest.js',
          ),
          'src/x.check.js': `it(process.env.ANSWER, () => {});`,
        },
      });
      await rig.tests.discover();
      await rig.tests.settled();
      assert.deepEqual(
        (await rig.tests.discover([])).files.map((file) => file.file),
        ['src/x.check.js'],
      );
      const { results } = await rig.run();
      assert.deepEqual(
        results.map((each) => each.id),
        ['jest:src/x.check.js > 42', 'jest:src/x.check.js > 42 #2'],
      );
    }).timeout(60_000);

    it('names a file that ends its process', async () => {
      await using rig = await create({
        files: {
          'package.json': manifest({}, 'jest --runInBand'),
          'src/x.test.js': `it('x', () => { process.exit(0); });`,
        },
      });
      const { lines, execution } = await rig.run();
      assert.deepEqual(lines, ['errored src/x.test.js']);
      assert.equal(execution.state, 'failed');
    }).timeout(60_000);
  });
}
