import assert from 'node:assert/strict';
import { listAlerts } from '../../../agent/store/alerts.ts';
import { AlertsRig, failing, minuteMs, slow } from '../../rig/alerts-rig.ts';

describe('alerts', () => {
  let rig: AlertsRig;
  beforeEach(async () => {
    rig = await AlertsRig.create();
  });
  afterEach(() => rig[Symbol.dispose]());

  it('fire while their condition holds, and are resolved when it does no more', async () => {
    rig.onlyRules(failing);
    await rig.failures(1, 10);
    await rig.alerts.evaluate();
    assert.deepEqual(rig.said, ['failing: firing']);
    assert.equal(rig.only().message, 'Failed runs: 10 of the last 10, the bound is 90 %');
    rig.clock.advance(5000);
    await rig.failures(0, 1);
    assert.deepEqual(rig.said, ['failing: firing', 'failing: resolved']);
    assert.equal(rig.only().resolvedAt, rig.clock.now());
    assert.deepEqual(rig.told, rig.said);
  });

  it('wait as pending until the condition has held for long enough, and look again by themselves', async () => {
    rig.onlyRules(slow({ forSeconds: 120 }));
    await rig.duration(60_000);
    assert.deepEqual(rig.said, ['slow: pending']);
    rig.clock.advance(119_000);
    await rig.settled();
    assert.deepEqual(rig.told, []);
    rig.clock.advance(60_000);
    await rig.settled();
    assert.deepEqual(rig.told, ['slow: firing']);
  });

  it('that are pending are forgotten when the condition ends before', async () => {
    rig.onlyRules(slow({ forSeconds: 120 }));
    await rig.duration(60_000);
    await rig.duration(1);
    assert.deepEqual([listAlerts(rig.db, 9), rig.told], [[], []]);
  });

  it('fire on until the condition has been false for long enough and is beyond the hysteresis', async () => {
    rig.onlyRules(slow({ keepFiringSeconds: 60, resolveValue: 5000 }));
    await rig.duration(60_000);
    await rig.duration(7000);
    rig.clock.advance(5 * minuteMs);
    await rig.settled();
    assert.equal(rig.only().state, 'firing', 'between the bounds');
    await rig.duration(1000);
    assert.equal(rig.only().state, 'firing', 'not for long enough');
    for (let minute = 0; minute < 2; minute += 1) {
      rig.clock.advance(minuteMs);
      await rig.settled();
    }
    assert.equal(rig.only().state, 'resolved');
  });

  it('are one for each series where the rule says so', async () => {
    rig.onlyRules(slow({ perSeries: true }));
    await rig.duration(60_000, { target: 'core' });
    await rig.duration(60_000, { target: 'web' });
    await rig.duration(1, { target: 'cli' });
    assert.deepEqual(
      listAlerts(rig.db, 9)
        .map(({ tags }) => tags['target'] ?? '')
        .toSorted((a, b) => a.localeCompare(b)),
      ['core', 'web'],
    );
    assert.equal(new Set(listAlerts(rig.db, 9).map(({ fingerprint }) => fingerprint)).size, 2);
  });

  it('are raised by hand, the same name and tags once', async () => {
    const given = { name: 'deploy', severity: 'error', message: 'failed', tags: { stage: 'prod' } } as const;
    const first = await rig.alerts.trigger(given);
    const second = await rig.alerts.trigger({ ...given, message: 'failed again' });
    assert.deepEqual([second.id, second.occurrences, second.message], [first.id, 2, 'failed again']);
    assert.deepEqual(rig.told, ['deploy: firing']);
    await rig.alerts.evaluate();
    assert.equal(rig.only().state, 'firing', 'nothing but a person resolves it');
  });

  it('of a rule that is removed or switched off are resolved', async () => {
    rig.onlyRules(failing);
    await rig.failures(1, 10);
    rig.onlyRules({ ...failing, isEnabled: false });
    await rig.alerts.evaluate();
    assert.equal(rig.only().state, 'resolved');
  });

  it('say how it is now, and how it was when they fired', async () => {
    rig.onlyRules(slow({ escalation: { afterSeconds: 600, severity: 'critical', channels: [] } }));
    await rig.duration(60_000);
    await rig.duration(90_000);
    const { message, firedMessage, value } = rig.only();
    assert.match(message, /is 1 min 30 s, the bound is > 10 s$/);
    assert.match(firedMessage ?? '', /is 1 min, the bound/);
    assert.equal(value, 90_000);
    assert.deepEqual(rig.told, ['slow: firing'], 'nobody is told of another value');
    rig.clock.advance(11 * minuteMs);
    await rig.duration(70_000);
    await rig.duration(80_000);
    assert.match(rig.only().message, /is 1 min 20 s.*\(not acknowledged for 11 min\)$/);
  });
});
