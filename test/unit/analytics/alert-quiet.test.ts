import assert from 'node:assert/strict';
import { listAlerts, saveSilence } from '../../../agent/store/alerts.ts';
import { AlertsRig, failing, minuteMs, slow } from '../../rig/alerts-rig.ts';

describe('alerts are kept quiet: they', () => {
  let rig: AlertsRig;
  beforeEach(async () => {
    rig = await AlertsRig.create();
  });
  afterEach(() => rig[Symbol.dispose]());

  it('that go to and fro are one alert, and are told no more from the third time on', async () => {
    rig.onlyRules(slow());
    for (let turn = 0; turn < 5; turn += 1) {
      await rig.duration(60_000);
      rig.clock.advance(11 * minuteMs);
      await rig.duration(1);
      await rig.alerts.evaluate();
      rig.clock.advance(11 * minuteMs);
      await rig.alerts.evaluate();
    }
    const alert = rig.only();
    assert.equal(alert.isFlapping, true);
    assert.ok(alert.occurrences >= 4);
    assert.deepEqual(rig.told, ['slow: firing', 'slow: resolved', 'slow: firing', 'slow: resolved']);
  });

  it('that the user resolved stay silent until their condition was false, also over a restart', async () => {
    rig.onlyRules(failing);
    await rig.failures(1, 10);
    const resolved = await rig.alerts.resolve(rig.only().id);
    assert.ok(resolved.ok && resolved.value.isHeld);
    rig.alerts.dispose();
    rig.alerts = rig.open();
    await rig.alerts.install();
    rig.onlyRules(failing);
    await rig.alerts.evaluate();
    assert.deepEqual(rig.said, ['failing: firing', 'failing: resolved']);
    await rig.failures(0, 1);
    await rig.failures(1, 10);
    assert.equal(rig.only().state, 'firing');
  });

  it('are told once their silence ends, if they still fire', async () => {
    rig.onlyRules(failing);
    rig.db.transact((tx) =>
      saveSilence(tx, {
        id: 's',
        rule: 'failing',
        metricId: null,
        severity: null,
        tags: {},
        reason: '',
        createdBy: '',
        startsAt: 0,
        endsAt: rig.clock.now() + 10 * minuteMs,
      }),
    );
    await rig.failures(1, 10);
    assert.deepEqual([rig.said, rig.told, rig.only().silencedBy], [['failing: firing'], [], 's']);
    rig.clock.advance(11 * minuteMs);
    await rig.settled();
    assert.deepEqual(rig.told, ['failing: firing']);
  });

  it('are not told while their root cause fires', async () => {
    rig.onlyRules(slow(), failing, { ...failing, id: 'child', inhibitedBy: ['slow'] });
    await rig.duration(60_000);
    await rig.failures(1, 10);
    assert.deepEqual(
      rig.told.toSorted((a, b) => a.localeCompare(b)),
      ['failing: firing', 'slow: firing'],
    );
    assert.equal(listAlerts(rig.db, 9).find(({ rule }) => rule === 'child')?.inhibitedBy, 'slow');
    await rig.duration(1);
    assert.ok(rig.told.includes('child: firing'), 'the cause is gone and it still fires');
  });

  it('escalate when nobody acknowledges them', async () => {
    rig.onlyRules({ ...failing, escalation: { afterSeconds: 600, severity: 'critical', channels: [] } });
    await rig.failures(1, 10);
    rig.clock.advance(11 * minuteMs);
    await rig.settled();
    assert.deepEqual([rig.only().severity, rig.told], ['critical', ['failing: firing', 'failing: firing']]);
    assert.match(rig.only().message, /not acknowledged for 10 min/);
  });

  it('that somebody looks after do not escalate', async () => {
    rig.onlyRules({ ...failing, escalation: { afterSeconds: 600, severity: 'critical', channels: [] } });
    await rig.failures(1, 10);
    const acknowledged = await rig.alerts.acknowledge(rig.only().id, 'me', 'on it');
    assert.deepEqual(acknowledged.ok && acknowledged.value.acknowledged, {
      at: rig.clock.now(),
      by: 'me',
      note: 'on it',
    });
    rig.clock.advance(11 * minuteMs);
    await rig.settled();
    assert.deepEqual([rig.only().severity, rig.told], ['warning', ['failing: firing']]);
  });
});
