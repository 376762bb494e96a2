import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TestId } from '../../../agent/protocol/ids.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));

async function create(owners: Record<string, string> = { CODEOWNERS: '/test/ @testers\n' }): Promise<AgentRig> {
  const rig = await AgentRig.create({
    'package.json': JSON.stringify({ scripts: { test: 'mocha' } }),
    '.gitignore': 'node_modules\n',
    ...owners,
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
    // It was not committed.
    assert.equal(cluster?.suspectedCommit, undefined);
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

  it('names who wrote a test where nobody is named as its owner, and what is on record of a file and a folder', async () => {
    await using rig = await create({});
    const author = (await rig.repository.git('log', '-1', '--format=%aN')).trim();
    await rig.run({ all: true });
    await rig.repository.write({ 'src/sum.js': 'module.exports = (a, b) => a - b;\n' });
    await rig.run();
    assert.deepEqual((await rig.client.getTriage({})).clusters[0]?.owners, [author]);
    const factsOn = async (subject: string) =>
      (await rig.client.explain({ subject })).explanations[0]?.facts.join('\n') ?? '';
    for (const subject of ['src/sum.js', 'src']) {
      const facts = await factsOn(subject);
      assert.match(facts, new RegExp(`owner: ${author} \\(who made most of the latest commits\\)`));
      assert.match(facts, /commits: 1, the last [0-9a-f]{10} by /);
      assert.match(
        facts,
        /failed with it: mocha:test\/sum\.js in 1 of \d runs? in which it had changed, the latest run-/,
      );
      assert.match(facts, /test\/sum\.js: ran (?:it|src\/sum\.js) when it was recorded/);
    }
    assert.match(await factsOn('src/sum.js:1'), /^line: changed since the last commit/);
    assert.match(await factsOn('package.json:1'), new RegExp(`^line: last changed by ${author} on .* \\(\\w+\\)`));
    assert.match(await factsOn('test/sum.js'), new RegExp(`^owner: ${author}`, 'm'));
  });

  it('names the commit that broke a test, from recorded runs and the graph', async () => {
    await using rig = await create();
    await rig.run({ all: true });
    await rig.repository.commit('Tell more', { 'notes.txt': 'a' });
    await rig.repository.commit('Subtract', { 'src/sum.js': 'module.exports = (a, b) => a - b;\n' });
    await rig.repository.commit('Tell still more', { 'notes.txt': 'b' });
    await rig.run({ all: true });
    const [cluster] = (await rig.client.getTriage({})).clusters;
    assert.deepEqual(
      [cluster?.suspectedCommit?.subject, cluster?.suspectedCommit?.among, cluster?.suspectedCommit?.because],
      ['Subtract', 3, 'of 3 commits since it passed, the only one from which the graph leads to it'],
    );
    const { explanations } = await rig.client.explain({ subject: 'test/sum.js' });
    const facts = explanations[0]?.facts.join('\n') ?? '';
    assert.match(
      facts,
      /^suspected commit: [0-9a-f]{10} Subtract \(.*noodle bisect 'mocha:test\/sum.js > one' makes sure$/m,
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
