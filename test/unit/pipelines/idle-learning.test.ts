import assert from 'node:assert/strict';
import { IdleLearning } from '../../../agent/pipelines/idle-learning.ts';
import { createEventBus } from '../../../agent/events/events.ts';
import { createLog } from '../../../agent/platform/log.ts';
import { ExecutionId } from '../../../agent/protocol/ids.ts';
import { ManualClock } from '../../rig/manual-clock.ts';

describe('learning in idle time', () => {
  it('waits for ten runs and a quiet minute, and anew when something happens', () => {
    const rig = open();
    for (let run = 0; run < 9; run += 1) rig.finish();
    rig.clock.advance(600_000);
    assert.equal(rig.learned(), 0);
    rig.finish();
    rig.clock.advance(59_000);
    rig.learning.filesChanged();
    rig.clock.advance(59_000);
    assert.equal(rig.learned(), 0);
    rig.clock.advance(1000);
    assert.equal(rig.learned(), 1);
    rig.finish();
    rig.clock.advance(600_000);
    assert.equal(rig.learned(), 1);
  });

  it('does not wait for ten runs where estimates became worse', async () => {
    const rig = open({ hasDrifted: true });
    rig.clock.advance(600_000);
    assert.equal(rig.learned(), 0);
    rig.finish();
    rig.clock.advance(59_000);
    assert.equal(rig.learned(), 0);
    rig.clock.advance(1000);
    await rig.hasLearned;
    assert.equal(rig.learned(), 1);
  });

  it('does not happen on battery, nor after it was closed', () => {
    const onBattery = open({ isOnBattery: true });
    for (let run = 0; run < 10; run += 1) onBattery.finish();
    onBattery.clock.advance(60_000);
    assert.equal(onBattery.learned(), 0);
    const closed = open();
    for (let run = 0; run < 10; run += 1) closed.finish();
    closed.learning.dispose();
    closed.clock.advance(60_000);
    assert.equal(closed.learned(), 0);
  });
});

function open({ isOnBattery = false, hasDrifted = false } = {}) {
  const clock = new ManualClock();
  const events = createEventBus((error) => assert.fail(String(error)));
  let learned = 0;
  const { promise: hasLearned, resolve } = Promise.withResolvers<void>();
  const learning = new IdleLearning({
    events,
    clock,
    log: createLog(() => {}, 'error'),
    learn: async () => {
      learned += 1;
      resolve();
    },
    isOnBattery: () => isOnBattery,
    hasDrifted: async () => hasDrifted,
  });
  const finish = () =>
    events.emit({
      type: 'run.finished',
      executionId: ExecutionId.parse('run-1'),
      status: 'succeeded',
      reason: null,
      counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
      firstFailureAtMs: null,
      durationMs: 1,
      saved: { testsMs: 0, buildsMs: 0 },
      notes: [],
    });
  return { clock, learning, finish, hasLearned, learned: () => learned };
}
