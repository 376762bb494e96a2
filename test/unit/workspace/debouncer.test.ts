import assert from 'node:assert/strict';
import { createDebouncer } from '../../../agent/workspace/watching/debouncer.ts';
import { FakeClock } from '../../rig/fake-clock.ts';

function start() {
  const clock = new FakeClock();
  const firedAt: number[] = [];
  const debouncer = createDebouncer({
    clock,
    quietMs: 50,
    maximumMs: 1000,
    fire: () => firedAt.push(clock.monotonicMs()),
  });
  return { clock, firedAt, debouncer };
}

describe('the debouncer', () => {
  it('fires once, when it was quiet for long enough', () => {
    const { clock, firedAt, debouncer } = start();
    debouncer.touch();
    clock.advance(30);
    debouncer.touch();
    clock.advance(49);
    assert.deepEqual(firedAt, []);
    clock.advance(1);
    assert.deepEqual(firedAt, [80]);
    clock.advance(10_000);
    assert.deepEqual(firedAt, [80]);
  });

  it('fires under a flood, a second after it began, and again for the rest', () => {
    const { clock, firedAt, debouncer } = start();
    for (let passed = 0; passed < 1500; passed += 10) {
      debouncer.touch();
      clock.advance(10);
    }
    clock.advance(50);
    assert.deepEqual(firedAt, [1000, 1540]);
  });

  it('sets few timers however often it is touched, and none when nothing happens', () => {
    const { clock, debouncer } = start();
    assert.equal(clock.pending, 0);
    for (let count = 0; count < 1000; count++) debouncer.touch();
    assert.equal(clock.pending, 1);
    clock.advance(50);
    assert.equal(clock.pending, 0);
  });

  it('may be touched while it fires', () => {
    const clock = new FakeClock();
    let fired = 0;
    const debouncer = createDebouncer({
      clock,
      quietMs: 50,
      maximumMs: 1000,
      fire: () => {
        fired += 1;
        if (fired === 1) debouncer.touch();
      },
    });
    debouncer.touch();
    clock.advance(100);
    assert.equal(fired, 2);
  });

  it('forgets what happened when it is cancelled', () => {
    const { clock, firedAt, debouncer } = start();
    debouncer.touch();
    debouncer.cancel();
    clock.advance(1000);
    assert.deepEqual(firedAt, []);
    debouncer.touch();
    clock.advance(50);
    assert.deepEqual(firedAt, [1050]);
  });
});
