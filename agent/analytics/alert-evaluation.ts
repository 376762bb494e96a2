// Whether an alert rule fires: a pure question to the last values of its metric.
import { z } from 'zod';
import { formatDuration } from '../protocol/quantities.ts';
import type { AlertRule } from '../store/alerts.ts';
import { medianOf } from '../store/recent.ts';

/** `slower`: the last value against the median of those before it. `share`: the share of ones among the last values. */
export const Condition = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('slower'), factor: z.number().gt(1), window: z.int().min(5).max(1000), leastMs: z.number().nonnegative() }),
  z.object({ kind: z.literal('share'), above: z.number().min(0).max(1), window: z.int().min(5).max(1000) }),
]);
export type Condition = z.infer<typeof Condition>;

export const defaultRules: readonly AlertRule[] = [
  {
    id: 'runs-slower',
    metricId: 'run.duration',
    severity: 'warning',
    condition: { kind: 'slower', factor: 3, window: 20, leastMs: 10_000 } satisfies Condition,
    isEnabled: true,
  },
  {
    id: 'runs-failing',
    metricId: 'run.failed',
    severity: 'warning',
    condition: { kind: 'share', above: 0.9, window: 10 } satisfies Condition,
    isEnabled: true,
  },
];

/**
 * One line saying why the rule fires, or null when it does not.
 * `values` are the metric's last ones, newest first; with fewer than a full window nothing fires.
 */
export function firingMessage(condition: Condition, values: readonly number[]): string | null {
  switch (condition.kind) {
    case 'slower': {
      const [last, ...before] = values;
      const earlier = before.slice(0, condition.window);
      if (last === undefined || earlier.length < condition.window) return null;
      const usual = medianOf(earlier);
      if (last < condition.leastMs || last <= usual * condition.factor) return null;
      return `the last run took ${formatDuration(last)}; the median of the ${earlier.length} before it is ${formatDuration(usual)}`;
    }
    case 'share': {
      const latest = values.slice(0, condition.window);
      if (latest.length < condition.window) return null;
      const failed = latest.filter((value) => value > 0).length;
      if (failed / latest.length <= condition.above) return null;
      return `${failed} of the last ${latest.length} runs failed`;
    }
  }
}
