// What the models say through the agent.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { assetPath } from '../../../agent/platform/assets.ts';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { Card } from '../../../models/runtime/card.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

describe('predictions of the agent', () => {
  it('names the models, how good they are, and whether they decide', async () => {
    await using rig = await AgentRig.create({ 'a.js': '' });
    const { models } = await rig.client.listModels({});
    assert.deepEqual(
      models.map(({ name, role }) => [name, role]),
      ['build-outcome', 'change-risk', 'test-change', 'test-failure'].map((name) => [name, roleOf(name)]),
    );
    assert.ok(models.every(({ metrics }) => metrics.length > 0));
  });

  it('rates what is not committed among the changes before it, else the last commit', async () => {
    await using rig = await AgentRig.create({ 'src/a.js': 'export const a = 1;\n' });
    for (let count = 2; count < 8; count++) {
      await rig.repository.write({ 'src/a.js': `export const a = ${count};\n` });
      await rig.repository.commit(`Set a to ${count}`);
    }
    const clean = await rig.client.getChangeRisk({});
    assert.match(clean.commit ?? '', /^[0-9a-f]{40}$/);
    assert.equal(clean.among, 6);
    await rig.repository.write({ 'src/a.js': `${'export const b = 1;\n'.repeat(400)}` });
    const pending = await rig.client.getChangeRisk({});
    assert.deepEqual([pending.commit, pending.among], [null, 7]);
    assert.ok(pending.percentile > 0.8, String(pending.percentile));
    assert.deepEqual([pending.by, pending.reasons.map(({ words }) => words)], ['plain', ['how many lines it touches']]);
  });

  it('says that there is nothing to rate where git keeps no history', async () => {
    await using rig = await AgentRig.create(
      { 'a.js': '' },
      { isPlainFolder: true, environment: { XDG_STATE_HOME: '/tmp/noodle-rig-state' } },
    );
    await assert.rejects(
      rig.client.getChangeRisk({}),
      (error) => error instanceof FailureError && error.failure.reason === 'not_found',
    );
  });
});

/** As the card says it; no builds are recorded that would tell whether that model is better than they are. */
function roleOf(name: string): string {
  if (name === 'build-outcome') return 'stands aside';
  const card: unknown = JSON.parse(readFileSync(path.join(assetPath('models'), name, 'card.json'), 'utf8'));
  return Card.parse(card).standsAside ? 'stands aside' : 'decides';
}
