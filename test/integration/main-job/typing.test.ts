import assert from 'node:assert/strict';
import { AgentRig } from '../../rig/agent-rig.ts';

describe('while the user types', () => {
  it('the agent runs less at once, and says so', async () => {
    await using rig = await AgentRig.create({ 'a.txt': '' }, { environment: { NOODLE_BUILD_PARALLEL_BUILDS: '4' } });
    const yielding = async () => (await rig.client.getAgentStatus({})).cost.yielding;
    const before = await yielding();
    assert.deepEqual([before?.isYielding, before?.totalMs, before?.buildSlots], [false, 0, 4]);
    await rig.client.reportTyping({});
    const during = await yielding();
    assert.deepEqual([during?.isYielding, during?.buildSlots], [true, 2]);
    const { cost } = await rig.client.getAnalyticsDashboardData({});
    assert.equal(cost.yielding?.buildSlots, 2);
  });
});
