import assert from 'node:assert/strict';
import { chooseClaim, SlotPool } from '../../../agent/engine/slots.ts';
import { ExecutionId } from '../../../agent/protocol/ids.ts';

const never = new AbortController().signal;

function owner(id: string, isInteractive = false) {
  return { executionId: ExecutionId.parse(id), isInteractive };
}

/** Asks for slots and keeps the order in which they were granted. */
function board(limit: () => number) {
  const pool = new SlotPool(limit);
  const granted: string[] = [];
  const releases = new Map<string, () => void>();
  const ask = (name: string, asker: ReturnType<typeof owner>, signal = never) =>
    pool.acquire(asker, signal).then((release) => {
      granted.push(release === null ? `${name} withdrawn` : name);
      if (release !== null) releases.set(name, release);
    });
  return { granted, ask, release: (name: string) => releases.get(name)?.() };
}

describe('slots', () => {
  it('go to interactive work first, then to who holds the fewest, then to who waited longest', () => {
    const claim = (isInteractive: boolean, held: number, turn: number) => ({ isInteractive, held, turn });
    assert.equal(chooseClaim([]), -1);
    assert.equal(chooseClaim([claim(false, 0, 1), claim(true, 5, 9)]), 1);
    assert.equal(chooseClaim([claim(true, 2, 1), claim(true, 1, 9)]), 1);
    assert.equal(chooseClaim([claim(true, 1, 4), claim(true, 1, 3)]), 1);
  });

  it('are never more than the limit, and come back', async () => {
    const { granted, ask, release } = board(() => 2);
    const asks = ['a', 'b', 'c'].map((name) => ask(name, owner('run')));
    await Promise.all(asks.slice(0, 2));
    assert.deepEqual(granted, ['a', 'b']);
    release('a');
    release('a');
    await asks[2];
    assert.deepEqual(granted, ['a', 'b', 'c']);
  });

  it('are shared fairly between executions', async () => {
    const { granted, ask, release } = board(() => 1);
    const asks = [
      ask('a1', owner('a')),
      ask('a2', owner('a')),
      ask('a3', owner('a')),
      ask('b1', owner('b')),
      ask('b2', owner('b')),
    ];
    for (const name of ['a1', 'b1', 'a2', 'b2', 'a3']) {
      await new Promise(setImmediate);
      assert.equal(granted.at(-1), name);
      release(name);
    }
    await Promise.all(asks);
  });

  it('go past background work that waited longer', async () => {
    const { granted, ask, release } = board(() => 1);
    const asks = [ask('first', owner('a')), ask('second', owner('a')), ask('urgent', owner('b', true))];
    await asks[0];
    release('first');
    await asks[2];
    release('urgent');
    await asks[1];
    assert.deepEqual(granted, ['first', 'urgent', 'second']);
  });

  it('are not kept for who does not want them any more', async () => {
    const { granted, ask, release } = board(() => 1);
    const abort = new AbortController();
    const asks = [ask('a', owner('a')), ask('b', owner('b'), abort.signal), ask('c', owner('c'))];
    await asks[0];
    abort.abort();
    release('a');
    await Promise.all(asks);
    assert.deepEqual(granted, ['a', 'b withdrawn', 'c']);
    await ask('d', owner('d'), AbortSignal.abort());
    assert.equal(granted.at(-1), 'd withdrawn');
  });

  it('follow a limit that changes, and are at least one', async () => {
    let limit = 0;
    const { granted, ask, release } = board(() => limit);
    const asks = ['a', 'b', 'c'].map((name) => ask(name, owner('run')));
    await asks[0];
    limit = 2;
    release('a');
    await Promise.all(asks);
    assert.deepEqual(granted, ['a', 'b', 'c']);
  });
});
