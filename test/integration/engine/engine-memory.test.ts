// Memory that steps of several executions share: who waits for it, and how much is measured.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { StepContext, StepDefinition } from '../../../agent/engine/engine.ts';
import { memoryOf } from '../../../agent/platform/process-memory.ts';
import { StepId } from '../../../agent/protocol/ids.ts';
import { EngineRig } from '../../rig/engine-rig.ts';

function step(name: string, expectedBytes: number, run: StepDefinition['run']): StepDefinition {
  const id = StepId.parse(name);
  return { id, name, kind: 'command', needs: [], slot: 'command', timeoutMs: 60_000, expectedBytes, run };
}

describe('steps that take much memory', () => {
  it('wait until it is free, say why, and run', async () => {
    await using rig = await EngineRig.create({ limits: { memoryBytes: 100e6 } });
    const held = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<StepContext>();
    const first = rig.submit([
      step('a', 80e6, async (context) => {
        entered.resolve(context);
        await held.promise;
        return { state: 'succeeded' };
      }),
    ]);
    await entered.promise;
    const waiting = Promise.withResolvers<string>();
    rig.events.onAny((event) => {
      if (event.type === 'step.changed' && event.step.state === 'queued' && event.step.reason !== null)
        waiting.resolve(event.step.reason);
    });
    const second = rig.submit([step('b', 50e6, async () => ({ state: 'succeeded' }))]);
    assert.equal(await waiting.promise, 'waits for memory: it takes about 50 MB, 20 MB of 100 MB are free');
    const small = rig.submit([{ ...step('c', 0, async () => ({ state: 'succeeded' })) }]);
    assert.equal((await small.finished).state, 'succeeded');
    assert.equal(second.current().steps.find(({ id }) => id === 'b')?.state, 'queued');
    held.resolve();
    assert.equal((await first.finished).state, 'succeeded');
    const ended = await second.finished;
    assert.deepEqual(
      ended.steps.filter(({ id }) => id === 'b').map(({ state, reason }) => [state, reason]),
      [['succeeded', null]],
    );
  });

  it('can be cancelled while they wait, and leave nothing taken', async () => {
    await using rig = await EngineRig.create({ limits: { memoryBytes: 100, commands: 2 } });
    const held = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const first = rig.submit([
      step('a', 80, async () => {
        entered.resolve();
        await held.promise;
        return { state: 'succeeded' };
      }),
    ]);
    await entered.promise;
    const waiting = Promise.withResolvers<void>();
    rig.events.onAny((event) => {
      if (event.type === 'step.changed' && event.step.reason?.startsWith('waits for memory') === true)
        waiting.resolve();
    });
    const second = rig.submit([step('b', 80, async () => ({ state: 'succeeded' }))]);
    await waiting.promise;
    second.cancel('not needed');
    assert.equal((await second.finished).state, 'cancelled');
    const third = rig.submit([step('c', 10, async () => ({ state: 'succeeded' }))]);
    assert.equal((await third.finished).state, 'succeeded');
    held.resolve();
    await first.finished;
  });

  it('are measured with everything that they started', async function () {
    if (process.platform !== 'linux') return this.skip();
    const script = 'const b = Buffer.alloc(60e6, 1); process.stdout.write("ready"); setInterval(() => b.length, 1e6)';
    const child = spawn('sh', ['-c', `"${process.execPath}" -e '${script}'; true`], { detached: true });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const pid = child.pid ?? 0;
      const bytes = (await memoryOf([pid])).get(pid) ?? 0;
      assert.ok(bytes > 60e6, String(bytes));
      assert.deepEqual([...(await memoryOf([]))], []);
    } finally {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    }
  });
});
