// What is wrong with the rules of noodle.yaml that their schema cannot say: of metrics, channels and other rules.
import { declaredRule, type AlertRuleDefinition } from '../protocol/alerts.ts';
import type { MetricDefinition } from '../protocol/metrics.ts';
import { nearest } from '../protocol/nearest.ts';
import type { AlertsDefinition } from '../protocol/notifications.ts';
import { getMetric, listMetrics } from '../store/metrics.ts';
import type { Reader } from '../store/store.ts';
import type { RuleProblem } from '../workspace/configuration.ts';
import { misfit } from './rule-check.ts';
import { ownMetrics } from './run-metrics.ts';

/** In the order of the file. A rule about a metric that nobody has declared yet waits for it. */
export function declaredRuleProblems(
  db: Reader,
  { rules, channels }: AlertsDefinition,
  retentionDays: number,
): RuleProblem[] {
  // Before the first start the product's own metrics are not recorded as declared.
  const metric = (id: string) => getMetric(db, id) ?? ownMetrics.find((own) => own.id === id) ?? null;
  const metricIds = [...new Set([...listMetrics(db), ...ownMetrics].map(({ id }) => id))];
  return Object.entries(rules).flatMap(([id, rule]) => [
    ...metricProblems(id, rule, metricIds),
    ...channelProblems(id, rule, Object.keys(channels)),
    ...ruleProblem(id, rule, { metric: metric(rule.metricId), retentionDays }),
  ]);
}

/** Only what looks like a known metric mistyped: a metric of one's own comes with its first value. */
function metricProblems(
  id: string,
  { metricId, condition }: AlertRuleDefinition,
  known: readonly string[],
): RuleProblem[] {
  const named: [RuleProblem['path'], string][] = [
    [[id, 'metricId'], metricId],
    ...('totalMetricId' in condition
      ? [[[id, 'condition', 'totalMetricId'], condition.totalMetricId] as [RuleProblem['path'], string]]
      : []),
  ];
  return named.flatMap(([path, name]) => {
    const near = known.includes(name) ? null : nearest(name, known);
    return near === null
      ? []
      : [{ path, message: `there is no metric ${name} yet; did you mean ${near}?`, nearest: near, isBroken: false }];
  });
}

function channelProblems(id: string, rule: AlertRuleDefinition, known: readonly string[]): RuleProblem[] {
  const named = [
    ...rule.channels.map((name, index) => ({ path: [id, 'channels', index] as const, name })),
    ...(rule.escalation?.channels ?? []).map((name, index) => ({
      path: [id, 'escalation', 'channels', index] as const,
      name,
    })),
  ];
  return named
    .filter(({ name }) => !known.includes(name))
    .map(({ path, name }) => {
      const near = nearest(name, known);
      const message = `there is no channel ${name}${near === null ? '' : `; did you mean ${near}?`}`;
      return { path: [...path], message, isBroken: false, ...(near === null ? {} : { nearest: near }) };
    });
}

function ruleProblem(
  id: string,
  rule: AlertRuleDefinition,
  { metric, retentionDays }: { readonly metric: MetricDefinition | null; readonly retentionDays: number },
): RuleProblem[] {
  const found = metric === null ? null : misfit(declaredRule(id, rule), metric, retentionDays);
  if (found === null) return [];
  return [{ path: [id, ...found.place.split('.')], message: found.message.replace(/^`[^`]+`: /, ''), isBroken: true }];
}
