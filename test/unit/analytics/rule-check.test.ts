import assert from 'node:assert/strict';
import { checkRule, pastNote } from '../../../agent/analytics/rule-check.ts';
import { defaultRules } from '../../../agent/analytics/default-rules.ts';
import { ownMetrics } from '../../../agent/analytics/run-metrics.ts';
import { AlertRule } from '../../../agent/protocol/alerts.ts';
import type { MetricDefinition } from '../../../agent/protocol/metrics.ts';

const metrics: readonly MetricDefinition[] = [
  { id: 'latency', name: 'Latency', description: '', type: 'histogram', unit: 'ms' },
  { id: 'errors', name: 'Errors', description: '', type: 'counter', unit: '1' },
  { id: 'requests', name: 'Requests', description: '', type: 'counter', unit: '1' },
  { id: 'temperature', name: 'Temperature', description: '', type: 'gauge', unit: 'C' },
];

describe('checking a rule', () => {
  it('refuses one that can never fire', () => {
    assert.match(
      refused({ kind: 'threshold', aggregate: 'count', operator: '<', value: 0 }),
      /would never fire: latency is never below 0, and the bound is < 0/,
    );
    assert.match(
      refused({ kind: 'ratio', totalMetricId: 'requests', operator: '<', value: 0 }, { metricId: 'errors' }),
      /never fire/,
    );
    assert.match(
      refused({ kind: 'burn_rate', totalMetricId: 'requests', objective: 0.5, factor: 3 }, { metricId: 'errors' }),
      /never fire: all that goes wrong uses the budget up 2\.0 times too fast/,
    );
    assert.match(
      refused({ kind: 'threshold', operator: '>', value: 1, windowSeconds: 86_400 * 60 }, {}, 30),
      /would never see its whole window/,
    );
  });

  it('refuses one that always would', () => {
    assert.match(refused({ kind: 'threshold', aggregate: 'count', operator: '>=', value: 0 }), /would always fire/);
    assert.match(
      refused({ kind: 'threshold', aggregate: 'sum', operator: '!=', value: -1 }, { metricId: 'errors' }),
      /would always fire/,
    );
  });

  it('lets through what may be meant', () => {
    assert.deepEqual(notes({ kind: 'threshold', operator: '<', value: 0 }, { metricId: 'temperature' }), []);
    assert.deepEqual(notes({ kind: 'threshold', operator: '>', value: 0 }), []);
    assert.deepEqual(
      notes({ kind: 'burn_rate', totalMetricId: 'requests', objective: 0.99, factor: 14.4 }, { metricId: 'errors' }),
      [],
    );
    for (const rule of defaultRules) {
      const surroundings = {
        metric: (id: string) => ownMetrics.find((metric) => metric.id === id) ?? null,
        ruleIds: defaultRules.map(({ id }) => id),
        channels: [],
        retentionDays: 90,
      };
      assert.deepEqual(checkRule(rule, surroundings), { ok: true, value: [] }, rule.id);
    }
  });

  it('refuses metrics that are not there, percentiles of counters, and a hysteresis on the wrong side', () => {
    assert.match(
      refused({ kind: 'threshold', operator: '>', value: 1 }, { metricId: 'latecny' }),
      /there is no metric latecny/,
    );
    assert.match(
      refused({ kind: 'ratio', totalMetricId: 'nothing', operator: '>', value: 1 }),
      /condition\.totalMetricId/,
    );
    assert.match(
      refused({ kind: 'threshold', aggregate: 'p99', operator: '>', value: 1 }, { metricId: 'errors' }),
      /a counter, which has no percentiles/,
    );
    assert.match(
      refused({ kind: 'threshold', operator: '>', value: 10 }, { resolveValue: 11 }),
      /on the other side of > 10, found 11/,
    );
    assert.match(
      refused({ kind: 'no_data', windowSeconds: 60 }, { resolveValue: 1 }),
      /expected none for a condition of the kind no_data/,
    );
    assert.match(refused({ kind: 'threshold', operator: '>', value: 1 }, { inhibitedBy: ['r'] }), /its own root cause/);
  });

  it('tells of causes and channels that are not there', () => {
    const found = notes({ kind: 'threshold', operator: '>', value: 1 }, { inhibitedBy: ['gone'], channels: ['taem'] });
    assert.deepEqual(found, [
      'There is no rule gone, which inhibitedBy names.',
      'There is no channel taem; noodle.yaml declares team.',
    ]);
  });

  it('tells what the past says of it, when there is enough of it', () => {
    const rule = ruleOf({ kind: 'threshold', operator: '>', value: 1 }, {});
    const looks = (held: number, of: number) => Array.from({ length: of }, (_, index) => index < held);
    assert.equal(pastNote(rule, looks(5, 5)), null);
    assert.match(pastNote(rule, looks(20, 20)) ?? '', /it would always fire/);
    assert.match(pastNote(rule, looks(10, 20)) ?? '', /held 50 % of the time/);
    assert.equal(pastNote(rule, looks(1, 20)), null);
  });

  it('refuses numbers that are none before it comes to that', () => {
    for (const value of [Number.NaN, Infinity])
      assert.equal(
        AlertRule.safeParse({
          ...ruleOf({ kind: 'threshold', operator: '>', value: 1 }, {}),
          condition: { kind: 'threshold', operator: '>', value },
        }).success,
        false,
      );
  });
});

function ruleOf(condition: object, more: Partial<AlertRule>): AlertRule {
  return AlertRule.parse({ id: 'r', name: 'R', metricId: 'latency', severity: 'warning', condition, ...more });
}

function check(condition: object, more: Partial<AlertRule>, retentionDays = 90) {
  return checkRule(ruleOf(condition, more), {
    metric: (id) => metrics.find((metric) => metric.id === id) ?? null,
    ruleIds: ['r'],
    channels: ['team'],
    retentionDays,
  });
}

function refused(condition: object, more: Partial<AlertRule> = {}, retentionDays = 90): string {
  const result = check(condition, more, retentionDays);
  assert.equal(result.ok, false);
  return result.ok ? '' : result.failure.message;
}

function notes(condition: object, more: Partial<AlertRule> = {}): readonly string[] {
  const result = check(condition, more);
  assert.ok(result.ok, result.ok ? '' : result.failure.message);
  return result.value;
}
