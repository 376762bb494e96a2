// A result is reused while nothing of what its test depends on has changed, and never where that cannot be known.
import assert from 'node:assert/strict';
import type { PlanRequest } from '../../../agent/protocol/plan.ts';
import { AgentRig, type AgentRigOptions } from '../../rig/agent-rig.ts';

const head = "import test from 'node:test';\nimport assert from 'node:assert/strict';\n";

/** `price` is imported by a test that reads nothing, and by one that reads a file. */
const shop = {
  '.gitignore': 'node_modules\nmade\n',
  'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node --test' } }),
  'data/rate.txt': '0.25',
  'src/price.js': 'export function total(a, b) {\n  return a + b;\n}\n',
  'test/price.test.js': `${head}import { total } from '../src/price.js';\ntest('adds', () => assert.equal(total(1, 2), 3));\n`,
  'test/rate.test.js': `${head}import { readFileSync } from 'node:fs';\nimport { total } from '../src/price.js';\ntest('reads', () => {\n  const rate = Number(readFileSync(new URL('../data/rate.txt', import.meta.url), 'utf8'));\n  assert.equal(total(rate, 0), rate);\n});\n`,
};
const changed = { 'src/price.js': 'export function total(a, b) {\n  return b + a;\n}\n' };

interface Decided {
  readonly ran: readonly string[];
  readonly reused: readonly string[];
  /** Why results of what runs do not hold, by the file. */
  readonly because: Readonly<Record<string, string | undefined>>;
}

async function decide(rig: AgentRig, request: PlanRequest = {}): Promise<Decided> {
  const { tests, reused = [] } = await rig.client.makePlan(request);
  return {
    ran: tests.map((each) => each.file).toSorted(),
    reused: reused.map((each) => each.file).toSorted(),
    because: Object.fromEntries(tests.map((each) => [each.file, each.notReused])),
  };
}

/** Everything was recorded, then `price` was changed and what it affects ran. */
async function afterRuns(options: AgentRigOptions = {}, files: Record<string, string> = {}): Promise<AgentRig> {
  const rig = await AgentRig.create({ ...shop, ...files }, options);
  await rig.run({ all: true });
  await rig.repository.write(changed);
  return rig;
}

describe('reuse of results', () => {
  it('runs nothing that passed with the same files, says since when, and counts it apart', async () => {
    await using rig = await afterRuns();
    const first = await rig.run();
    assert.deepEqual(first.counts, { total: 2, passed: 2, failed: 0, skipped: 0 });
    const second = await rig.run();
    assert.deepEqual([second.status, second.counts.total], ['succeeded', 1]);
    const { reused = [], tests, skipped } = await rig.client.makePlan({});
    assert.deepEqual(
      reused.map(({ file, executionId, tests: count, why }) => ({ file, executionId, count, why })),
      [
        {
          file: 'test/price.test.js',
          executionId: first.executionId,
          count: 1,
          why: ['src/price.js', 'test/price.test.js'],
        },
      ],
    );
    assert.deepEqual([tests.length, skipped.files], [1, []]);
    const { explanations } = await rig.client.explain({ subject: 'test/price.test.js' });
    assert.deepEqual(explanations[0]?.decision, 'reused');
  });

  it('does not trust a recording that is older than the sources of a test that reads files', async () => {
    await using rig = await afterRuns();
    await rig.run();
    const { because } = await decide(rig);
    assert.equal(because['test/rate.test.js'], 'it reads files, and its last recording is older than src/price.js');
    const { explanations } = await rig.client.explain({ subject: 'test/rate.test.js' });
    assert.ok(explanations[0]?.facts.some((fact) => fact.startsWith('not reused: it ')));
    await rig.run({ all: true });
    assert.deepEqual((await decide(rig)).reused, ['test/price.test.js', 'test/rate.test.js']);
    await rig.repository.write({ 'data/rate.txt': '0.5' });
    assert.deepEqual((await decide(rig)).ran, ['test/rate.test.js']);
  });

  it('runs what anything was changed for that it depends on, and reuses it when that is taken back', async () => {
    await using rig = await afterRuns();
    await rig.run();
    await rig.repository.write({ 'src/price.js': 'export const total = (a, b) => 0 + a + b;\n' });
    assert.deepEqual((await decide(rig)).reused, []);
    await rig.repository.write(changed);
    assert.deepEqual((await decide(rig)).reused, ['test/price.test.js']);
    await rig.repository.write({ 'package.json': shop['package.json'].replace('shop', 'store') });
    assert.deepEqual((await decide(rig)).reused, []);
  });

  it('runs what failed, whatever is unchanged', async () => {
    await using rig = await afterRuns();
    await rig.repository.write({ 'src/price.js': 'export function total(a, b) {\n  return b - a;\n}\n' });
    await rig.run();
    const { reused, because } = await decide(rig);
    assert.deepEqual([reused, because['test/price.test.js']], [[], 'its last result is a failure']);
  });

  it('runs everything that is asked for', async () => {
    await using rig = await afterRuns();
    await rig.run();
    for (const request of [{ all: true }, { cache: false }, { cold: true }, { coverage: true }])
      assert.deepEqual((await decide(rig, request)).ran, ['test/price.test.js', 'test/rate.test.js']);
    const { tests } = await rig.client.makePlan({});
    assert.deepEqual(tests.length, 1);
    assert.deepEqual((await decide(rig, { tests: tests.map((each) => each.id) })).ran.length, 1);
  });

  it('reuses nothing without a recording, of built files, of random tests, and when the setting is 0', async () => {
    const random = `${head}import { total } from '../src/price.js';\ntest('any', () => assert.ok(total(Math.random(), 1) >= 1));\n`;
    await using rig = await afterRuns({}, { 'test/random.test.js': random });
    await rig.repository.write({ 'test/new.test.js': shop['test/price.test.js'] });
    await rig.run();
    const { because, reused } = await decide(rig);
    assert.deepEqual(reused, ['test/price.test.js']);
    assert.equal(because['test/random.test.js'], 'it works with random values');
    assert.match(because['test/new.test.js'] ?? '', /never recorded/);
    await using off = await afterRuns({ environment: { NOODLE_TEST_CACHE_TTL: '0' } });
    await off.run();
    assert.deepEqual(
      await decide(off).then(({ reused: none, because: nothing }) => [none, nothing['test/price.test.js']]),
      [[], undefined],
    );
  });

  it('runs what depends on another environment, package or runtime now', async () => {
    await using rig = await afterRuns({ environment: { PRICE_MODE: 'a', PATH: process.env['PATH'] ?? '' } });
    await rig.run();
    assert.deepEqual((await decide(rig)).reused, ['test/price.test.js']);
    await rig.repository.write({ 'node_modules/.package-lock.json': '{}' });
    assert.deepEqual((await decide(rig)).reused, []);
  });
});
