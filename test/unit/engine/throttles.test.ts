import assert from 'node:assert/strict';
import { Announcer } from '../../../agent/engine/announcer.ts';
import { startIdleTimer } from '../../../agent/engine/deadlines.ts';
import { emptyExecution, withProgress } from '../../../agent/engine/execution-record.ts';
import { LogFeed } from '../../../agent/engine/log-feed.ts';
import { createEventBus } from '../../../agent/events/events.ts';
import { success } from '../../../agent/protocol/failure.ts';
import { ExecutionId } from '../../../agent/protocol/ids.ts';
import { FakeClock } from '../../rig/fake-clock.ts';

function announced() {
  const clock = new FakeClock();
  const events = createEventBus((error) => {
    throw error;
  });
  let execution = emptyExecution(
    ExecutionId.parse('run-1'),
    {
      kind: 'pipeline',
      name: 'x',
      trigger: 'api',
      changedFiles: 0,
      timeoutMs: 1,
      priority: 'background',
      prepare: () => Promise.resolve(success([])),
    },
    0,
  );
  const seen: number[] = [];
  events.on('execution.changed', (event) => seen.push(event.execution.finishedTests));
  const announcer = new Announcer({ clock, events, current: () => execution });
  const finishOne = () => {
    execution = withProgress(execution, { finishedTests: 1 });
    announcer.soon();
  };
  return { clock, announcer, seen, finishOne };
}

describe('progress', () => {
  it('is told at most ten times a second, and the last of it always', () => {
    const { clock, seen, finishOne } = announced();
    for (let tenth = 0; tenth < 20; tenth++) {
      for (let index = 0; index < 50; index++) finishOne();
      clock.advance(50);
    }
    clock.advance(1000);
    assert.ok(seen.length <= 12, `${seen.length} events in a second`);
    assert.equal(seen.at(-1), 1000);
    assert.equal(clock.pending, 0);
  });

  it('is not told twice when a change of state told it at once', () => {
    const { clock, announcer, seen, finishOne } = announced();
    finishOne();
    finishOne();
    announcer.now();
    clock.advance(1000);
    assert.deepEqual(seen, [1, 2]);
  });
});

describe('live output', () => {
  it('goes out at once, then in one piece a tenth of a second', () => {
    const clock = new FakeClock();
    const pieces: string[] = [];
    const feed = new LogFeed(clock, (text) => pieces.push(text));
    for (const text of ['a', 'b', 'c']) feed.push(text);
    clock.advance(100);
    feed.push('d');
    feed.close();
    assert.deepEqual(pieces, ['a', 'bc', 'd']);
    clock.advance(1000);
    assert.equal(clock.pending, 0);
  });

  it('is cut where there is too much of it, and says so', () => {
    const clock = new FakeClock();
    const pieces: string[] = [];
    const feed = new LogFeed(clock, (text) => pieces.push(text));
    feed.push('first');
    feed.push('x'.repeat(100_000));
    feed.push('y'.repeat(1000));
    clock.advance(100);
    assert.equal(pieces[1], `${'x'.repeat(65_536)}\n… 35464 characters more stand in the log …\n`);
  });
});

describe('the idle timer', () => {
  it('runs out when nothing happens for long enough, counted from what happened last', () => {
    const clock = new FakeClock();
    let outAt: number | null = null;
    const timer = startIdleTimer(clock, 1000, () => {
      outAt = clock.monotonicMs();
    });
    clock.advance(900);
    timer.touch();
    clock.advance(900);
    timer.touch();
    clock.advance(999);
    assert.equal(outAt, null);
    clock.advance(1);
    assert.equal(outAt, 2800);
    assert.equal(clock.pending, 0);
  });

  it('leaves no timer when it is disposed', () => {
    const clock = new FakeClock();
    const timer = startIdleTimer(clock, 1000, () => assert.fail('it ran out'));
    clock.advance(999);
    timer.touch();
    clock.advance(500);
    timer.dispose();
    clock.advance(5000);
    assert.equal(clock.pending, 0);
  });
});
