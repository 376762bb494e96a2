import assert from 'node:assert/strict';
import { startDeadline } from '../../../agent/engine/deadlines.ts';
import { Presence } from '../../../agent/engine/presence.ts';
import { RunQueue, type Place } from '../../../agent/engine/run-queue.ts';
import { FakeClock } from '../../rig/fake-clock.ts';

describe('the place of an execution', () => {
  function presence() {
    const said: string[] = [];
    const place: Place = { leave: () => void said.push('leave'), retake: () => void said.push('retake') };
    const clock = new FakeClock();
    const deadline = startDeadline(clock, 1000, () => said.push('late'));
    return { said, clock, presence: new Presence(place, deadline) };
  }

  it('is left while all its steps wait, and its time stands still', () => {
    const { said, clock, presence: own } = presence();
    const asking = own.stepStarted();
    const working = own.stepStarted();
    asking.waits(true);
    assert.equal(said.at(-1), 'retake', 'one still works');
    working.ended();
    assert.equal(said.at(-1), 'leave');
    clock.advance(60_000);
    asking.waits(false);
    assert.equal(said.at(-1), 'retake');
    clock.advance(999);
    assert.ok(!said.includes('late'));
    clock.advance(1);
    assert.equal(said.at(-1), 'late');
  });

  it('is left while it is paused and nothing of it runs', async () => {
    const { said, presence: own } = presence();
    const step = own.stepStarted();
    own.pause();
    assert.equal(said.at(-1), 'retake');
    step.ended();
    assert.equal(said.at(-1), 'leave');
    let isPermitted = false;
    const permitted = own.permitted(new AbortController().signal).then(() => (isPermitted = true));
    await Promise.resolve();
    assert.equal(isPermitted, false);
    own.resume();
    await permitted;
    assert.equal(said.at(-1), 'retake');
  });

  it('is not waited for by what was called off', async () => {
    const { presence: own } = presence();
    own.pause();
    const abort = new AbortController();
    const permitted = own.permitted(abort.signal);
    abort.abort();
    await permitted;
  });
});

describe('a queue with groups and places', () => {
  function queued(queue: RunQueue, group?: string) {
    const started = Promise.withResolvers<Place>();
    const ended = Promise.withResolvers<void>();
    const state = { isStarted: false };
    queue.add({
      isInteractive: false,
      ...(group === undefined ? {} : { group }),
      start(place) {
        state.isStarted = true;
        started.resolve(place);
        return ended.promise;
      },
    });
    return { state, started: started.promise, end: () => ended.resolve() };
  }

  it('runs one of a group at a time, and others meanwhile', async () => {
    const queue = new RunQueue(() => 5);
    const first = queued(queue, 'g');
    const second = queued(queue, 'g');
    const other = queued(queue);
    await Promise.all([first.started, other.started]);
    assert.equal(second.state.isStarted, false);
    first.end();
    await second.started;
  });

  it('gives a place that is left to another one, and does not count it twice', async () => {
    const queue = new RunQueue(() => 1);
    const first = queued(queue);
    const second = queued(queue);
    const third = queued(queue);
    const place = await first.started;
    assert.equal(second.state.isStarted, false);
    place.leave();
    await second.started;
    place.retake();
    first.end();
    await Promise.resolve();
    assert.equal(third.state.isStarted, false, 'the second still has the only place');
    second.end();
    await third.started;
  });
});
