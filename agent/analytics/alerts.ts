// Alerts: evaluates the rules when there is something new to judge or time alone decides, and keeps what they say quiet.
import { randomUUID } from 'node:crypto';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Alert, AlertRule, AlertSeverity, Silence } from '../protocol/alerts.ts';
import type { Disposer } from '../protocol/client.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { MetricTags } from '../protocol/metrics.ts';
import {
  deleteAlert,
  getAlert,
  latestAlert,
  listAlertRules,
  listSilences,
  openAlerts,
  saveAlert,
  saveAlertRule,
} from '../store/alerts.ts';
import { seriesOf } from '../store/metrics.ts';
import type { Reader, Store, Transaction } from '../store/store.ts';
import { judge, type Verdict } from './alert-evaluation.ts';
import { blank, dueAt, fingerprintOf, fired, nextState } from './alert-life.ts';
import { defaultRules } from './default-rules.ts';
import { metricView } from './metric-view.ts';
import { quieted } from './quiet.ts';
import { rulesInForce } from './rules-in-force.ts';

export interface AlertsOptions {
  readonly store: Store;
  /** Those of noodle.yaml as it is now. */
  readonly declaredRules: () => readonly AlertRule[];
  readonly events: EventBus;
  readonly clock: Clock;
  /** How long to wait, at most, between new values and their evaluation. */
  readonly checkIntervalMs: () => number;
  readonly reportError: (error: unknown) => void;
  /** Alerts that somebody has to be told of, in the transaction that records them; the rule is null for those that a program triggered. */
  readonly tell: (
    tx: Transaction,
    alerts: readonly { readonly alert: Alert; readonly rule: AlertRule | null }[],
  ) => void;
  /** Called behind that transaction. */
  readonly told: () => void;
}

/** A clock that differs from the steady one by more than this was set, or the machine slept. */
const clockJumpMs = 30_000;

/** The alerts of one repository. Evaluates nothing while nothing is recorded and nothing is due. */
export class Alerts {
  readonly #options: AlertsOptions;
  /** Since when the condition of a firing alert is false, by fingerprint. */
  readonly #clearSince = new Map<string, number>();
  #scheduled: { readonly atMs: number; readonly cancel: Disposer } | null = null;
  #isDisposed = false;
  #lastCheckMs = Number.NEGATIVE_INFINITY;
  #lastCheckAt: number | null = null;
  /** Rules about silence judge nothing before this time: the clock has just jumped. */
  #silenceJudgedFrom = 0;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /** Adds the default rules that are missing, and goes on with what was open. */
  async install(): Promise<void> {
    const { store, clock } = this.#options;
    const known = new Set(listAlertRules(store).map((rule) => rule.id));
    const missing = defaultRules.filter((rule) => !known.has(rule.id));
    if (missing.length > 0) await store.transact((tx) => missing.forEach((rule) => saveAlertRule(tx, rule)));
    const open = openAlerts(store);
    // While the agent was away nobody could have sent anything.
    this.#silenceJudgedFrom = clock.now();
    // A rule about silence has nobody else who would wake it.
    const watchesSilence = this.#rules(store).some((rule) => rule.isEnabled && rule.condition.kind === 'no_data');
    if (open.length > 0 || watchesSilence) this.#schedule(this.#options.checkIntervalMs());
  }

  /** New values were recorded: evaluates now, or when the check interval since the last time is over. Nothing runs while idle. */
  valuesRecorded(): void {
    const { clock, checkIntervalMs } = this.#options;
    this.#schedule(Math.max(0, this.#lastCheckMs + checkIntervalMs() - clock.monotonicMs()));
  }

