// Alert rules and alerts (alert_rules, alerts).
import type { Alert, AlertSeverity } from '../protocol/analytics.ts';
import type { Reader, Transaction } from './sql.ts';

export interface AlertRule {
  readonly id: string;
  readonly metricId: string;
  readonly severity: AlertSeverity;
  /** What has to be true of the metric; its owner (analytics) knows the shape and parses it. Plain JSON. */
  readonly condition: unknown;
  readonly isEnabled: boolean;
}

export declare function saveAlertRule(tx: Transaction, rule: AlertRule): void;
export declare function listAlertRules(db: Reader): AlertRule[];
/** Inserts or updates an alert by its id. */
export declare function saveAlert(tx: Transaction, alert: Alert): void;
export declare function getAlert(db: Reader, id: string): Alert | null;
/** Those that fire first, then the resolved ones, each the latest first. */
export declare function listAlerts(db: Reader, limit: number): Alert[];
/** The alert of a rule that fires now. */
export declare function firingAlert(db: Reader, ruleId: string): Alert | null;
