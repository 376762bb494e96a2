import assert from 'node:assert/strict';
import { FailureError, type FailureReason } from '../../../agent/protocol/failure.ts';
import { TestId } from '../../../agent/protocol/ids.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

/** Two sources with a test each, run by Node's own runner. */
const shop = {
  'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node --test' } }),
  'src/price.js': 'export function total(a, b) {\n  return a + b;\n}\n',
  'src/tax.js': 'export const rate = 0.25;\n',
  'test/price.test.js': testOf("import { total } from '../src/price.js';", 'adds up', 'assert.equal(total(1, 2), 3)'),
  'test/tax.test.js': testOf("import { rate } from '../src/tax.js';", 'is a quarter', 'assert.equal(rate, 0.25)'),
};

function testOf(imports: string, name: string, body: string): string {
  return `import test from 'node:test';\nimport assert from 'node:assert/strict';\n${imports}\ntest('${name}', () => {\n  ${body};\n});\n`;
}

async function failsWith(reason: FailureReason, answer: Promise<unknown>): Promise<void> {
  await assert.rejects(answer, (error) => error instanceof FailureError && error.failure.reason === reason);
}

describe('the main job', () => {
  it('runs only what a change can affect, says why, and records it', async () => {
    await using rig = await AgentRig.create(shop);
    await rig.repository.write({ 'src/price.js': 'export function total(a, b) {\n  return a - b;\n}\n' });
    const plan = await rig.client.makePlan({});
    assert.deepEqual(plan.changes, [{ path: 'src/price.js', kind: 'modified', lines: [[2, 2]] }]);
    assert.deepEqual(plan.tests.map(({ file, why }) => [file, why]), [['test/price.test.js', ['src/price.js', 'test/price.test.js']]]);
    assert.deepEqual(plan.skipped.files, ['test/tax.test.js']);

    const ended = await rig.run();
    assert.equal(ended.status, 'failed');
    assert.deepEqual(ended.counts, { total: 1, passed: 0, failed: 1, skipped: 0 });
    assert.deepEqual(rig.results(), ['test/price.test.js > adds up: failed']);

    const recorded = await rig.client.getExecutionResults({ id: ended.executionId });
    const [failed] = recorded.tests;
    assert.equal(failed?.expected, '3');
    assert.equal(failed.actual, '-1');
    assert.deepEqual(failed.failureAt?.file, 'test/price.test.js');
  });

  it('runs a failing test first the next time, and finds it mended', async () => {
    await using rig = await AgentRig.create(shop);
    await rig.repository.write({ 'src/price.js': 'export const total = () => 0;\n', 'src/tax.js': 'export const rate = 1 / 4;\n' });
    await rig.run();
    const { tests } = await rig.client.makePlan({});
    assert.deepEqual(tests.map((test) => test.file), ['test/price.test.js', 'test/tax.test.js']);
    await rig.repository.write({ 'src/price.js': shop['src/price.js'] });
    const { tests: afterwards } = await rig.client.makePlan({ failed: true });
    assert.deepEqual(afterwards.map((test) => test.file), ['test/price.test.js']);
    const ended = await rig.run();
    assert.equal(ended.status, 'succeeded');
    const { failing } = await rig.client.getAnalyticsDashboardData({});
    assert.deepEqual(failing, []);
  });

  it('compares a clean tree with the first parent, and any tree with a named revision', async () => {
    await using rig = await AgentRig.create(shop);
    const first = await rig.repository.head();
    await rig.repository.commit('Change the rate', { 'src/tax.js': 'export const rate = 0.26;\n' });
    const clean = await rig.client.makePlan({});
    assert.deepEqual(clean.tests.map((test) => test.file), ['test/tax.test.js']);
    await rig.repository.commit('Change the price', { 'src/price.js': 'export const total = (a, b) => a + b;\n' });
    const since = await rig.client.makePlan({ base: first });
    assert.deepEqual(since.tests.map((test) => test.file).toSorted(), ['test/price.test.js', 'test/tax.test.js']);
    await failsWith('unknown_revision', rig.client.makePlan({ base: 'nowhere' }));
    await failsWith('unknown_revision', rig.client.startRun({ base: 'nowhere' }));
  });

  it('runs everything, or one case alone, when told to', async () => {
    await using rig = await AgentRig.create(shop);
    const all = await rig.run({ all: true });
    assert.deepEqual(all.counts, { total: 2, passed: 2, failed: 0, skipped: 0 });
    const one = await rig.run({ tests: [TestId.parse('node:test:test/tax.test.js > is a quarter')] });
    assert.deepEqual(rig.results(one.executionId), ['test/tax.test.js > is a quarter: passed']);
  });

  it('explains what it decided, from its records, after a restart', async () => {
    await using rig = await AgentRig.create(shop);
    await rig.repository.write({ 'src/price.js': 'export const total = (a, b) => b + a;\n' });
    await rig.run();
    await rig.restart();
    const { explanations } = await rig.client.explain({ subject: 'test/tax.test.js' });
    assert.equal(explanations[0]?.decision, 'skipped');
    const { explanations: selected } = await rig.client.explain({ subject: 'adds up' });
    assert.equal(selected[0]?.decision, 'selected');
    assert.deepEqual(selected[0].path, ['src/price.js', 'test/price.test.js']);
    await assert.rejects(rig.client.explain({ subject: 'test/pric.test.js' }), { failure: { reason: 'not_found', message: "there is no test, target or file 'test/pric.test.js'", hint: "Did you mean 'test/price.test.js'?" } });
  });

  it('executes nothing of a workspace that is not trusted', async () => {
    await using rig = await AgentRig.create(shop, { isTrusted: false });
    assert.equal((await rig.client.makePlan({ all: true })).tests.length, 2);
    await failsWith('not_trusted', rig.client.startRun({ all: true }));
    await rig.client.configureClient({ trusted: true });
    assert.equal((await rig.run({ all: true })).status, 'succeeded');
  });

  it('executes nothing where that is switched off, and says what to set', async () => {
    await using rig = await AgentRig.create(shop, { environment: { NOODLE_CICD_ENABLED: 'false' } });
    await failsWith('conflict', rig.client.startRun({}));
  });

  it('cancels what is being planned when the agent leaves', async () => {
    await using rig = await AgentRig.create(shop);
    const { executionId } = await rig.client.startRun({ all: true });
    await rig.restart();
    const { state, reason } = await rig.client.getExecutionStatus({ id: executionId });
    assert.deepEqual({ state, reason }, { state: 'cancelled', reason: 'the agent is leaving' });
  });

  it('plans anew when an editor changes a setting, and only then', async () => {
    await using rig = await AgentRig.create(shop);
    await rig.client.configureClient({ trusted: true });
    await rig.client.configureClient({ trusted: true, settings: { 'test.aiSelection': false } });
    const { plan } = await rig.event('plan.updated');
    assert.equal(plan.tests.length, 2);
    assert.equal(rig.said.filter(({ type }) => type === 'plan.updated').length, 1);
  });

  it('works in a folder without git, and says so', async () => {
    await using rig = await AgentRig.create(shop, { isPlainFolder: true, environment: { XDG_STATE_HOME: '/tmp/noodle-rig-state' } });
    assert.equal((await rig.run({ all: true })).counts.passed, 2);
    await rig.repository.write({ 'src/tax.js': 'export const rate = 0.5;\n' });
    const { tests, notes } = await rig.client.makePlan({});
    assert.deepEqual(tests.map((test) => test.file), ['test/tax.test.js']);
    assert.ok(notes.some((note) => note.includes('git')), notes.join('\n'));
  });

  it('plans everything in a repository without a commit', async () => {
    await using rig = await AgentRig.create({});
    await rig.repository.write(shop);
    assert.equal((await rig.run()).counts.passed, 2);
  });

  it('cancels a run with everything that it started', async () => {
    const hanging = { ...shop, 'test/tax.test.js': testOf('', 'never ends', 'return new Promise(() => setInterval(() => {}, 1000))') };
    await using rig = await AgentRig.create(hanging);
    const { executionId } = await rig.client.startRun({ all: true });
    await rig.event('test.finished');
    await rig.client.cancelExecution({ id: executionId });
    const ended = await rig.ended(executionId);
    assert.equal(ended.status, 'cancelled');
    const execution = await rig.client.getExecutionStatus({ id: executionId });
    assert.ok(execution.steps.every((step) => step.state !== 'running' && step.state !== 'queued'));
  });

  it('stops a test that never ends, names it, and goes on', async () => {
    const hanging = { ...shop, 'test/tax.test.js': testOf('', 'never ends', 'return new Promise(() => setInterval(() => {}, 1000))') };
    await using rig = await AgentRig.create(hanging, { environment: { NOODLE_TEST_DEFAULT_TIMEOUT: '5' } });
    const ended = await rig.run({ all: true });
    assert.equal(ended.status, 'failed');
    assert.equal(ended.counts.passed, 1);
    assert.ok(rig.results().some((line) => line.startsWith('test/tax.test.js') && line.endsWith(': timed_out')), rig.results().join('\n'));
  });

  it('builds what the change affects before it tests, once', async () => {
    const built = {
      ...shop,
      'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { build: 'node build.js', test: 'node --test' } }),
      'build.js': "import { appendFileSync } from 'node:fs';\nappendFileSync('built.txt', 'x');\n",
      '.gitignore': 'built.txt\n',
    };
    await using rig = await AgentRig.create(built);
    await rig.repository.write({ 'src/tax.js': 'export const rate = 1 / 4;\n' });
    await rig.run();
    assert.equal(await rig.repository.read('built.txt'), 'x');
    const again = await rig.run();
    assert.equal(await rig.repository.read('built.txt'), 'x');
    const { builds } = await rig.client.getExecutionResults({ id: again.executionId });
    assert.deepEqual(builds.map(({ target, status, cached }) => ({ target, status, cached })), [{ target: 'shop', status: 'unchanged', cached: true }]);
  });
});
