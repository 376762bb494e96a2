import assert from 'node:assert/strict';
import { Alerts } from '../../../agent/analytics/alerts.ts';
import { ownMetrics } from '../../../agent/analytics/run-metrics.ts';
import { createEventBus, type EventBus } from '../../../agent/events/events.ts';
import type { Alert } from '../../../agent/protocol/alerts.ts';
import { listAlertRules, saveAlertRule } from '../../../agent/store/alerts.ts';
import { defineMetric, recordMetricValues } from '../../../agent/store/metrics.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

describe('alerts', () => {
  let db: MemoryDatabase;
  let clock: FakeClock;
  let events: EventBus;
  let alerts: Alerts;
  /** `rule: state` of every change that was told. */
  let told: string[];

  beforeEach(async () => {
    db = await MemoryDatabase.create();
    clock = new FakeClock();
    told = [];
    events = createEventBus((error) => {
      throw error;
    });
    events.on('alert.changed', ({ alert }) => told.push(`${alert.rule}: ${alert.state}`));
    alerts = open();
    db.transact((tx) => ownMetrics.forEach((metric) => defineMetric(tx, metric)));
    await alerts.install();
  });
  afterEach(() => {
    alerts.dispose();
    db[Symbol.dispose]();
  });

  it('fire while their condition holds, and are resolved when it does no more', async () => {
    runs(1, 10);
    await alerts.evaluate();
    await alerts.evaluate();
    assert.deepEqual(told, ['runs-failing: firing']);
    const [alert] = alerts.list(10);
    assert.equal(alert?.message, '10 of the last 10 runs failed');
    assert.equal(alert.firedAt, clock.now());
    clock.advance(5000);
    runs(0, 1);
    await alerts.evaluate();
    assert.deepEqual(told, ['runs-failing: firing', 'runs-failing: resolved']);
    assert.equal(alerts.list(10)[0]?.resolvedAt, clock.now());
  });

  it('that the user resolved stay silent until their condition was false', async () => {
    runs(1, 10);
    await alerts.evaluate();
    const { id } = only();
    const resolved = await alerts.resolve(id);
    assert.ok(resolved.ok && resolved.value.state === 'resolved');
    await alerts.evaluate();
    assert.deepEqual(told, ['runs-failing: firing', 'runs-failing: resolved']);
    runs(0, 1);
    await alerts.evaluate();
    runs(1, 10);
    await alerts.evaluate();
    assert.deepEqual(told.slice(2), ['runs-failing: firing']);
  });

  it('are resolved once, and only when they exist', async () => {
    runs(1, 10);
    await alerts.evaluate();
    const { id } = only();
    assert.deepEqual(await alerts.resolve(id), await alerts.resolve(id));
    assert.equal(told.length, 2);
    const missing = await alerts.resolve('nothing');
    assert.equal(!missing.ok && missing.failure.reason, 'not_found');
  });

  it('are looked at at once, and then no more often than the interval says', async () => {
    alerts.valuesRecorded();
    runs(1, 10);
    clock.advance(0);
    await settled();
    runs(0, 1);
    alerts.valuesRecorded();
    alerts.valuesRecorded();
    assert.equal(clock.pending, 1, 'one look for several values');
    clock.advance(59_999);
    assert.deepEqual(told, ['runs-failing: firing']);
    clock.advance(1);
    await settled();
    assert.deepEqual(told, ['runs-failing: firing', 'runs-failing: resolved']);
    assert.equal(clock.pending, 0, 'nothing waits while nothing is recorded');
  });

  it('are not looked at any more when the agent has left', () => {
    alerts.valuesRecorded();
    alerts.dispose();
    alerts.valuesRecorded();
    assert.equal(clock.pending, 0);
  });

  it('have their default rules once, and leave what was changed in one', async () => {
    const [first, ...others] = listAlertRules(db);
    assert.ok(first !== undefined);
    db.transact((tx) => saveAlertRule(tx, { ...first, isEnabled: false }));
    await open().install();
    assert.deepEqual(listAlertRules(db), [{ ...first, isEnabled: false }, ...others]);
  });

  it('of a rule that is switched off or that nobody understands do not fire', async () => {
    runs(1, 10);
    db.transact((tx) => {
      for (const rule of listAlertRules(db)) saveAlertRule(tx, { ...rule, isEnabled: false });
      saveAlertRule(tx, { id: 'strange', metricId: 'run.failed', severity: 'info', condition: { kind: 'from the future' }, isEnabled: true });
    });
    await alerts.evaluate();
    assert.deepEqual(told, []);
  });

  function open(): Alerts {
    const reportError = (error: unknown) => {
      throw error;
    };
    return new Alerts({ store: db.store, events, clock, checkIntervalMs: () => 60_000, reportError });
  }

  /** Records the end of `count` runs: 1 for one that failed. */
  function runs(failed: 0 | 1, count: number): void {
    for (let index = 0; index < count; index++) {
      db.transact((tx) => recordMetricValues(tx, 'run.failed', [{ at: clock.now(), value: failed, tags: {} }]));
    }
  }

  function only(): Alert {
    const [alert, ...others] = alerts.list(10);
    assert.ok(alert !== undefined && others.length === 0);
    return alert;
  }

  /** What the clock started has gone on to its end. */
  function settled(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
});