  /** Judges every rule now. */
  async evaluate(): Promise<void> {
    if (this.#isDisposed) return;
    const { clock, store } = this.#options;
    const now = clock.now();
    const shift = this.#clockShift(now);
    const rules = this.#rules(store);
    const changed = await store.transact((tx) => {
      if (shift !== 0) this.#shiftOpenAlerts(tx, shift);
      const changes = rules.filter((rule) => rule.isEnabled).flatMap((rule) => this.#evaluateRule(tx, rule, now));
      const orphans = this.#resolveOrphans(tx, rules, now);
      return [...changes, ...orphans, ...this.#quiet(tx, rules, now)];
    });
    this.#announce(changed);
    this.#scheduleNext(rules, now);
  }

  /** Raises an alert by hand: a program says that something is wrong. The same name and tags are one alert. */
  async trigger(given: { name: string; severity: AlertSeverity; message: string; tags: MetricTags }): Promise<Alert> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const alert = await store.transact((tx) => {
      const known = latestAlert(tx, fingerprintOf(given.name, given.tags));
      const base =
        known ??
        blank({ id: randomUUID(), rule: given.name, severity: given.severity, tags: given.tags, metricId: null, now });
      const { message, severity } = given;
      const next =
        base.state === 'firing'
          ? { ...base, message, severity, occurrences: base.occurrences + 1 }
          : fired({ ...base, message, severity, startedAt: now, told: 'none' }, now);
      saveAlert(tx, next);
      this.#quiet(tx, this.#rules(tx), now);
      return getAlert(tx, next.id) ?? next;
    });
    this.#announce([alert]);
    return alert;
  }

  /** It fires again only after its condition was false. */
  resolve(id: string): Promise<Result<Alert>> {
    return this.#change(id, (alert, now) =>
      alert.state === 'resolved'
        ? alert
        : { ...alert, state: 'resolved', resolvedAt: now, isHeld: alert.metricId !== null },
    );
  }

  /** Somebody looks after it: it does not escalate. */
  acknowledge(id: string, by: string, note: string): Promise<Result<Alert>> {
    return this.#change(id, (alert, now) => ({ ...alert, acknowledged: { at: now, by, note } }));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#scheduled?.cancel();
  }

  #rules(db: Reader): AlertRule[] {
    return rulesInForce(db, this.#options.declaredRules());
  }

  async #change(id: string, change: (alert: Alert, now: number) => Alert): Promise<Result<Alert>> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const alert = getAlert(store, id);
    if (alert === null) return failure('not_found', `there is no alert '${id}'`, { place: 'id' });
    const next = change(alert, now);
    if (next === alert) return success(alert);
    const changed = await store.transact((tx) => {
      saveAlert(tx, next);
      return [next, ...this.#quiet(tx, this.#rules(tx), now)];
    });
    this.#announce(changed);
    return success(getAlert(store, id) ?? next);
  }

  #evaluateRule(tx: Transaction, rule: AlertRule, now: number): Alert[] {
    if (rule.condition.kind === 'no_data' && now < this.#silenceJudgedFrom + rule.condition.windowSeconds * 1000)
      return [];
    const tagSets = rule.perSeries
      ? seriesOf(tx, rule.metricId).map(({ tags }) => ({ ...tags, ...rule.tags }))
      : [rule.tags];
    return tagSets.flatMap((tags) => {
      const verdict = judge(rule.condition, metricView(tx, rule.metricId, { tags, now }), rule.resolveValue);
      return this.#applyVerdict(tx, { rule, tags, verdict, now });
    });
  }

  #applyVerdict(
    tx: Transaction,
    { rule, tags, verdict, now }: { rule: AlertRule; tags: MetricTags; verdict: Verdict | null; now: number },
  ): Alert[] {
    const fingerprint = fingerprintOf(rule.id, tags);
    const alert = latestAlert(tx, fingerprint);
    const clearSince = this.#noteClear(fingerprint, alert, { verdict, now });
    const outcome = nextState({ rule, tags, verdict, alert, clearSince, now, newId: randomUUID });
    if (outcome.kind === 'forgotten') deleteAlert(tx, outcome.id);
    if (outcome.kind !== 'changed') return [];
    saveAlert(tx, outcome.alert);
    return [outcome.alert];
  }

