// Alerts over a database in memory, with a clock that can be set, and what they say.
import assert from 'node:assert/strict';
import { Alerts } from '../../agent/analytics/alerts.ts';
import { createAlertAdministration } from '../../agent/analytics/alert-administration.ts';
import { ownMetrics } from '../../agent/analytics/run-metrics.ts';
import { createEventBus } from '../../agent/events/events.ts';
import { AlertRule, type Alert } from '../../agent/protocol/alerts.ts';
import type { MetricTags } from '../../agent/protocol/metrics.ts';
import { listAlerts, saveAlertRule } from '../../agent/store/alerts.ts';
import { recordMetricValues } from '../../agent/store/metric-values.ts';
import { defineMetric } from '../../agent/store/metrics.ts';
import { FakeClock } from './fake-clock.ts';
import { MemoryDatabase } from './memory-database.ts';

/** A clock that can be set. */
class SettableClock extends FakeClock {
  setBy = 0;
  override now(): number {
    return super.now() + this.setBy;
  }
}

export const minuteMs = 60_000;

/** Fires when more than nine of the last ten runs failed. */
export const failing = AlertRule.parse({
  id: 'failing',
  name: 'Failing',
  metricId: 'run.failed',
  severity: 'warning',
  condition: { kind: 'share', above: 0.9, window: 10 },
});

/** Fires while the last run took more than ten seconds. */
export function slow(more: Partial<AlertRule> = {}): AlertRule {
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

export class AlertsRig implements Disposable {
  readonly clock = new SettableClock();
  readonly events = createEventBus((error) => {
    throw error;
  });
  readonly db: MemoryDatabase;
  /** `rule: state` of every change that was told on the bus. */
  readonly said: string[] = [];
  /** The same, of what the channels are told. */
  readonly told: string[] = [];
  /** The rules of noodle.yaml. */
  declared: AlertRule[] = [];
  alerts: Alerts;

  private constructor(db: MemoryDatabase) {
    this.db = db;
    this.events.on('alert.changed', ({ alert }) => this.said.push(`${alert.rule}: ${alert.state}`));
    db.transact((tx) => ownMetrics.forEach((metric) => defineMetric(tx, metric)));
    this.alerts = this.open();
  }

  /** Without any rules. */
  static async create(): Promise<AlertsRig> {
    const rig = new AlertsRig(await MemoryDatabase.create());
    await rig.alerts.install();
    rig.onlyRules();
    return rig;
  }

  [Symbol.dispose](): void {
    this.alerts.dispose();
    this.db[Symbol.dispose]();
  }

  /** Others over the same records, as after a restart. */
  open(): Alerts {
    return new Alerts({
      store: this.db.store,
      events: this.events,
      clock: this.clock,
      declaredRules: () => this.declared,
      checkIntervalMs: () => minuteMs,
      reportError: (error: unknown) => {
        throw error;
      },
      tell: (_tx, list) => list.forEach(({ alert }) => this.told.push(`${alert.rule}: ${alert.state}`)),
      told: () => {},
    });
  }

  administration() {
    return createAlertAdministration({
      store: this.db.store,
      clock: this.clock,
      retentionDays: () => 90,
      channels: () => ['team'],
      declaredRules: () => this.declared,
      onChanged: () => this.alerts.evaluate(),
    });
  }

  onlyRules(...rules: readonly AlertRule[]): void {
    this.db.transact((tx) => {
      tx.run('DELETE FROM alert_rules');
      rules.forEach((rule) => saveAlertRule(tx, rule));
    });
  }

  /** Records so many runs that failed or did not, and evaluates. */
  async failures(failed: 0 | 1, count: number): Promise<void> {
    this.record(
      'run.failed',
      Array.from({ length: count }, () => failed),
    );
    await this.alerts.evaluate();
  }

  /** Records a run that took so long, and evaluates. */
  async duration(ms: number, tags: MetricTags = {}): Promise<void> {
    this.clock.advance(1);
    this.record('run.duration', [ms], tags);
    await this.alerts.evaluate();
  }

  record(id: string, values: readonly number[], tags: MetricTags = {}): void {
    for (const value of values)
      this.db.transact((tx) => recordMetricValues(tx, id, [{ at: this.clock.now(), value, tags }]));
  }

  /** The one alert that there is. */
  only(): Alert {
    const [alert, ...others] = listAlerts(this.db, 10);
    assert.ok(alert !== undefined && others.length === 0);
    return alert;
  }

  /** What the clock started has gone on to its end. */
  settled(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
