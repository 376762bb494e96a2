// The list of tests, a page at a time.
import assert from 'node:assert/strict';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

const passes = "import test from 'node:test';\ntest('passes', () => {});\n";
const shop = {
  'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node --test' } }),
  'test/a.test.js': passes,
  'test/b.test.js': passes,
  'test/c.test.js': passes,
};

describe('the list of tests', () => {
  it('comes whole, or a page at a time in the order of ids', async () => {
    await using rig = await AgentRig.create(shop);
    const whole = await rig.client.listTests({});
    assert.deepEqual([whole.files.length, whole.nextCursor], [3, undefined]);
    const first = await rig.client.listTests({ limit: 2 });
    assert.deepEqual(
      first.files.map(({ file }) => file),
      ['test/a.test.js', 'test/b.test.js'],
    );
    const second = await rig.client.listTests({ limit: 2, cursor: first.nextCursor ?? undefined });
    assert.deepEqual([second.files.map(({ file }) => file), second.nextCursor], [['test/c.test.js'], null]);
    await assert.rejects(
      () => rig.client.listTests({ limit: 2, cursor: 'made up' }),
      (error) => error instanceof FailureError && error.failure.reason === 'invalid_input',
    );
  });
});
