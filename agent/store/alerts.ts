// Alert rules, alerts, silences and messages on their way (alert_rules, alerts, alert_silences, alert_deliveries).
import { z } from 'zod';
import { Alert, AlertRule, Silence } from '../protocol/alerts.ts';
import { fromJson } from './json-column.ts';
import type { Reader, SqlValue, Transaction } from './sql.ts';

const Details = z.record(z.string(), z.unknown());

/** Inserts or updates a rule by its id. */
export function saveAlertRule(tx: Transaction, rule: AlertRule): void {
  const { id, metricId, severity, condition, isEnabled, ...details } = rule;
  tx.run(
    'INSERT OR REPLACE INTO alert_rules (id, metric_id, severity, condition, is_enabled, details) VALUES (?, ?, ?, ?, ?, ?)',
    [id, metricId, severity, JSON.stringify(condition), isEnabled ? 1 : 0, JSON.stringify(details)],
  );
}

/** By id. A rule whose condition this version does not understand is left out. */
export function listAlertRules(db: Reader): AlertRule[] {
  const rows = db.all<RuleRow>('SELECT * FROM alert_rules ORDER BY id');
  return rows.flatMap((row) => {
    const rule = AlertRule.safeParse({
      name: row.id,
      ...fromJson(Details, row.details, {}),
      id: row.id,
      metricId: row.metric_id,
      severity: row.severity,
      condition: fromJson(z.json(), row.condition, null),
      isEnabled: row.is_enabled === 1,
    });
    return rule.success ? [rule.data] : [];
  });
}

/** False when there is none. */
export function deleteAlertRule(tx: Transaction, id: string): boolean {
  if (tx.get('SELECT 1 FROM alert_rules WHERE id = ?', [id]) === undefined) return false;
  tx.run('DELETE FROM alert_rules WHERE id = ?', [id]);
  return true;
}

/** Inserts or updates an alert by its id. */
export function saveAlert(tx: Transaction, alert: Alert): void {
  const { id, rule, severity, state, message, firedAt, resolvedAt, fingerprint, ...details } = alert;
  tx.run(
    `INSERT OR REPLACE INTO alerts (id, rule, severity, state, message, fired_at, resolved_at, fingerprint, details)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [id, rule, severity, state, message, firedAt, resolvedAt, fingerprint, JSON.stringify(details)],
  );
}

export function deleteAlert(tx: Transaction, id: string): void {
  tx.run('DELETE FROM alerts WHERE id = ?', [id]);
}

export function getAlert(db: Reader, id: string): Alert | null {
  return readAlerts(db, 'WHERE id = ?', [id])[0] ?? null;
}

/** Those that fire first, then the others, each the latest first. */
export function listAlerts(db: Reader, limit: number): Alert[] {
  return readAlerts(db, `ORDER BY state = 'firing' DESC, fired_at DESC, id LIMIT ?`, [limit]);
}

/** The alerts that are not resolved. */
export function openAlerts(db: Reader): Alert[] {
  return readAlerts(db, `WHERE state IN ('firing', 'pending') ORDER BY fired_at, id`, []);
}

/** The latest alert with a fingerprint, whatever its state. */
export function latestAlert(db: Reader, fingerprint: string): Alert | null {
  return readAlerts(db, 'WHERE fingerprint = ? ORDER BY fired_at DESC, id LIMIT 1', [fingerprint])[0] ?? null;
}

/** How often alerts with a fingerprint have fired since a time. */
export function firedSince(db: Reader, fingerprint: string, since: number): number {
  const row = db.get<{ count: number }>(
    'SELECT count(*) AS count FROM alerts WHERE fingerprint = ? AND fired_at >= ?',
    [fingerprint, since],
  );
  return row?.count ?? 0;
}

export function saveSilence(tx: Transaction, silence: Silence): void {
  tx.run('INSERT OR REPLACE INTO alert_silences (id, ends_at, content) VALUES (?, ?, ?)', [
    silence.id,
    silence.endsAt,
    JSON.stringify(silence),
  ]);
}

/** Those that have not ended at a time, the first to end first. */
export function listSilences(db: Reader, now: number): Silence[] {
  const rows = db.all<{ content: string }>(
    'SELECT content FROM alert_silences WHERE ends_at > ? ORDER BY ends_at, id',
    [now],
  );
  return rows.flatMap(({ content }) => fromJson(Silence.nullable(), content, null) ?? []);
}

/** False when there is none. */
export function deleteSilence(tx: Transaction, id: string): boolean {
  if (tx.get('SELECT 1 FROM alert_silences WHERE id = ?', [id]) === undefined) return false;
  tx.run('DELETE FROM alert_silences WHERE id = ?', [id]);
  return true;
}

/** A message that a channel has not taken yet. */
export interface Delivery {
  readonly channel: string;
  readonly alert: Alert;
  /** Those of one group are told in one message. */
  readonly group: string;
  readonly createdAt: number;
  readonly dueAt: number;
  readonly attempts: number;
  readonly problem: string | null;
}

/** Inserts a message, or replaces the one about an earlier state of the same alert. */
export function saveDelivery(
  tx: Transaction,
  { channel, alert, group, createdAt, dueAt, attempts, problem }: Delivery,
): void {
  tx.run(
    'INSERT OR REPLACE INTO alert_deliveries (channel, alert_id, created_at, due_at, attempts, problem, content) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [channel, alert.id, createdAt, dueAt, attempts, problem, JSON.stringify({ alert, group })],
  );
}

export function deleteDelivery(tx: Transaction, channel: string, alertId: string): void {
  tx.run('DELETE FROM alert_deliveries WHERE channel = ? AND alert_id = ?', [channel, alertId]);
}

/** The first that is due first. */
export function listDeliveries(db: Reader): Delivery[] {
  const rows = db.all<DeliveryRow>('SELECT * FROM alert_deliveries ORDER BY due_at, channel, alert_id');
  return rows.flatMap(({ channel, content, created_at, due_at, attempts, problem }) => {
    const told = fromJson(Told.nullable(), content, null);
    return told === null ? [] : [{ ...told, channel, createdAt: created_at, dueAt: due_at, attempts, problem }];
  });
}

const Told = z.object({ alert: Alert, group: z.string() });

interface DeliveryRow {
  readonly channel: string;
  readonly content: string;
  readonly created_at: number;
  readonly due_at: number;
  readonly attempts: number;
  readonly problem: string | null;
}

interface RuleRow {
  readonly id: string;
  readonly metric_id: string;
  readonly severity: string;
  readonly condition: string;
  readonly is_enabled: number;
  readonly details: string;
}

interface AlertRow {
  readonly id: string;
  readonly rule: string;
  readonly severity: string;
  readonly state: string;
  readonly message: string;
  readonly fired_at: number;
  readonly resolved_at: number | null;
  readonly fingerprint: string;
  readonly details: string;
}

function readAlerts(db: Reader, rest: string, params: readonly SqlValue[]): Alert[] {
  return db.all<AlertRow>(`SELECT * FROM alerts ${rest}`, params).map(fromRow);
}

/** Alerts of before had no more than their columns. */
function fromRow({ details, fired_at, resolved_at, ...row }: AlertRow): Alert {
  return Alert.parse({
    metricId: null,
    tags: {},
    value: null,
    firedMessage: null,
    startedAt: fired_at,
    acknowledged: null,
    silencedBy: null,
    inhibitedBy: null,
    isFlapping: false,
    occurrences: 1,
    escalatedAt: null,
    told: 'none',
    isHeld: false,
    ...fromJson(Details, details, {}),
    ...row,
    firedAt: fired_at,
    resolvedAt: resolved_at,
  });
}
