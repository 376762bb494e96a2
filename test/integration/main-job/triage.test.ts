import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TestId } from '../../../agent/protocol/ids.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));

async function create(): Promise<AgentRig> {
  const rig = await AgentRig.create({
    'package.json': JSON.stringify({ scripts: { test: 'mocha' } }),
    '.gitignore': 'node_modules\n',
    CODEOWNERS: '/test/ @testers\n',
    'src/sum.js': 'module.exports = (a, b) => a + b;\n',
    'test/sum.js': `const assert = require('assert'); const sum = require('../src/sum');
it('one', () => assert.equal(sum(1, 1), 2));
it('two', () => assert.equal(sum(2, 2), 4));`,
  });
  await rig.repository.write({ 'node_modules/.keep': '' });
  await symlink(mocha, rig.repository.path('node_modules/mocha'), 'dir');
  return rig;
}

describe('triage', () => {
  it('gathers failures by cause, names suspect, owner and command, and knows new from known', async () => {
    await using rig = await create();
    await rig.run({ all: true });
    assert.deepEqual((await rig.client.getTriage({})).clusters, []);
    await rig.repository.write({ 'src/sum.js': 'module.exports = (a, b) => a - b;\n' });
    await rig.run();
    const [cluster, ...others] = (await rig.client.getTriage({})).clusters;
    assert.deepEqual(others, []);
    assert.deepEqual(cluster?.tests, ['mocha:test/sum.js > one', 'mocha:test/sum.js > two']);
    assert.deepEqual(
      [cluster?.kind, cluster?.suspects, cluster?.owners, cluster?.reproduce],
      ['new', ['src/sum.js'], ['@testers'], 'npx mocha test/sum.js -f one'],
    );
    const { explanations } = await rig.client.explain({ subject: 'test/sum.js' });
    assert.ok(
      explanations[0]?.facts.some((fact) => fact.startsWith('failure (new): ')),
      explanations[0]?.facts.join('\n'),
    );
    await rig.run();
    assert.deepEqual(
      (await rig.client.getTriage({})).clusters.map((each) => each.kind),
      ['known'],
    );
  });

  it('quarantines a test until a date, and refuses what makes no sense', async () => {
    await using rig = await create();
    const test = TestId.parse('mocha:test/sum.js > one');
    await rig.run({ all: true });
    const until = Date.now() + 86_400_000;
    const { tests } = await rig.client.quarantineTest({ test, until, reason: 'clock' });
    assert.deepEqual(
      tests.map((each) => [each.test, each.quarantine?.until, each.trials]),
      [[test, until, 0]],
    );
    await assert.rejects(rig.client.quarantineTest({ test, until: 1000, reason: '' }), /ends after today/);
    await assert.rejects(
      rig.client.quarantineTest({ test: TestId.parse('mocha:test/sum.js > oen'), until, reason: '' }),
      /there is no test/,
    );
    assert.deepEqual(await rig.client.liftQuarantine({ test }), { lifted: test });
    await assert.rejects(rig.client.liftQuarantine({ test }), /is not quarantined/);
    assert.deepEqual((await rig.client.listFlakyTests({})).tests, []);
  });
});
