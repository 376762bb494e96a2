import assert from 'node:assert/strict';
import { Alerts } from '../../../agent/analytics/alerts.ts';
import { createAlertAdministration } from '../../../agent/analytics/alert-administration.ts';
import { ownMetrics } from '../../../agent/analytics/run-metrics.ts';
import { createEventBus, type EventBus } from '../../../agent/events/events.ts';
import { AlertRule, type Alert } from '../../../agent/protocol/alerts.ts';
import type { MetricTags } from '../../../agent/protocol/metrics.ts';
import { listAlertRules, listAlerts, saveAlertRule, saveSilence } from '../../../agent/store/alerts.ts';
import { recordMetricValues } from '../../../agent/store/metric-values.ts';
import { defineMetric } from '../../../agent/store/metrics.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

/** A clock that can be set. */
class SettableClock extends FakeClock {
  setBy = 0;
  override now(): number {
    return super.now() + this.setBy;
  }
}

const minuteMs = 60_000;

describe('alerts', () => {
  let db: MemoryDatabase;
  let clock: SettableClock;
  let events: EventBus;
  let alerts: Alerts;
  /** `rule: state` of every change that was told on the bus. */
  let said: string[];
  /** The same, of what the channels are told. */
  let told: string[];

  beforeEach(async () => {
    db = await MemoryDatabase.create();
    clock = new SettableClock();
    [said, told] = [[], []];
    events = createEventBus((error) => {
      throw error;
    });
    events.on('alert.changed', ({ alert }) => said.push(`${alert.rule}: ${alert.state}`));
    db.transact((tx) => ownMetrics.forEach((metric) => defineMetric(tx, metric)));
    alerts = open();
    await alerts.install();
    onlyRules();
  });
  afterEach(() => {
    alerts.dispose();
    db[Symbol.dispose]();
  });

  it('fire while their condition holds, and are resolved when it does no more', async () => {
    onlyRules(failing);
    await failures(1, 10);
    await alerts.evaluate();
    assert.deepEqual(said, ['failing: firing']);
    assert.equal(only().message, 'Failed runs: 10 of the last 10, the bound is 90 %');
    clock.advance(5000);
    await failures(0, 1);
    assert.deepEqual(said, ['failing: firing', 'failing: resolved']);
    assert.equal(only().resolvedAt, clock.now());
    assert.deepEqual(told, said);
  });

  it('wait as pending until the condition has held for long enough, and look again by themselves', async () => {
    onlyRules(slow({ forSeconds: 120 }));
    await duration(60_000);
    assert.deepEqual(said, ['slow: pending']);
    clock.advance(119_000);
    await settled();
    assert.deepEqual(told, []);
    clock.advance(60_000);
    await settled();
    assert.deepEqual(told, ['slow: firing']);
  });

  it('that are pending are forgotten when the condition ends before', async () => {
    onlyRules(slow({ forSeconds: 120 }));
    await duration(60_000);
    await duration(1);
    assert.deepEqual([listAlerts(db, 9), told], [[], []]);
  });

  it('fire on until the condition has been false for long enough and is beyond the hysteresis', async () => {
    onlyRules(slow({ keepFiringSeconds: 60, resolveValue: 5000 }));
    await duration(60_000);
    await duration(7000);
    clock.advance(5 * minuteMs);
    await settled();
    assert.equal(only().state, 'firing', 'between the bounds');
    await duration(1000);
    assert.equal(only().state, 'firing', 'not for long enough');
    for (let minute = 0; minute < 2; minute += 1) {
      clock.advance(minuteMs);
      await settled();
    }
    assert.equal(only().state, 'resolved');
  });

  it('that go to and fro are one alert, and are told no more from the third time on', async () => {
    onlyRules(slow());
    for (let turn = 0; turn < 5; turn += 1) {
      await duration(60_000);
      clock.advance(11 * minuteMs);
      await duration(1);
      await alerts.evaluate();
      clock.advance(11 * minuteMs);
      await alerts.evaluate();
    }
    const alert = only();
    assert.equal(alert.isFlapping, true);
    assert.ok(alert.occurrences >= 4);
    assert.deepEqual(told, ['slow: firing', 'slow: resolved', 'slow: firing', 'slow: resolved']);
  });

  it('that the user resolved stay silent until their condition was false, also over a restart', async () => {
    onlyRules(failing);
    await failures(1, 10);
    const resolved = await alerts.resolve(only().id);
    assert.ok(resolved.ok && resolved.value.isHeld);
    alerts.dispose();
    alerts = open();
    await alerts.install();
    onlyRules(failing);
    await alerts.evaluate();
    assert.deepEqual(said, ['failing: firing', 'failing: resolved']);
    await failures(0, 1);
    await failures(1, 10);
    assert.equal(only().state, 'firing');
  });

  it('are told once their silence ends, if they still fire', async () => {
    onlyRules(failing);
    db.transact((tx) =>
      saveSilence(tx, {
        id: 's',
        rule: 'failing',
        metricId: null,
        severity: null,
        tags: {},
        reason: '',
        createdBy: '',
        startsAt: 0,
        endsAt: clock.now() + 10 * minuteMs,
      }),
    );
    await failures(1, 10);
    assert.deepEqual([said, told, only().silencedBy], [['failing: firing'], [], 's']);
    clock.advance(11 * minuteMs);
    await settled();
    assert.deepEqual(told, ['failing: firing']);
  });

  it('are not told while their root cause fires', async () => {
    onlyRules(slow(), failing, { ...failing, id: 'child', inhibitedBy: ['slow'] });
    await duration(60_000);
    await failures(1, 10);
    assert.deepEqual(
      told.toSorted((a, b) => a.localeCompare(b)),
      ['failing: firing', 'slow: firing'],
    );
    assert.equal(listAlerts(db, 9).find(({ rule }) => rule === 'child')?.inhibitedBy, 'slow');
    await duration(1);
    assert.ok(told.includes('child: firing'), 'the cause is gone and it still fires');
  });

  it('escalate when nobody acknowledges them', async () => {
    onlyRules({ ...failing, escalation: { afterSeconds: 600, severity: 'critical', channels: [] } });
    await failures(1, 10);
    clock.advance(11 * minuteMs);
    await settled();
    assert.deepEqual([only().severity, told], ['critical', ['failing: firing', 'failing: firing']]);
    assert.match(only().message, /not acknowledged for 10 min/);
  });

  it('that somebody looks after do not escalate', async () => {
    onlyRules({ ...failing, escalation: { afterSeconds: 600, severity: 'critical', channels: [] } });
    await failures(1, 10);
    const acknowledged = await alerts.acknowledge(only().id, 'me', 'on it');
    assert.deepEqual(acknowledged.ok && acknowledged.value.acknowledged, { at: clock.now(), by: 'me', note: 'on it' });
    clock.advance(11 * minuteMs);
    await settled();
    assert.deepEqual([only().severity, told], ['warning', ['failing: firing']]);
  });

  it('are one for each series where the rule says so', async () => {
    onlyRules(slow({ perSeries: true }));
    await duration(60_000, { target: 'core' });
    await duration(60_000, { target: 'web' });
    await duration(1, { target: 'cli' });
    assert.deepEqual(
      listAlerts(db, 9)
        .map(({ tags }) => tags['target'] ?? '')
        .toSorted((a, b) => a.localeCompare(b)),
      ['core', 'web'],
    );
    assert.equal(new Set(listAlerts(db, 9).map(({ fingerprint }) => fingerprint)).size, 2);
  });

  it('are raised by hand, the same name and tags once', async () => {
    const given = { name: 'deploy', severity: 'error', message: 'failed', tags: { stage: 'prod' } } as const;
    const first = await alerts.trigger(given);
    const second = await alerts.trigger({ ...given, message: 'failed again' });
    assert.deepEqual([second.id, second.occurrences, second.message], [first.id, 2, 'failed again']);
    assert.deepEqual(told, ['deploy: firing']);
    await alerts.evaluate();
    assert.equal(only().state, 'firing', 'nothing but a person resolves it');
  });

  it('of a rule that is removed or switched off are resolved', async () => {
    onlyRules(failing);
    await failures(1, 10);
    onlyRules({ ...failing, isEnabled: false });
    await alerts.evaluate();
    assert.equal(only().state, 'resolved');
  });

  it('are looked at at once, and then no more often than the interval says', async () => {
    onlyRules(failing);
    alerts.valuesRecorded();
    record(
      'run.failed',
      Array.from({ length: 10 }, () => 1),
    );
    clock.advance(0);
    await settled();
    assert.deepEqual(said, ['failing: firing']);
    record('run.failed', [0]);
    alerts.valuesRecorded();
    alerts.valuesRecorded();
    clock.advance(59_999);
    await settled();
    assert.equal(said.length, 1);
    clock.advance(1);
    await settled();
    assert.deepEqual(said, ['failing: firing', 'failing: resolved']);
    assert.equal(clock.pending, 0, 'nothing waits while nothing is recorded');
  });

  it('are not looked at any more when the agent has left', () => {
    alerts.valuesRecorded();
    alerts.dispose();
    alerts.valuesRecorded();
    assert.equal(clock.pending, 0);
  });

  describe('when the clock is set', () => {
    it('by an hour forward, do not fire early for it', async () => {
      onlyRules(
        slow({
          forSeconds: 600,
          condition: { kind: 'threshold', aggregate: 'last', operator: '>', value: 10_000, windowSeconds: 7200 },
        }),
      );
      await duration(60_000);
      clock.advance(minuteMs);
      clock.setBy = 60 * minuteMs;
      await alerts.evaluate();
      assert.equal(only().state, 'pending', 'it has held for a minute, not for an hour');
      assert.equal(clock.now() - only().startedAt, minuteMs);
    });

    it('by an hour forward, do not take the gap for silence', async () => {
      onlyRules({ ...failing, id: 'silent', condition: { kind: 'no_data', windowSeconds: 1800 } });
      await failures(0, 1);
      clock.setBy = 60 * minuteMs;
      await alerts.evaluate();
      assert.deepEqual(said, []);
      clock.advance(31 * minuteMs);
      await alerts.evaluate();
      assert.deepEqual(said, ['silent: firing'], 'half an hour later it is silence');
    });

    it('back by an hour, still see what was recorded before', async () => {
      onlyRules(failing);
      await failures(1, 9);
      clock.setBy = -60 * minuteMs;
      await failures(1, 1);
      assert.deepEqual(said, ['failing: firing']);
    });
  });

  describe('and their default rules', () => {
    it('are there once, and what was changed in one is left', async () => {
      db.transact((tx) => tx.run('DELETE FROM alert_rules'));
      await open().install();
      const [first, ...others] = listAlertRules(db);
      assert.ok(first !== undefined && others.length >= 5);
      db.transact((tx) => saveAlertRule(tx, { ...first, isEnabled: false }));
      await open().install();
      assert.deepEqual(listAlertRules(db), [{ ...first, isEnabled: false }, ...others]);
    });

    it('stay quiet over a hundred ordinary runs', async () => {
      db.transact((tx) => tx.run('DELETE FROM alert_rules'));
      await open().install();
      for (let run = 0; run < 100; run += 1) {
        record('run.duration', [20_000 + ((run * 7919) % 9000)]);
        record('run.failed', [run % 5 === 0 ? 1 : 0]);
        record('disk.free', [1e11]);
        clock.advance(10 * minuteMs);
        await alerts.evaluate();
      }
      assert.deepEqual(said, []);
    });
  });

  describe('as people make them', () => {
    const administration = () =>
      createAlertAdministration({
        store: db.store,
        clock,
        retentionDays: () => 90,
        channels: () => ['team'],
        onChanged: () => alerts.evaluate(),
      });

    it('come back after a default one was deleted only as switched off', async () => {
      db.transact((tx) => tx.run('DELETE FROM alert_rules'));
      await alerts.install();
      assert.equal((await administration().deleteRule('regret')).ok, true);
      await open().install();
      assert.equal(listAlertRules(db).find(({ id }) => id === 'regret')?.isEnabled, false);
      const wrong = await administration().deleteRule('regrets');
      assert.match(wrong.ok ? '' : wrong.failure.message, /did you mean 'regret'/);
    });

    it('say of a threshold that the past would always have been beyond it', async () => {
      for (let hour = 0; hour < 20; hour += 1) {
        record('run.duration', [60_000]);
        clock.advance(60 * minuteMs);
      }
      const created = await administration().createRule(slow());
      assert.match(
        created.ok ? created.value.notes.join() : '',
        /held all the time over the last 14 days: it would always fire/,
      );
    });

    it('are not silenced altogether', async () => {
      const silence = await administration().createSilence({ tags: {}, durationSeconds: 60, reason: '' }, 'me');
      assert.equal(silence.ok, false);
    });
  });

  function open(): Alerts {
    const reportError = (error: unknown) => {
      throw error;
    };
    return new Alerts({
      store: db.store,
      events,
      clock,
      checkIntervalMs: () => minuteMs,
      reportError,
      tell: (_tx, list) => list.forEach(({ alert }) => told.push(`${alert.rule}: ${alert.state}`)),
      told: () => {},
    });
  }

  function onlyRules(...rules: readonly AlertRule[]): void {
    db.transact((tx) => {
      tx.run('DELETE FROM alert_rules');
      rules.forEach((rule) => saveAlertRule(tx, rule));
    });
  }

  async function failures(failed: 0 | 1, count: number): Promise<void> {
    record(
      'run.failed',
      Array.from({ length: count }, () => failed),
    );
    await alerts.evaluate();
  }

  async function duration(ms: number, tags: MetricTags = {}): Promise<void> {
    clock.advance(1);
    record('run.duration', [ms], tags);
    await alerts.evaluate();
  }

  function record(id: string, values: readonly number[], tags: MetricTags = {}): void {
    for (const value of values) db.transact((tx) => recordMetricValues(tx, id, [{ at: clock.now(), value, tags }]));
  }

  function only(): Alert {
    const [alert, ...others] = listAlerts(db, 10);
    assert.ok(alert !== undefined && others.length === 0);
    return alert;
  }

  /** What the clock started has gone on to its end. */
  function settled(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
});

const failing = AlertRule.parse({
  id: 'failing',
  name: 'Failing',
  metricId: 'run.failed',
  severity: 'warning',
  condition: { kind: 'share', above: 0.9, window: 10 },
});

function slow(more: Partial<AlertRule> = {}): AlertRule {
  return {
    ...AlertRule.parse({
      id: 'slow',
      name: 'Slow',
      metricId: 'run.duration',
      severity: 'error',
      condition: { kind: 'threshold', aggregate: 'last', operator: '>', value: 10_000, windowSeconds: 3600 },
    }),
    ...more,
  };
}
