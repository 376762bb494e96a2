// What is wrong with a rule before it is kept: that it can never fire, that it always would, that nobody hears it.
import type { AlertCondition, AlertRule, Operator } from '../protocol/alerts.ts';
import type { MetricDefinition } from '../protocol/metrics.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { formatDuration } from '../protocol/quantities.ts';
import { compares } from './alert-evaluation.ts';
import { shareText } from './value-text.ts';

export interface RuleSurroundings {
  readonly metric: (id: string) => MetricDefinition | null;
  readonly ruleIds: readonly string[];
  readonly channels: readonly string[];
  readonly retentionDays: number;
}

type Verdict = 'never' | 'always' | null;

/** The rule with notes, or why it cannot be meant so. */
export function checkRule(rule: AlertRule, surroundings: RuleSurroundings): Result<string[]> {
  const metric = surroundings.metric(rule.metricId);
  if (metric === null)
    return failure('not_found', `\`metricId\`: there is no metric ${rule.metricId}.`, {
      place: 'metricId',
      hint: 'Declare the metric first, or list the known ones.',
    });
  const { condition } = rule;
  const other = 'totalMetricId' in condition ? condition.totalMetricId : null;
  if (other !== null && surroundings.metric(other) === null) {
    return failure('not_found', `\`condition.totalMetricId\`: there is no metric ${other}.`, {
      place: 'condition.totalMetricId',
    });
  }
  const problem = misfit(rule, metric, surroundings.retentionDays);
  if (problem !== null) return failure('invalid_input', problem.message, { place: problem.place });
  return success(notesOf(rule, surroundings));
}

/** Why a rule cannot be meant so, with the place in it. */
export function misfit(
  rule: AlertRule,
  metric: MetricDefinition,
  retentionDays: number,
): { message: string; place: string } | null {
  const { condition } = rule;
  const outcome = outcomeOf(condition, metric);
  if (outcome !== null) {
    return {
      message: `The rule ${rule.id} would ${outcome === 'never' ? 'never' : 'always'} fire: ${outcomeReason(condition, metric)}.`,
      place: 'condition',
    };
  }
  if (condition.kind === 'threshold' && metric.type === 'counter' && condition.aggregate.startsWith('p')) {
    return {
      message: `\`condition.aggregate\`: ${metric.id} is a counter, which has no percentiles; expected sum, rate, count or mean.`,
      place: 'condition.aggregate',
    };
  }
  const longest = longestWindowSeconds(condition);
  if (longest > retentionDays * 86_400) {
    return {
      message: `The rule ${rule.id} would never see its whole window of ${formatDuration(longest * 1000)}: values are kept for ${retentionDays} days.`,
      place: 'condition',
    };
  }
  if (rule.resolveValue !== null) return hysteresisMisfit(rule);
  if (rule.inhibitedBy.includes(rule.id))
    return { message: `The rule ${rule.id} would never be told: it is its own root cause.`, place: 'inhibitedBy' };
  return null;
}

/** A rule that fires again as soon as it is resolved, or is never resolved. */
function hysteresisMisfit({ condition, resolveValue }: AlertRule): { message: string; place: string } | null {
  if (condition.kind !== 'threshold' && condition.kind !== 'ratio') {
    return {
      message: `\`resolveValue\`: expected none for a condition of the kind ${condition.kind}.`,
      place: 'resolveValue',
    };
  }
  const { operator, value } = condition;
  const isBeyond = operator.startsWith('>')
    ? (resolveValue ?? value) <= value
    : operator.startsWith('<')
      ? (resolveValue ?? value) >= value
      : false;
  return isBeyond
    ? null
    : {
        message: `\`resolveValue\`: expected a value on the other side of ${operator} ${value}, found ${resolveValue}.`,
        place: 'resolveValue',
      };
}

/** What can be known without values. */
function outcomeOf(condition: AlertCondition, metric: MetricDefinition): Verdict {
  if (condition.kind === 'threshold' && isNeverNegative(condition.aggregate, metric))
    return againstZero(condition.operator, condition.value);
  if (condition.kind === 'ratio') return againstZero(condition.operator, condition.value);
  if (condition.kind === 'burn_rate' && condition.factor * (1 - condition.objective) > 1) return 'never';
  return null;
}

function isNeverNegative(aggregate: string, { type, unit }: MetricDefinition): boolean {
  return (
    aggregate === 'count' ||
    type === 'counter' ||
    (type === 'histogram' && (unit === 'ms' || unit === 's' || unit === 'bytes'))
  );
}

function againstZero(operator: Operator, bound: number): Verdict {
  const below = operator === '<' || operator === '<=' || operator === '==';
  if (below && !compares(0, operator, bound) && bound <= 0) return 'never';
  const above = operator === '>' || operator === '>=' || operator === '!=';
  if (above && bound <= 0 && compares(0, operator, bound)) return 'always';
  return null;
}

function outcomeReason(condition: AlertCondition, metric: MetricDefinition): string {
  if (condition.kind === 'burn_rate') {
    return `all that goes wrong uses the budget up ${(1 / (1 - condition.objective)).toFixed(1)} times too fast, which is below the factor ${condition.factor}`;
  }
  const bound = 'operator' in condition ? `${condition.operator} ${condition.value}` : '';
  return `${metric.id} is never below 0, and the bound is ${bound}`;
}

function longestWindowSeconds(condition: AlertCondition): number {
  if (condition.kind === 'burn_rate') return Math.max(condition.longWindowSeconds, condition.shortWindowSeconds);
  return 'windowSeconds' in condition ? condition.windowSeconds : 0;
}

function notesOf(rule: AlertRule, { ruleIds, channels }: RuleSurroundings): string[] {
  const unknownRules = rule.inhibitedBy.filter((id) => !ruleIds.includes(id));
  const named = [...rule.channels, ...(rule.escalation?.channels ?? [])];
  const unknownChannels = named.filter((name) => !channels.includes(name));
  return [
    ...unknownRules.map((id) => `There is no rule ${id}, which inhibitedBy names.`),
    ...unknownChannels.map(
      (name) =>
        `There is no channel ${name}; noodle.yaml declares ${channels.length === 0 ? 'none' : channels.join(', ')}.`,
    ),
  ];
}

/** What the past says of a rule: over how much of it the condition held. */
export function pastNote(rule: AlertRule, looks: readonly boolean[]): string | null {
  if (looks.length < 10) return null;
  const share = looks.filter(Boolean).length / looks.length;
  if (share === 1) return `The condition of ${rule.id} held all the time over the last 14 days: it would always fire.`;
  return share > 0.2 ? `The condition of ${rule.id} held ${shareText(share)} of the time over the last 14 days.` : null;
}
