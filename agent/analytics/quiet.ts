// Who is told of what: silences, root causes and flapping keep alerts quiet. Pure.
import type { Alert, AlertRule, Silence } from '../protocol/alerts.ts';

export interface QuietInput {
  /** Pending and firing alerts. */
  readonly open: readonly Alert[];
  /** Resolved ones of which the end was not told yet. */
  readonly latelyResolved: readonly Alert[];
  readonly rules: readonly AlertRule[];
  readonly silences: readonly Silence[];
  readonly now: number;
}

export interface Quieted {
  /** What differs from what is recorded. */
  readonly changed: Alert[];
  readonly toTell: readonly { readonly alert: Alert; readonly rule: AlertRule | null }[];
}

/** The alerts with what keeps them quiet, and those of which somebody has to be told now. */
export function quieted({ open, latelyResolved, rules, silences, now }: QuietInput): Quieted {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const firingRules = new Set(open.filter((alert) => alert.state === 'firing').map((alert) => alert.rule));
  const changed: Alert[] = [];
  const toTell: { alert: Alert; rule: AlertRule | null }[] = [];
  for (const alert of [...open, ...latelyResolved]) {
    const rule = byId.get(alert.rule) ?? null;
    const silencedBy = silences.find((silence) => isSilenced(alert, silence, now))?.id ?? null;
    const inhibitedBy = rule?.inhibitedBy.find((id) => firingRules.has(id)) ?? null;
    const next = withTold({ ...alert, silencedBy, inhibitedBy });
    if (next.told !== alert.told) toTell.push({ alert: next, rule });
    if (!isSame(next, alert)) changed.push(next);
  }
  return { changed, toTell };
}

function withTold(alert: Alert): Alert {
  if (!shallTell(alert)) return alert;
  return { ...alert, told: alert.state === 'firing' ? 'firing' : 'resolved' };
}

function isSame(a: Alert, b: Alert): boolean {
  return a.silencedBy === b.silencedBy && a.inhibitedBy === b.inhibitedBy && a.told === b.told;
}

/** Of a resolved alert is told only where it was told that it fires. */
function shallTell({ state, told, silencedBy, inhibitedBy, isFlapping }: Alert): boolean {
  if (silencedBy !== null || inhibitedBy !== null) return false;
  if (state === 'firing') return told !== 'firing' && (!isFlapping || told === 'none');
  return state === 'resolved' && told === 'firing';
}

/** Whether a silence is about an alert. */
export function isSilenced(alert: Alert, silence: Silence, now: number): boolean {
  if (now < silence.startsAt || now >= silence.endsAt) return false;
  if (silence.rule !== null && silence.rule !== alert.rule) return false;
  if (silence.metricId !== null && silence.metricId !== alert.metricId) return false;
  if (silence.severity !== null && silence.severity !== alert.severity) return false;
  return Object.entries(silence.tags).every(([name, value]) => alert.tags[name] === value);
}
