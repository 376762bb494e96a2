import assert from 'node:assert/strict';
import { MemoryBudget } from '../../../agent/engine/memory-budget.ts';
import { MemoryMeter } from '../../../agent/engine/memory-meter.ts';
import { ManualClock } from '../../rig/manual-clock.ts';

const never = new AbortController().signal;

describe('the memory budget', () => {
  /** Asks in the order of the names; `granted` has them in the order in which they got theirs. */
  function budgetOf(limit: number) {
    const budget = new MemoryBudget(() => limit);
    const granted: string[] = [];
    const waited: string[] = [];
    const give = new Map<string, () => void>();
    const ask = async (name: string, expectedBytes: number, isInteractive = false, signal = never) => {
      const waits = (free: number, all: number) => void waited.push(`${name}: ${free} of ${all}`);
      const giveBack = await budget.acquire({ expectedBytes, isInteractive, waits }, signal);
      if (giveBack === null) return void granted.push(`${name} withdrawn`);
      granted.push(name);
      give.set(name, giveBack);
    };
    const end = async (name: string) => {
      give.get(name)?.();
      await settled();
    };
    return { ask, end, granted, waited };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('lets in what fits, and says to the others how much is free', async () => {
    const { ask, end, granted, waited } = budgetOf(100);
    void ask('a', 60);
    void ask('b', 60);
    await settled();
    assert.deepEqual([granted, waited], [['a'], ['b: 40 of 100']]);
    await end('a');
    assert.deepEqual(granted, ['a', 'b']);
  });

  it('does not let small ones keep a large one out', async () => {
    const { ask, end, granted } = budgetOf(100);
    void ask('a', 60);
    void ask('large', 90);
    void ask('small', 10);
    await settled();
    assert.deepEqual(granted, ['a']);
    await end('a');
    assert.deepEqual(granted, ['a', 'large', 'small']);
  });

  it('runs what is larger than everything alone', async () => {
    const { ask, end, granted } = budgetOf(100);
    void ask('a', 10);
    void ask('huge', 1000);
    void ask('b', 10);
    await settled();
    assert.deepEqual(granted, ['a']);
    await end('a');
    assert.deepEqual(granted, ['a', 'huge']);
    await end('huge');
    assert.deepEqual(granted, ['a', 'huge', 'b']);
  });

  it('serves interactive work first, and goes on when somebody withdraws', async () => {
    const { ask, end, granted } = budgetOf(100);
    const calledOff = new AbortController();
    void ask('a', 100);
    void ask('background', 50);
    void ask('gone', 100, true, calledOff.signal);
    void ask('interactive', 50, true);
    calledOff.abort();
    await settled();
    await end('a');
    assert.deepEqual(granted, ['a', 'gone withdrawn', 'interactive', 'background']);
  });
});

describe('the memory meter', () => {
  it('keeps the most that was seen at once, and looks only while something runs', async () => {
    const clock = new ManualClock();
    const seen = [
      new Map([
        [1, 10],
        [2, 5],
      ]),
      new Map([[1, 4]]),
    ];
    const asked: (readonly number[])[] = [];
    const meter = new MemoryMeter({
      clock,
      measure: (pids) => {
        asked.push(pids);
        return Promise.resolve(seen.shift() ?? new Map());
      },
    });
    const watch = meter.watch();
    watch.started(1);
    watch.started(2);
    assert.equal(watch.peakBytes, null);
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
    watch.ended(2);
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
    watch.ended(1);
    clock.advance(5000);
    assert.deepEqual([watch.peakBytes, asked], [15, [[1, 2], [1]]]);
  });
});
