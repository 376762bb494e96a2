import assert from 'node:assert/strict';
import type { StepContext, StepOutcome } from '../../../agent/engine/engine.ts';
import { EngineRig, gate, step } from '../../rig/engine-rig.ts';
import { FakeClock } from '../../rig/fake-clock.ts';

describe('steps that take turns', () => {
  it('give their slot to what is more urgent, and stand still until it is their turn again', async () => {
    const clock = new FakeClock();
    await using rig = await EngineRig.create({ clock, limits: { tests: 1 } });
    const order: string[] = [];
    const urgent = gate();
    const long = step('long', {
      slot: 'test',
      priority: 9,
      timeoutMs: 1000,
      run: async (context) => {
        order.push('long');
        assert.equal(await context.takeTurn(8), true);
        order.push('long still, since nothing is above it');
        assert.equal(await context.takeTurn(1), true);
        order.push('long again');
        return { state: 'succeeded' };
      },
    });
    const steps = [
      long,
      step('urgent', { slot: 'test', priority: 5, run: urgent.run }),
      step('last', {
        slot: 'test',
        priority: 0,
        run: async () => ({ state: order.push('last') > 0 ? 'succeeded' : 'failed' }),
      }),
    ];
    const handle = rig.submit(steps);
    await urgent.entered;
    order.push('urgent');
    clock.advance(5000);
    urgent.end();
    assert.equal((await handle.finished).state, 'succeeded');
    assert.deepEqual(order, ['long', 'long still, since nothing is above it', 'urgent', 'long again', 'last']);
  });

  it('end while they wait for their turn when they are called off', async () => {
    await using rig = await EngineRig.create({ limits: { tests: 1 } });
    const urgent = gate();
    const turns: boolean[] = [];
    const run = async (context: StepContext): Promise<StepOutcome> => {
      turns.push(await context.takeTurn(1));
      return { state: 'succeeded' };
    };
    const handle = rig.submit([
      step('long', { slot: 'test', priority: 9, run }),
      step('urgent', { slot: 'test', priority: 5, run: urgent.run }),
    ]);
    await urgent.entered;
    handle.cancel('cancelled by the user');
    urgent.end();
    assert.equal((await handle.finished).state, 'cancelled');
    assert.deepEqual(turns, [false]);
  });
});
