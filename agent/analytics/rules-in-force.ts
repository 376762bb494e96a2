// The rules in force: those of noodle.yaml, and beside them the default ones and those made through the API.
import type { AlertRule, ListedAlertRule } from '../protocol/alerts.ts';
import { listAlertRules } from '../store/alerts.ts';
import type { Reader } from '../store/store.ts';
import { defaultRules } from './default-rules.ts';

/** By id. Of two with one id that of noodle.yaml counts: it is the same for everybody, and has a history. */
export function rulesInForce(db: Reader, declared: readonly AlertRule[]): ListedAlertRule[] {
  const ids = new Set(declared.map(({ id }) => id));
  const isDefault = (id: string) => defaultRules.some((rule) => rule.id === id);
  const stored = listAlertRules(db)
    .filter(({ id }) => !ids.has(id))
    .map((rule) => ({ ...rule, source: isDefault(rule.id) ? ('default' as const) : ('api' as const) }));
  const ofFile = declared.map((rule) => ({ ...rule, source: 'noodle.yaml' as const }));
  return [...stored, ...ofFile].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
