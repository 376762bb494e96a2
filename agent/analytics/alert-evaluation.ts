// Whether the condition of a rule holds: a pure question to the values of its metric.
import type { AlertCondition, Operator } from '../protocol/alerts.ts';
import type { Aggregate } from '../protocol/metrics.ts';
import { formatDuration } from '../protocol/quantities.ts';
import type { Rollup } from '../store/metric-values.ts';
import { aggregateOf } from './metric-queries.ts';
import { judgeLast } from './statistics/anomalies.ts';
import { mannWhitney, median } from './statistics/ranks.ts';
import { shareText, valueText } from './value-text.ts';

/** What a condition is judged by. */
export interface MetricView {
  readonly name: string;
  readonly unit: string;
  /** What a window up to now adds up to; null when it has no values. */
  window(windowMs: number): Rollup | null;
  /** The last values, newest first. */
  last(count: number): readonly number[];
  /** When the last value was recorded; null before the first. */
  readonly lastAt: number | null;
  readonly now: number;
  /** Another metric, of the same tags. */
  other(metricId: string): MetricView;
}

export interface Verdict {
  readonly holds: boolean;
  /** It does not hold, and is beyond the hysteresis. */
  readonly clears: boolean;
  readonly value: number;
  /** One line with the value, its unit and the bound. */
  readonly message: string;
}

/** Null where there is nothing to judge. `resolveValue` is the hysteresis of thresholds and ratios. */
export function judge(condition: AlertCondition, view: MetricView, resolveValue: number | null): Verdict | null {
  switch (condition.kind) {
    case 'threshold':
      return judgeThreshold(condition, view, resolveValue);
    case 'ratio':
      return judgeRatio(condition, view, resolveValue);
    case 'burn_rate':
      return judgeBurnRate(condition, view);
    case 'no_data':
      return judgeSilence(condition.windowSeconds * 1000, view);
    case 'anomaly':
      return judgeAnomaly(condition, view);
    case 'rise':
      return judgeRise(condition, view);
    case 'slower':
      return judgeSlower(condition, view);
    case 'share':
      return judgeShare(condition, view);
  }
}

type Of<K extends AlertCondition['kind']> = Extract<AlertCondition, { kind: K }>;

const aggregateNames: Readonly<Record<Aggregate, string>> = {
  last: 'last value',
  mean: 'mean',
  minimum: 'minimum',
  maximum: 'maximum',
  sum: 'sum',
  count: 'number of values',
  rate: 'sum a second',
  p50: 'median',
  p90: '90th percentile',
  p95: '95th percentile',
  p99: '99th percentile',
};

/** Whether a comparison is true. */
export function compares(left: number, operator: Operator, right: number): boolean {
  switch (operator) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}

function bounded(
  value: number,
  operator: Operator,
  bounds: { readonly bound: number; readonly resolve: number | null },
) {
  const holds = compares(value, operator, bounds.bound);
  return { holds, clears: !holds && (bounds.resolve === null || !compares(value, operator, bounds.resolve)), value };
}

function judgeThreshold(
  { aggregate, operator, value: bound, windowSeconds }: Of<'threshold'>,
  view: MetricView,
  resolve: number | null,
): Verdict | null {
  const windowMs = windowSeconds * 1000;
  const rollup = view.window(windowMs);
  const value = rollup === null ? zeroOf(aggregate, view) : aggregateOf(rollup, aggregate, windowMs);
  if (value === null) return null;
  const unit = aggregate === 'count' ? '1' : view.unit;
  const message = `${view.name}: ${aggregateNames[aggregate]} over ${formatDuration(windowMs)} is ${valueText(value, unit)}, the bound is ${operator} ${valueText(bound, unit)}`;
  return { ...bounded(value, operator, { bound, resolve }), message };
}

/** Of a metric that once had values, an empty window has none; its mean is unknown. */
function zeroOf(aggregate: Aggregate, view: MetricView): number | null {
  const isCounted = aggregate === 'count' || aggregate === 'sum' || aggregate === 'rate';
  return isCounted && view.lastAt !== null ? 0 : null;
}

