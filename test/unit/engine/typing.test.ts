import assert from 'node:assert/strict';
import { Typing, typingHoldMs, whileTyping } from '../../../agent/engine/typing.ts';
import { ManualClock } from '../../rig/manual-clock.ts';

describe('typing', () => {
  it('begins with the first word of an editor and ends a moment after the last', () => {
    const clock = new ManualClock();
    const heard: boolean[] = [];
    const typing = new Typing(clock, (isTyping) => heard.push(isTyping));
    typing.reported();
    clock.advance(typingHoldMs - 1);
    typing.reported();
    clock.advance(typingHoldMs - 1);
    assert.deepEqual([heard, typing.isTyping], [[true], true]);
    clock.advance(1);
    assert.deepEqual([heard, typing.isTyping, typing.totalMs], [[true, false], false, 2 * typingHoldMs - 1]);
    clock.advance(60_000);
    typing.reported();
    clock.advance(500);
    assert.deepEqual([heard, typing.totalMs], [[true, false, true], 2 * typingHoldMs + 499]);
  });

  it('leaves half of the slots, and never none', () => {
    assert.deepEqual([1, 2, 3, 8].map(whileTyping), [1, 1, 1, 4]);
  });
});
