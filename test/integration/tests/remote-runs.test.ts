import assert from 'node:assert/strict';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { keptRemoteRuns, RemoteRunId } from '../../../agent/protocol/remote-runs.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

const files = {
  'package.json': JSON.stringify({ scripts: { test: 'node --test' } }),
  'test/cart.test.js': `const { test } = require('node:test');
test('is empty', () => {});
test('has a total', () => {});
`,
};

const report = `<testsuites><testsuite name="test/cart.test.js" file="/home/runner/work/shop/shop/test/cart.test.js">
<testcase name="is empty" time="0.25"/>
<testcase name="has a total"><failure message="expected 1 to be 2">at cart.test.js:3</failure></testcase>
<testcase name="is gone"><skipped/></testcase>
</testsuite></testsuites>`;

describe('remote runs', () => {
  it('stand beside what ended here, through a restart', async () => {
    await using rig = await AgentRig.create(files);
    await rig.run({ all: true });
    const run = await rig.client.importRemoteRun({
      name: 'CI #1',
      system: 'github-actions',
      commit: '0d4058e',
      reports: [{ name: 'junit.xml', content: report }],
    });
    assert.deepEqual(run.counts, { total: 3, passed: 1, failed: 1, skipped: 1 });
    assert.deepEqual(rig.said.filter(({ type }) => type === 'remote-run.imported').length, 1);
    await rig.restart();
    const { tests } = await rig.client.getRemoteRun({ id: run.id });
    assert.deepEqual(
      tests.map(({ file, name, status, line, here, message }) => [file, name, status, line, here, message]),
      [
        ['test/cart.test.js', 'is empty', 'passed', 2, 'passed', null],
        ['test/cart.test.js', 'has a total', 'failed', 3, 'passed', 'expected 1 to be 2'],
        ['test/cart.test.js', 'is gone', 'skipped', null, null, null],
      ],
    );
    assert.equal(tests[1]?.details, 'at cart.test.js:3');
    // They are no results of this machine.
    assert.deepEqual((await rig.client.getTriage({})).clusters, []);
  });

  it('are replaced by their name, and forgotten when there are many', async () => {
    await using rig = await AgentRig.create(files);
    const take = (name: string) =>
      rig.client.importRemoteRun({ name, reports: [{ name: 'junit.xml', content: report }] });
    for (let number = 0; number < keptRemoteRuns + 2; number++) await take(`CI #${number}`);
    await take('CI #5');
    const { runs } = await rig.client.listRemoteRuns({});
    assert.equal(runs.length, keptRemoteRuns);
    assert.equal(new Set(runs.map(({ name }) => name)).size, keptRemoteRuns);
  });

  it('keep what a damaged report tells, and say so', async () => {
    await using rig = await AgentRig.create(files);
    const run = await rig.client.importRemoteRun({
      name: 'CI',
      reports: [{ name: 'half.xml', content: report.slice(0, report.indexOf('<testcase name="is gone"')) }],
    });
    assert.equal(run.counts.total, 2);
    assert.match(run.notes.join(), /^half\.xml is damaged: /);
  });

  it('are refused without a result, by the name of the report, and nothing changes', async () => {
    await using rig = await AgentRig.create(files);
    const take = (content: string) =>
      rig.client.importRemoteRun({
        name: 'CI',
        reports: [
          { name: 'junit.xml', content: report },
          { name: 'other.xml', content },
        ],
      });
    await assert.rejects(
      take('<html></html>'),
      refused(/other\.xml: expected a JUnit XML report .* without a testcase/),
    );
    await assert.rejects(take('{"json": true}'), refused(/other\.xml: expected a JUnit XML report .* no XML/));
    assert.deepEqual((await rig.client.listRemoteRuns({})).runs, []);
    await assert.rejects(rig.client.getRemoteRun({ id: RemoteRunId.parse('none') }), refused(/no remote run 'none'/));
  });
});

function refused(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof FailureError && message.test(error.failure.message);
}
