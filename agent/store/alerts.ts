// Alert rules and alerts (alert_rules, alerts).
import { z } from 'zod';
import { Alert, AlertSeverity } from '../protocol/analytics.ts';
import { fromJson } from './json-column.ts';
import type { Reader, SqlValue, Transaction } from './sql.ts';

export interface AlertRule {
  readonly id: string;
  readonly metricId: string;
  readonly severity: AlertSeverity;
  /** What has to be true of the metric; its owner (analytics) knows the shape and parses it. Plain JSON. */
  readonly condition: unknown;
  readonly isEnabled: boolean;
}

export function saveAlertRule(tx: Transaction, { id, metricId, severity, condition, isEnabled }: AlertRule): void {
  const values = [metricId, severity, JSON.stringify(condition), isEnabled ? 1 : 0];
  tx.run('INSERT OR REPLACE INTO alert_rules (id, metric_id, severity, condition, is_enabled) VALUES (?, ?, ?, ?, ?)', [
    id,
    ...values,
  ]);
}

export function listAlertRules(db: Reader): AlertRule[] {
  const rows = db.all<RuleRow>('SELECT * FROM alert_rules ORDER BY id');
  return rows.map((row) => ({
    id: row.id,
    metricId: row.metric_id,
    severity: AlertSeverity.parse(row.severity),
    condition: fromJson(z.json(), row.condition, null),
    isEnabled: row.is_enabled === 1,
  }));
}

/** Inserts or updates an alert by its id. */
export function saveAlert(tx: Transaction, { id, rule, severity, state, message, firedAt, resolvedAt }: Alert): void {
  tx.run(
    'INSERT OR REPLACE INTO alerts (id, rule, severity, state, message, fired_at, resolved_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [id, rule, severity, state, message, firedAt, resolvedAt],
  );
}

export function getAlert(db: Reader, id: string): Alert | null {
  return readAlerts(db, 'WHERE id = ?', [id])[0] ?? null;
}

/** Those that fire first, then the resolved ones, each the latest first. */
export function listAlerts(db: Reader, limit: number): Alert[] {
  return readAlerts(db, `ORDER BY state = 'firing' DESC, fired_at DESC, id LIMIT ?`, [limit]);
}

/** The alert of a rule that fires now. */
export function firingAlert(db: Reader, rule: string): Alert | null {
  return readAlerts(db, `WHERE state = 'firing' AND rule = ? ORDER BY fired_at DESC LIMIT 1`, [rule])[0] ?? null;
}

interface RuleRow {
  readonly id: string;
  readonly metric_id: string;
  readonly severity: string;
  readonly condition: string;
  readonly is_enabled: number;
}

function readAlerts(db: Reader, rest: string, params: readonly SqlValue[]): Alert[] {
  const rows = db.all(
    `SELECT id, rule, severity, state, message, fired_at AS firedAt, resolved_at AS resolvedAt FROM alerts ${rest}`,
    params,
  );
  return rows.map((row) => Alert.parse(row));
}
