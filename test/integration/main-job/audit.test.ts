import assert from 'node:assert/strict';
import { AgentRig } from '../../rig/agent-rig.ts';

/** The test reads a file whose name no source says. */
const files = {
  'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
  'value.mjs': 'export const value = 1;\n',
  'a.test.mjs':
    "import test from 'node:test';\nimport { value } from './value.mjs';\ntest('a', () => { if (value < 1) throw new Error('a') });\n",
  'hidden.test.mjs':
    "import test from 'node:test';\nimport { existsSync } from 'node:fs';\nimport { execFileSync } from 'node:child_process';\ntest('hidden', () => { const text = String(execFileSync('git', ['diff', '--stat'])); if (text !== '') throw new Error('something differs'); existsSync('x'); });\n",
};

describe('a run that audits its selection', () => {
  it('runs what was left out last, remembers what failed there, and selects it at the next change', async () => {
    await using rig = await AgentRig.create(files, { environment: { NOODLE_TEST_RECORD_EVIDENCE: 'false' } });
    await rig.run({ all: true });
    await rig.repository.write({ 'value.mjs': 'export const value = 2;\n' });
    const plan = await rig.client.makePlan({});
    assert.deepEqual(
      plan.tests.map((test) => test.file),
      ['a.test.mjs'],
    );
    const ended = await rig.run({ audit: true });
    assert.equal(ended.status, 'failed');
    assert.match(
      ended.notes.join('\n'),
      /node:test:hidden\.test\.mjs failed: from now on a change of value\.mjs selects it/,
    );
    await rig.repository.git('checkout', '--quiet', '.');
    // Green again, so that only the memory selects it.
    await rig.run({ all: true });
    await rig.repository.write({ 'value.mjs': 'export const value = 3;\n' });
    const after = await rig.client.makePlan({});
    const hidden = after.tests.find((test) => test.file === 'hidden.test.mjs');
    assert.deepEqual(hidden?.why, ['value.mjs', 'failed once when it had been left out', 'hidden.test.mjs']);
  });
});
