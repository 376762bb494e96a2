// Build configurations and test suites: made, executed, followed and forgotten through the agent.
import assert from 'node:assert/strict';
import { FailureError, type FailureReason } from '../../../agent/protocol/failure.ts';
import { ExecutionId, TargetId, TestId } from '../../../agent/protocol/ids.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

const shop = {
  'package.json': JSON.stringify({
    name: 'shop',
    type: 'module',
    scripts: { test: 'node --test', build: 'node build.js' },
  }),
  'build.js':
    "import { mkdirSync, writeFileSync } from 'node:fs';\nmkdirSync('dist', { recursive: true });\nwriteFileSync('dist/out.txt', 'x');\n",
  '.gitignore': 'dist\nextra.txt\n',
  'test/price.test.js': "import test from 'node:test';\ntest('adds up', () => {});\n",
  'test/tax.test.js': "import test from 'node:test';\ntest('is a quarter', () => { throw new Error('no'); });\n",
};

async function failsWith(reason: FailureReason, answer: Promise<unknown>): Promise<string> {
  const failure = await answer.then(
    () => assert.fail('it was answered'),
    (error: unknown) => (error instanceof FailureError ? error.failure : assert.fail(String(error))),
  );
  assert.equal(failure.reason, reason, failure.message);
  return failure.message;
}

