import assert from 'node:assert/strict';
import { RunQueue } from '../../../agent/engine/run-queue.ts';

/** Runs that start when the queue lets them and end when the test says so. */
function runs(limit: () => number) {
  const queue = new RunQueue(limit);
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (name: string, isInteractive = false) => {
    const queued = {
      isInteractive,
      start: () => {
        started.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      },
    };
    queue.add(queued);
    return queued;
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { queue, started, add, end };
}

describe('the queue of executions', () => {
  it('starts nothing before the caller has gone on', async () => {
    const { started, add } = runs(() => 1);
    add('a');
    assert.deepEqual(started, []);
    await new Promise(setImmediate);
    assert.deepEqual(started, ['a']);
  });

  it('keeps to the limit, interactive ones first, else in order', async () => {
    const { started, add, end } = runs(() => 2);
    for (const name of ['a', 'b', 'c', 'd']) add(name);
    add('urgent', true);
    await end('none');
    assert.deepEqual(started, ['urgent', 'a']);
    await end('a');
    await end('urgent');
    assert.deepEqual(started, ['urgent', 'a', 'b', 'c']);
  });

  it('lets one go that was not started', async () => {
    const { queue, started, add, end } = runs(() => 1);
    const [a, b] = [add('a'), add('b')];
    await end('none');
    assert.equal(queue.remove(b), true);
    assert.equal(queue.remove(a), false);
    await end('a');
    assert.deepEqual(started, ['a']);
  });
});