function judgeRatio(condition: Of<'ratio'>, view: MetricView, resolve: number | null): Verdict | null {
  const windowMs = condition.windowSeconds * 1000;
  const total = view.other(condition.totalMetricId).window(windowMs)?.sum ?? 0;
  if (total < condition.leastTotal) return null;
  const value = (view.window(windowMs)?.sum ?? 0) / total;
  const message = `${view.name}: ${shareText(value)} of ${view.other(condition.totalMetricId).name} over ${formatDuration(windowMs)}, the bound is ${condition.operator} ${shareText(condition.value)}`;
  return { ...bounded(value, condition.operator, { bound: condition.value, resolve }), message };
}

function judgeBurnRate(condition: Of<'burn_rate'>, view: MetricView): Verdict | null {
  const rate = (windowSeconds: number) => {
    const total = view.other(condition.totalMetricId).window(windowSeconds * 1000)?.sum ?? 0;
    const bad = view.window(windowSeconds * 1000)?.sum ?? 0;
    return total <= 0 ? null : bad / total / (1 - condition.objective);
  };
  const [long, short] = [rate(condition.longWindowSeconds), rate(condition.shortWindowSeconds)];
  if (long === null) return null;
  const holds = long >= condition.factor && short !== null && short >= condition.factor;
  const message = `${view.name}: the error budget of ${shareText(1 - condition.objective)} is used up ${long.toFixed(1)} times as fast as it may be over ${formatDuration(condition.longWindowSeconds * 1000)}, the bound is ${condition.factor}`;
  return { holds, clears: !holds, value: long, message };
}

function judgeSilence(windowMs: number, { lastAt, now, name }: MetricView): Verdict | null {
  if (lastAt === null) return null;
  const silentMs = now - lastAt;
  const holds = silentMs >= windowMs;
  return {
    holds,
    clears: !holds,
    value: silentMs,
    message: `${name}: no value for ${formatDuration(silentMs)}, expected one within ${formatDuration(windowMs)}`,
  };
}

function judgeAnomaly({ falseAlarmRate, direction, window }: Of<'anomaly'>, view: MetricView): Verdict | null {
  const values = view.last(Math.max(window, Math.ceil(1 / falseAlarmRate) + 25)).toReversed();
  const value = values.at(-1);
  const judgement = judgeLast(values, falseAlarmRate, direction);
  if (judgement === null || value === undefined) return null;
  const holds = judgement.pValue <= falseAlarmRate;
  const message = `${view.name}: ${valueText(value, view.unit)} where ${valueText(judgement.expected, view.unit)} is usual; ${shareText(judgement.pValue)} of the last ${values.length} values were so unusual`;
  return { holds, clears: !holds, value, message };
}

function judgeRise({ recent, baseline, atLeast, significance }: Of<'rise'>, view: MetricView): Verdict | null {
  const values = view.last(recent + baseline);
  if (values.length < recent + baseline) return null;
  const [now, before] = [values.slice(0, recent), values.slice(recent)];
  const { z, pValue } = mannWhitney(before, now);
  const [meanNow, meanBefore] = [mean(now), mean(before)];
  const holds = z > 0 && pValue / 2 <= significance && meanNow - meanBefore >= atLeast;
  const text = (value: number) => (view.unit === '1' && value <= 1 ? shareText(value) : valueText(value, view.unit));
  const message = `${view.name}: ${text(meanNow)} over the last ${recent}, ${text(meanBefore)} over the ${baseline} before`;
  return { holds, clears: !holds, value: meanNow, message };
}

function judgeSlower({ factor, window, leastMs }: Of<'slower'>, view: MetricView): Verdict | null {
  const [last, ...before] = view.last(window + 1);
  if (last === undefined || before.length < window) return null;
  const usual = median(before);
  const holds = last >= leastMs && last > usual * factor;
  return {
    holds,
    clears: !holds,
    value: last,
    message: `${view.name}: the last took ${valueText(last, view.unit)}; the median of the ${before.length} before it is ${valueText(usual, view.unit)}`,
  };
}

function judgeShare({ above, window }: Of<'share'>, view: MetricView): Verdict | null {
  const latest = view.last(window);
  if (latest.length < window) return null;
  const count = latest.filter((value) => value > 0).length;
  const holds = count / latest.length > above;
  return {
    holds,
    clears: !holds,
    value: count / latest.length,
    message: `${view.name}: ${count} of the last ${latest.length}, the bound is ${shareText(above)}`,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
