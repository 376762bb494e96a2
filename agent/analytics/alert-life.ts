// The life of an alert: pending → firing → resolved. Pure: what becomes of it, given what its rule says now.
//
//            holds                    holds for long enough
//   (none) ────────▶ pending ────────────────────────────────▶ firing ◀──────────────┐
//                      │ does not                                │ clears for long   │ holds again within the hour:
//                      ▼                                         ▼ enough            │ the same alert once more
//                  (forgotten)                                resolved ──────────────┘
import { createHash } from 'node:crypto';
import type { Alert, AlertRule, AlertSeverity } from '../protocol/alerts.ts';
import type { MetricTags } from '../protocol/metrics.ts';
import { formatDuration } from '../protocol/quantities.ts';
import { tagsText } from '../store/metrics.ts';
import type { Verdict } from './alert-evaluation.ts';

/** What fires again within this time of having been resolved is the same alert. */
export const reopenMs = 3_600_000;
/** From this many times on within that time it flaps: nobody is told any more, and it has to be quiet for longer. */
const flappingFrom = 3;
const flappingQuietMs = 600_000;

export interface Occasion {
  readonly rule: AlertRule;
  readonly tags: MetricTags;
  /** Null: there is nothing to judge. */
  readonly verdict: Verdict | null;
  /** The latest alert with the fingerprint of the rule and the tags. */
  readonly alert: Alert | null;
  /** Since when the condition of a firing alert does not hold any more; null while it does. */
  readonly clearSince: number | null;
  readonly now: number;
  readonly newId: () => string;
}

export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly alert: Alert }
  /** It never fired: nobody needs to know of it. */
  | { readonly kind: 'forgotten'; readonly id: string };

const unchanged: Outcome = { kind: 'unchanged' };

/** The same for the same rule and tags. */
export function fingerprintOf(rule: string, tags: MetricTags): string {
  return createHash('sha256')
    .update(`${rule}\n${tagsText(tags)}`)
    .digest('hex')
    .slice(0, 16);
}

/** What becomes of the alert. */
export function nextState(occasion: Occasion): Outcome {
  const { alert, verdict } = occasion;
  switch (alert?.state) {
    case 'pending':
      return nextOfPending(occasion, alert);
    case 'firing':
      return nextOfFiring(occasion, alert);
    case 'resolved':
      if (alert.isHeld) return nextOfHeld(occasion, alert);
      return verdict?.holds === true ? begin(occasion, verdict) : unchanged;
    case undefined:
      return verdict?.holds === true ? begin(occasion, verdict) : unchanged;
  }
}

/** When time alone changes something: a pending alert fires, a firing one escalates or is resolved. Null: never. */
export function dueAt(alert: Alert, rule: AlertRule, clearSince: number | null): number | null {
  if (alert.state === 'pending') return alert.startedAt + rule.forSeconds * 1000;
  if (alert.state === 'resolved') return null;
  const { escalation } = rule;
  const escalates = escalation !== null && alert.escalatedAt === null && alert.acknowledged === null;
  const times = [
    ...(escalates ? [alert.firedAt + escalation.afterSeconds * 1000] : []),
    ...(clearSince === null ? [] : [clearSince + quietMs(rule, alert)]),
  ];
  return times.length === 0 ? null : Math.min(...times);
}

function begin({ rule, tags, alert, now, newId }: Occasion, verdict: Verdict): Outcome {
  const known = alert !== null && alert.resolvedAt !== null && now - alert.resolvedAt < reopenMs ? alert : null;
  const base =
    known ?? blank({ id: newId(), rule: rule.id, severity: rule.severity, tags, metricId: rule.metricId, now });
  const begun: Alert = {
    ...base,
    severity: rule.severity,
    state: 'pending',
    message: verdict.message,
    value: verdict.value,
    firedAt: now,
    startedAt: now,
  };
  if (rule.forSeconds > 0 && known === null) return { kind: 'changed', alert: begun };
  return { kind: 'changed', alert: fired(begun, now) };
}

interface New {
  readonly id: string;
  readonly rule: string;
  readonly severity: AlertSeverity;
  readonly tags: MetricTags;
  readonly metricId: string | null;
  readonly now: number;
}

/** An alert that has not fired yet. */
export function blank({ id, rule, severity, tags, metricId, now }: New): Alert {
  return {
    id,
    rule,
    severity,
    state: 'pending',
    message: '',
    firedMessage: null,
    firedAt: now,
    resolvedAt: null,
    fingerprint: fingerprintOf(rule, tags),
    metricId,
    tags,
    value: null,
    startedAt: now,
    acknowledged: null,
    silencedBy: null,
    inhibitedBy: null,
    isFlapping: false,
    occurrences: 0,
    escalatedAt: null,
    told: 'none',
    isHeld: false,
  };
}

/** The alert as it fires, once more where it did before. */
export function fired(alert: Alert, now: number): Alert {
  const occurrences = alert.occurrences + 1;
  return {
    ...alert,
    state: 'firing',
    firedMessage: alert.message,
    firedAt: now,
    resolvedAt: null,
    isHeld: false,
    occurrences,
    isFlapping: occurrences >= flappingFrom,
  };
}

function nextOfHeld({ verdict }: Occasion, alert: Alert): Outcome {
  return verdict?.holds === true ? unchanged : { kind: 'changed', alert: { ...alert, isHeld: false } };
}

function nextOfPending({ rule, verdict, now }: Occasion, alert: Alert): Outcome {
  if (verdict?.holds !== true) return { kind: 'forgotten', id: alert.id };
  if (now - alert.startedAt < rule.forSeconds * 1000) return unchanged;
  return { kind: 'changed', alert: fired({ ...alert, message: verdict.message, value: verdict.value }, now) };
}

function nextOfFiring({ rule, verdict, clearSince, now }: Occasion, alert: Alert): Outcome {
  // No values are no reason to fire on; between the bounds of the hysteresis it stays as it is.
  const isClear = verdict === null || verdict.clears;
  if (isClear && clearSince !== null && now - clearSince >= quietMs(rule, alert)) {
    return { kind: 'changed', alert: { ...alert, state: 'resolved', resolvedAt: now } };
  }
  const { escalation } = rule;
  const isPatient = escalation === null || alert.escalatedAt !== null || alert.acknowledged !== null || isClear;
  if (isPatient || now - alert.firedAt < escalation.afterSeconds * 1000) return asItIsNow(alert, rule, verdict);
  const escalated = { ...alert, severity: escalation.severity, escalatedAt: now, told: 'none' as const };
  const message = messageOf(escalated, verdict);
  return { kind: 'changed', alert: { ...escalated, message } };
}

/** With the latest value: what fires says how it is, not how it was. Without values it stays as it was. */
function asItIsNow(alert: Alert, { condition }: AlertRule, verdict: Verdict | null): Outcome {
  const message = messageOf(alert, verdict);
  // Silence grows longer by itself: that is no news.
  if (verdict === null || condition.kind === 'no_data' || message === alert.message) return unchanged;
  return { kind: 'changed', alert: { ...alert, message, value: verdict.value } };
}

function messageOf({ message, firedAt, escalatedAt }: Alert, verdict: Verdict | null): string {
  const waited = escalatedAt === null ? '' : ` (not acknowledged for ${formatDuration(escalatedAt - firedAt)})`;
  const text = verdict?.message ?? message;
  return text.endsWith(waited) ? text : `${text}${waited}`;
}

function quietMs(rule: AlertRule, alert: Alert): number {
  return Math.max(rule.keepFiringSeconds * 1000, alert.isFlapping ? flappingQuietMs : 0);
}
