// Alerts: evaluates the rules when there is something new to judge, and keeps each alert's life: firing → resolved.
import { randomUUID } from 'node:crypto';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Alert } from '../protocol/analytics.ts';
import type { Disposer } from '../protocol/client.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { firingAlert, getAlert, listAlertRules, listAlerts, saveAlert, saveAlertRule, type AlertRule } from '../store/alerts.ts';
import { metricSummary } from '../store/metrics.ts';
import type { Store } from '../store/store.ts';
import { Condition, defaultRules, firingMessage } from './alert-evaluation.ts';

export interface AlertsOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  /** How long to wait, at most, between new values and their evaluation. */
  readonly checkIntervalMs: () => number;
  readonly reportError: (error: unknown) => void;
}

/** The alerts of one repository. Evaluates nothing while nothing is recorded. */
export class Alerts {
  readonly #options: AlertsOptions;
  /** Alerts that the user resolved while their condition still holds: they fire again only after it was false. */
  readonly #acknowledged = new Set<string>();
  #scheduled: Disposer | null = null;
  #isDisposed = false;
  #lastCheckMs = Number.NEGATIVE_INFINITY;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  async install(): Promise<void> {
    const { store } = this.#options;
    const known = new Set(listAlertRules(store).map((rule) => rule.id));
    const missing = defaultRules.filter((rule) => !known.has(rule.id));
    if (missing.length > 0) await store.transact((tx) => missing.forEach((rule) => saveAlertRule(tx, rule)));
  }

  /** New values were recorded: evaluates now, or when the check interval since the last time is over. Nothing runs while idle. */
  valuesRecorded(): void {
    const { clock, checkIntervalMs, reportError } = this.#options;
    if (this.#scheduled !== null || this.#isDisposed) return;
    const waitMs = Math.max(0, this.#lastCheckMs + checkIntervalMs() - clock.monotonicMs());
    this.#scheduled = clock.schedule(waitMs, () => {
      this.#scheduled = null;
      this.evaluate().catch(reportError);
    });
  }

  async evaluate(): Promise<void> {
    if (this.#isDisposed) return;
    const { store, clock } = this.#options;
    this.#lastCheckMs = clock.monotonicMs();
    for (const rule of listAlertRules(store)) {
      if (rule.isEnabled) await this.#evaluateRule(rule);
    }
  }

  list(limit: number): Alert[] {
    return listAlerts(this.#options.store, limit);
  }

  async resolve(id: string): Promise<Result<Alert>> {
    const alert = getAlert(this.#options.store, id);
    if (alert === null) return failure('not_found', `there is no alert '${id}'`);
    if (alert.state === 'resolved') return success(alert);
    this.#acknowledged.add(alert.rule);
    return success(await this.#save({ ...alert, state: 'resolved', resolvedAt: this.#options.clock.now() }));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#scheduled?.();
  }

  async #evaluateRule(rule: AlertRule): Promise<void> {
    const { store, clock } = this.#options;
    const condition = Condition.safeParse(rule.condition);
    const summary = metricSummary(store, rule.metricId, 1000);
    if (!condition.success || !summary.ok) return;
    const message = firingMessage(condition.data, summary.value.values.map((each) => each.value));
    const firing = firingAlert(store, rule.id);
    if (message === null) {
      this.#acknowledged.delete(rule.id);
      if (firing !== null) await this.#save({ ...firing, state: 'resolved', resolvedAt: clock.now() });
    } else if (firing === null && !this.#acknowledged.has(rule.id)) {
      await this.#save({ id: randomUUID(), rule: rule.id, severity: rule.severity, state: 'firing', message, firedAt: clock.now(), resolvedAt: null });
    }
  }

  async #save(alert: Alert): Promise<Alert> {
    await this.#options.store.transact((tx) => saveAlert(tx, alert));
    this.#options.events.emit({ type: 'alert.changed', alert });
    return alert;
  }
}
