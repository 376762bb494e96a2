// Which alerts are worth a notification, and what the status bar says of those that fire. Pure.
import type { Alert } from '../agent/protocol/alerts.ts';
import { counted } from '../agent/protocol/quantities.ts';

/** Only what is serious, and what the agent would tell its channels too: not silenced, not because of another, not flapping. */
export function isWorthNotice(alert: Alert): boolean {
  const isSerious = alert.severity === 'error' || alert.severity === 'critical';
  return isSerious && isSpoken(alert) && alert.acknowledged === null;
}

/** The same alert is told once each time it fires. */
export function noticeKey({ id, occurrences, escalatedAt }: Alert): string {
  return `${id} ${occurrences} ${escalatedAt ?? ''}`;
}

/** A line for the tooltip, and whether the icon changes; null while nothing fires. */
export function alertsLine(alerts: readonly Alert[]): { readonly line: string; readonly isSerious: boolean } | null {
  const firing = alerts.filter((alert) => isSpoken(alert) && alert.severity !== 'info');
  const [first] = firing.toSorted((a, b) => rank(b) - rank(a));
  if (first === undefined) return null;
  const more = firing.length === 1 ? '' : ` (and ${counted(firing.length - 1, 'more alert')})`;
  return { line: `${first.message}${more}`, isSerious: firing.some(isWorthNotice) };
}

function isSpoken({ state, silencedBy, inhibitedBy, isFlapping }: Alert): boolean {
  return state === 'firing' && silencedBy === null && inhibitedBy === null && !isFlapping;
}

function rank({ severity }: Alert): number {
  return ['info', 'warning', 'error', 'critical'].indexOf(severity);
}