describe('what was named to be run', () => {
  it('builds the targets of a configuration, and tells how it went', async () => {
    await using rig = await AgentRig.create(shop);
    const definitions = { extra: { command: 'echo extra > extra.txt', inputs: ['build.js'], outputs: ['extra.txt'] } };
    const made = await rig.client.createBuildConfig({ id: 'all', targets: [TargetId.parse('shop')], definitions });
    assert.deepEqual(
      await rig.client.createBuildConfig({ id: 'all', targets: [TargetId.parse('shop')], definitions }),
      made,
    );
    const { targets } = await rig.client.listTargets({});
    assert.deepEqual(targets.map(({ id }) => id as string).toSorted(), ['extra', 'shop']);
    await failsWith('not_found', rig.client.getBuildStatus({ id: 'all' }));

    const { executionId } = await rig.client.executeBuild({ id: 'all' });
    assert.equal((await rig.ended(executionId)).status, 'succeeded');
    assert.equal((await rig.client.getBuildStatus({ id: 'all' })).id, executionId);
    assert.equal((await rig.client.cancelBuild({ id: 'all', execution: executionId })).state, 'succeeded');
    const metrics = await rig.client.getBuildMetrics({ id: 'all' });
    assert.deepEqual(
      [metrics.executions, metrics.succeeded, metrics.targets.map(({ target }) => target as string)],
      [1, 1, ['shop']],
    );
    await rig.restart();
    assert.equal((await rig.client.getBuildStatus({ id: 'all', execution: executionId })).state, 'succeeded');

    await rig.client.deleteBuildConfig({ id: 'all' });
    await failsWith('not_found', rig.client.executeBuild({ id: 'all' }));
    assert.deepEqual(
      (await rig.client.listTargets({})).targets.map(({ id }) => id as string),
      ['shop'],
    );
  });

  it('refuses a configuration that cannot be built, and one of another content', async () => {
    await using rig = await AgentRig.create(shop);
    const shopId = TargetId.parse('shop');
    assert.match(
      await failsWith('invalid_input', rig.client.createBuildConfig({ id: 'a', targets: [TargetId.parse('shpo')] })),
      /perhaps 'shop' is meant/,
    );
    await failsWith('invalid_input', rig.client.createBuildConfig({ id: 'a' }));
    await failsWith('invalid_input', rig.client.createBuildConfig({ id: 'A b', targets: [shopId] }));
    await failsWith('conflict', rig.client.createBuildConfig({ id: 'a', definitions: { shop: { command: 'true' } } }));
    await rig.client.createBuildConfig({ id: 'a', targets: [shopId] });
    await failsWith('conflict', rig.client.createBuildConfig({ id: 'a', targets: [shopId], description: 'another' }));
    assert.match(await failsWith('not_found', rig.client.getBuildConfig({ id: 'b' })), /no build configuration 'b'/);
  });

  it('makes one of two configurations that define the same target at once', async () => {
    await using rig = await AgentRig.create(shop);
    const make = (id: string) =>
      rig.client.createBuildConfig({ id, definitions: { extra: { command: `echo ${id}` } } });
    const made = await Promise.allSettled([make('a'), make('b')]);
    assert.deepEqual(made.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    assert.equal((await rig.client.listBuildConfigs({})).configs.length, 1);
  });

  it('takes many cases of many files in one suite', async () => {
    const files = Array.from({ length: 300 }, (_, index) => `test/${index}.test.js`);
    await using rig = await AgentRig.create({
      ...shop,
      ...Object.fromEntries(files.map((file) => [file, "import test from 'node:test';\n"])),
    });
    const tests = files.map((file) => TestId.parse(`node:test:${file} > a > b`));
    assert.equal((await rig.client.createTestSuite({ id: 'many', tests })).tests.length, 300);
    await failsWith(
      'invalid_input',
      rig.client.createTestSuite({ id: 'none', tests: [TestId.parse('node:test:test/0.test.jsx > a')] }),
    );
  });

  it('runs the tests of a suite, whatever changed, and tells how it went', async () => {
    await using rig = await AgentRig.create(shop);
    await rig.client.createTestSuite({ id: 'taxes', files: ['test/tax.*'], priority: 'critical' });
    await rig.client.createTestSuite({ id: 'price', tests: [TestId.parse('node:test:test/price.test.js')] });
    const { executionId } = await rig.client.executeTests({ id: 'taxes' });
    assert.deepEqual((await rig.ended(executionId)).counts, { total: 1, passed: 0, failed: 1, skipped: 0 });
    const metrics = await rig.client.getTestMetrics({ id: executionId });
    assert.deepEqual(
      [metrics.passRate, metrics.slowest.map(({ id }) => id as string)],
      [0, ['node:test:test/tax.test.js > is a quarter']],
    );
    const other = await rig.client.executeTests({ id: 'price' });
    assert.equal((await rig.ended(other.executionId)).status, 'succeeded');
    assert.equal((await rig.client.getTestExecutionStatus({ id: other.executionId })).state, 'succeeded');
    assert.equal((await rig.client.cancelTestExecution({ id: other.executionId })).state, 'succeeded');
  });

  it('refuses a suite of tests that are not there', async () => {
    await using rig = await AgentRig.create(shop);
    assert.match(
      await failsWith(
        'invalid_input',
        rig.client.createTestSuite({ id: 'a', tests: [TestId.parse('node:test:test/taxes.test.js')] }),
      ),
      /perhaps 'node:test:test\/tax.test.js' is meant/,
    );
    await rig.client.createTestSuite({ id: 'none', files: ['nowhere/**'] });
    await failsWith('conflict', rig.client.executeTests({ id: 'none' }));
    await failsWith('not_found', rig.client.getTestMetrics({ id: ExecutionId.parse('run-0') }));
  });

  it('is listed a page at a time', async () => {
    await using rig = await AgentRig.create(shop);
    for (const id of ['c', 'a', 'b']) await rig.client.createTestSuite({ id });
    const first = await rig.client.listTestSuites({ limit: 2 });
    const second = await rig.client.listTestSuites({ limit: 2, cursor: first.nextCursor ?? '' });
    assert.deepEqual(
      [...first.suites, ...second.suites].map(({ id }) => id),
      ['a', 'b', 'c'],
    );
    assert.equal(second.nextCursor, null);
    await failsWith('invalid_input', rig.client.listTestSuites({ cursor: '!' }));
    const runs = [];
    for (let count = 0; count < 3; count++) {
      const { executionId } = await rig.client.startRun({ tests: [TestId.parse('node:test:test/price.test.js')] });
      await rig.ended(executionId);
      runs.unshift(executionId);
    }
    const latest = await rig.client.listExecutions({ limit: 2 });
    const earlier = await rig.client.listExecutions({ limit: 2, cursor: latest.nextCursor ?? '' });
    assert.deepEqual(
      [...latest.executions, ...earlier.executions].map(({ id }) => id),
      runs,
    );
  });
});