  #noteClear(
    fingerprint: string,
    alert: Alert | null,
    { verdict, now }: { verdict: Verdict | null; now: number },
  ): number | null {
    const isClear = alert?.state === 'firing' && (verdict === null || verdict.clears);
    if (isClear) this.#clearSince.set(fingerprint, this.#clearSince.get(fingerprint) ?? now);
    else this.#clearSince.delete(fingerprint);
    return this.#clearSince.get(fingerprint) ?? null;
  }

  /** Alerts whose rule is gone or switched off have nobody who would resolve them. */
  #resolveOrphans(tx: Transaction, rules: readonly AlertRule[], now: number): Alert[] {
    const enabled = new Set(rules.filter((rule) => rule.isEnabled).map((rule) => rule.id));
    const orphans = openAlerts(tx).filter((alert) => alert.metricId !== null && !enabled.has(alert.rule));
    return orphans.map((alert) => {
      const resolved: Alert = { ...alert, state: 'resolved', resolvedAt: now };
      saveAlert(tx, resolved);
      return resolved;
    });
  }

  /** Silences and root causes, and who has to be told in spite of them. */
  #quiet(tx: Transaction, rules: readonly AlertRule[], now: number): Alert[] {
    const silences: readonly Silence[] = listSilences(tx, now);
    const { changed, toTell } = quieted({
      open: openAlerts(tx),
      rules,
      silences,
      now,
      latelyResolved: latelyResolved(tx),
    });
    for (const alert of changed) saveAlert(tx, alert);
    if (toTell.length > 0) this.#options.tell(tx, toTell);
    return changed;
  }

  #announce(alerts: readonly Alert[]): void {
    const { events, store, told } = this.#options;
    const latest = new Map(alerts.map((alert) => [alert.id, getAlert(store, alert.id) ?? alert]));
    for (const alert of latest.values()) events.emit({ type: 'alert.changed', alert });
    if (latest.size > 0) told();
  }

  /** By how much the wall clock was set since the last look. */
  #clockShift(now: number): number {
    const monotonicMs = this.#options.clock.monotonicMs();
    const expected = this.#lastCheckAt === null ? now : this.#lastCheckAt + (monotonicMs - this.#lastCheckMs);
    this.#lastCheckMs = monotonicMs;
    this.#lastCheckAt = now;
    const shift = now - expected;
    if (Math.abs(shift) < clockJumpMs) return 0;
    this.#silenceJudgedFrom = now;
    return shift;
  }

  /** What has lasted five minutes has lasted five minutes, whatever the clock says. */
  #shiftOpenAlerts(tx: Transaction, shift: number): void {
    for (const alert of openAlerts(tx))
      saveAlert(tx, {
        ...alert,
        startedAt: Math.max(0, alert.startedAt + shift),
        firedAt: Math.max(0, alert.firedAt + shift),
      });
    for (const [fingerprint, since] of this.#clearSince) this.#clearSince.set(fingerprint, since + shift);
  }

  /** Looks again when time alone can change something, and not before. */
  #scheduleNext(rules: readonly AlertRule[], now: number): void {
    const { store, checkIntervalMs } = this.#options;
    const byId = new Map(rules.map((rule) => [rule.id, rule]));
    const open = openAlerts(store);
    const times = open.flatMap((alert) => {
      const rule = byId.get(alert.rule);
      return rule === undefined ? [] : (dueAt(alert, rule, this.#clearSince.get(alert.fingerprint) ?? null) ?? []);
    });
    if (open.length > 0) times.push(...listSilences(store, now).map(({ endsAt }) => endsAt));
    // Its window goes on while nothing is recorded: what fires is looked at again as long as it fires.
    if (open.some((alert) => alert.metricId !== null && isWindowed(byId.get(alert.rule))))
      times.push(now + checkIntervalMs());
    times.push(...rules.flatMap((rule) => silenceDueAt(store, rule, now)));
    const next = Math.min(...times);
    if (Number.isFinite(next)) this.#schedule(Math.max(next - now, 1000));
  }

  #schedule(waitMs: number): void {
    const { clock, reportError } = this.#options;
    const atMs = clock.monotonicMs() + waitMs;
    if (this.#isDisposed || (this.#scheduled !== null && this.#scheduled.atMs <= atMs)) return;
    this.#scheduled?.cancel();
    const cancel = clock.schedule(waitMs, () => {
      this.#scheduled = null;
      this.evaluate().catch(reportError);
    });
    this.#scheduled = { atMs, cancel };
  }
}

/** Those of which somebody was told that they fire, and of which nobody was told that they do no more. */
function latelyResolved(tx: Transaction): Alert[] {
  const rows = tx.all<{ id: string }>(
    `SELECT id FROM alerts WHERE state = 'resolved' ORDER BY fired_at DESC LIMIT 200`,
  );
  return rows.flatMap(({ id }) => getAlert(tx, id) ?? []).filter((alert) => alert.told === 'firing');
}

function isWindowed(rule: AlertRule | undefined): boolean {
  const kind = rule?.condition.kind;
  return kind === 'threshold' || kind === 'ratio' || kind === 'burn_rate';
}

/** When a rule about silence can begin to hold. */
function silenceDueAt(store: Store, rule: AlertRule, now: number): number[] {
  if (!rule.isEnabled || rule.condition.kind !== 'no_data') return [];
  const { lastAt } = metricView(store, rule.metricId, { tags: rule.tags, now });
  if (lastAt === null) return [];
  const due = lastAt + rule.condition.windowSeconds * 1000;
  return due > now ? [due] : [];
}
