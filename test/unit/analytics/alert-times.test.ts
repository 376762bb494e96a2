import assert from 'node:assert/strict';
import { AlertsRig, failing, minuteMs, slow } from '../../rig/alerts-rig.ts';

describe('alerts and time: they', () => {
  let rig: AlertsRig;
  beforeEach(async () => {
    rig = await AlertsRig.create();
  });
  afterEach(() => rig[Symbol.dispose]());

  it('are looked at at once, and then no more often than the interval says', async () => {
    rig.onlyRules(failing);
    rig.alerts.valuesRecorded();
    rig.record(
      'run.failed',
      Array.from({ length: 10 }, () => 1),
    );
    rig.clock.advance(0);
    await rig.settled();
    assert.deepEqual(rig.said, ['failing: firing']);
    rig.record('run.failed', [0]);
    rig.alerts.valuesRecorded();
    rig.alerts.valuesRecorded();
    rig.clock.advance(59_999);
    await rig.settled();
    assert.equal(rig.said.length, 1);
    rig.clock.advance(1);
    await rig.settled();
    assert.deepEqual(rig.said, ['failing: firing', 'failing: resolved']);
    assert.equal(rig.clock.pending, 0, 'nothing waits while nothing is recorded');
  });

  it('are not looked at any more when the agent has left', () => {
    rig.alerts.valuesRecorded();
    rig.alerts.dispose();
    rig.alerts.valuesRecorded();
    assert.equal(rig.clock.pending, 0);
  });

  it('are looked at after a start where a rule waits for silence', async () => {
    rig.onlyRules({ ...failing, id: 'silent', condition: { kind: 'no_data', windowSeconds: 1800 } });
    rig.record('run.failed', [0]);
    rig.alerts.dispose();
    rig.alerts = rig.open();
    await rig.alerts.install();
    for (let minute = 0; minute < 35; minute += 1) {
      rig.clock.advance(minuteMs);
      await rig.settled();
    }
    assert.deepEqual(rig.said, ['silent: firing']);
  });

  describe('when the clock is set', () => {
    it('by an hour forward, do not fire early for it', async () => {
      rig.onlyRules(
        slow({
          forSeconds: 600,
          condition: { kind: 'threshold', aggregate: 'last', operator: '>', value: 10_000, windowSeconds: 7200 },
        }),
      );
      await rig.duration(60_000);
      rig.clock.advance(minuteMs);
      rig.clock.setBy = 60 * minuteMs;
      await rig.alerts.evaluate();
      assert.equal(rig.only().state, 'pending', 'it has held for a minute, not for an hour');
      assert.equal(rig.clock.now() - rig.only().startedAt, minuteMs);
    });

    it('by an hour forward, do not take the gap for silence', async () => {
      rig.onlyRules({ ...failing, id: 'silent', condition: { kind: 'no_data', windowSeconds: 1800 } });
      await rig.failures(0, 1);
      rig.clock.setBy = 60 * minuteMs;
      await rig.alerts.evaluate();
      assert.deepEqual(rig.said, []);
      rig.clock.advance(31 * minuteMs);
      await rig.alerts.evaluate();
      assert.deepEqual(rig.said, ['silent: firing'], 'half an hour later it is silence');
    });

    it('back by an hour, still see what was recorded before', async () => {
      rig.onlyRules(failing);
      await rig.failures(1, 9);
      rig.clock.setBy = -60 * minuteMs;
      await rig.failures(1, 1);
      assert.deepEqual(rig.said, ['failing: firing']);
    });
  });
});
