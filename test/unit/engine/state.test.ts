import assert from 'node:assert/strict';
import { advance, hasEnded, nextState, type LifeEvent } from '../../../agent/engine/state.ts';
import { ExecutionState } from '../../../agent/protocol/execution.ts';

const queued = { state: 'queued', reason: null, startedAt: null, finishedAt: null } as const;
const events: readonly LifeEvent[] = [
  'started',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'skipped',
  'interrupted',
];

describe('the life of an execution', () => {
  it('goes from the queue through running to an end', () => {
    const running = advance<typeof queued | ReturnType<typeof advance>>(queued, 'started', { at: 5 });
    assert.deepEqual(running, { state: 'running', reason: null, startedAt: 5, finishedAt: null });
    const ended = advance(running, 'timed_out', { at: 9, reason: 'took longer than 4 ms' });
    assert.deepEqual(ended, { state: 'timed_out', reason: 'took longer than 4 ms', startedAt: 5, finishedAt: 9 });
  });

  it('can end before it was started, but not well or badly', () => {
    assert.deepEqual(
      events.map((event) => {
        try {
          return nextState('queued', event);
        } catch {
          return 'a defect';
        }
      }),
      ['running', 'a defect', 'a defect', 'a defect', 'cancelled', 'skipped', 'interrupted'],
    );
  });

  it('ends once: nothing changes what has ended', () => {
    for (const state of ExecutionState.options.filter(hasEnded)) {
      for (const event of events) assert.equal(nextState(state, event), state);
    }
    const ended = { state: 'failed', reason: 'core failed', startedAt: 1, finishedAt: 2 } as const;
    assert.equal(advance(ended, 'cancelled', { at: 3, reason: 'too late' }), ended);
  });

  it('has six ends', () => {
    assert.deepEqual(ExecutionState.options.filter(hasEnded), [
      'succeeded',
      'failed',
      'cancelled',
      'timed_out',
      'skipped',
      'interrupted',
    ]);
  });
});
