import assert from 'node:assert/strict';
import { judge, type MetricView } from '../../../agent/analytics/alert-evaluation.ts';
import { AlertCondition } from '../../../agent/protocol/alerts.ts';
import { mergeRollups, type Rollup } from '../../../agent/store/metric-values.ts';
import { QuantileSketch } from '../../../agent/store/quantile-sketch.ts';

describe('conditions of alert rules', () => {
  it('compare a figure of a window with a bound, and say both with their units', () => {
    const condition = { kind: 'threshold', aggregate: 'mean', operator: '>', value: 10_000, windowSeconds: 300 };
    const verdict = asked(condition, view([12_000, 13_000]));
    assert.equal(verdict?.message, 'Duration: mean over 5 min is 12.5 s, the bound is > 10 s');
    assert.deepEqual([verdict.holds, verdict.clears, verdict.value], [true, false, 12_500]);
    assert.equal(asked(condition, view([9000]))?.clears, true);
    assert.equal(asked(condition, view([])), null, 'the mean of nothing is unknown');
    assert.equal(
      asked({ ...condition, aggregate: 'count', operator: '<', value: 1 }, view([], { lastAt: 1 }))?.holds,
      true,
      'the number of nothing is 0',
    );
    assert.equal(
      asked({ ...condition, aggregate: 'count', operator: '<', value: 1 }, view([], { lastAt: null })),
      null,
      'of a metric that never had a value nothing is said',
    );
  });

  it('are false only beyond the hysteresis', () => {
    const condition = { kind: 'threshold', aggregate: 'last', operator: '>', value: 100, windowSeconds: 60 };
    const at = (value: number) => asked(condition, view([value]), 80);
    assert.deepEqual(
      [at(101), at(90), at(80)].map((verdict) => [verdict?.holds, verdict?.clears]),
      [
        [true, false],
        [false, false],
        [false, true],
      ],
    );
  });

  it('divide by another metric', () => {
    const condition = {
      kind: 'ratio',
      totalMetricId: 'total',
      operator: '>',
      value: 0.1,
      windowSeconds: 60,
      leastTotal: 10,
    };
    const of = (bad: number, total: number) => asked(condition, view([bad], { others: { total: view([total]) } }));
    assert.deepEqual([of(3, 20)?.holds, of(1, 20)?.holds, of(9, 9)], [true, false, null]);
    assert.equal(of(3, 20)?.message, 'Duration: 15 % of Duration over 1 min, the bound is > 10 %');
  });

  it('burn a budget over two windows', () => {
    const condition = {
      kind: 'burn_rate',
      totalMetricId: 'total',
      objective: 0.99,
      factor: 10,
      longWindowSeconds: 3600,
      shortWindowSeconds: 300,
    };
    const of = (long: number, short: number) =>
      asked(condition, windows({ 3_600_000: [long], 300_000: [short] }, windows({ 3_600_000: [100], 300_000: [100] })));
    assert.deepEqual([of(20, 20)?.holds, of(20, 1)?.holds, of(5, 50)?.holds], [true, false, false]);
    assert.match(of(20, 20)?.message ?? '', /error budget of 1 % is used up 20\.0 times/);
  });

  it('notice silence, but only of what once spoke', () => {
    const condition = { kind: 'no_data', windowSeconds: 60 };
    assert.equal(asked(condition, view([], { lastAt: null })), null);
    assert.equal(asked(condition, view([], { lastAt: 40_000, now: 99_999 }))?.holds, false);
    assert.equal(
      asked(condition, view([], { lastAt: 40_000, now: 100_000 }))?.message,
      'Duration: no value for 1 min, expected one within 1 min',
    );
  });

  it('tell an unusual value, with enough of usual ones', () => {
    const condition = { kind: 'anomaly', falseAlarmRate: 0.02, direction: 'up', window: 100 };
    const usual = Array.from({ length: 120 }, (_, index) => 100 + ((index * 37) % 20));
    assert.equal(asked(condition, view([900, ...usual]))?.holds, true);
    assert.equal(asked(condition, view([10, ...usual]))?.holds, false, 'only upwards');
    assert.equal(asked(condition, view([110, ...usual]))?.holds, false);
    assert.equal(asked(condition, view([900, ...usual.slice(0, 50)])), null);
  });

  it('tell a rise beyond chance', () => {
    const condition = { kind: 'rise', recent: 20, baseline: 60, atLeast: 0.25, significance: 0.01 };
    const ones = (count: number, of: number) => Array.from({ length: of }, (_, index) => (index < count ? 1 : 0));
    assert.equal(
      asked(condition, view([...ones(12, 20), ...ones(6, 60)], { unit: '1' }))?.message,
      'Duration: 60 % over the last 20, 10 % over the 60 before',
    );
    assert.equal(asked(condition, view([...ones(12, 20), ...ones(6, 60)]))?.holds, true);
    assert.equal(asked(condition, view([...ones(4, 20), ...ones(6, 60)]))?.holds, false);
    assert.equal(asked(condition, view(ones(12, 79))), null);
  });

  it('compare the last value with the median of those before it', () => {
    const condition = { kind: 'slower', factor: 3, window: 5, leastMs: 1000 };
    assert.equal(
      asked(condition, view([4000, 1000, 1000, 1000, 1000, 1000]))?.message,
      'Duration: the last took 4 s; the median of the 5 before it is 1 s',
    );
    assert.equal(asked(condition, view([3000, 1000, 1000, 1000, 1000, 1000]))?.holds, false);
    assert.equal(asked(condition, view([900, 10, 10, 10, 10, 10]))?.holds, false);
    assert.equal(asked(condition, view([9000, 1000, 1000, 1000, 1000])), null);
  });

  it('look at the share of the last values, over a full window alone', () => {
    const condition = { kind: 'share', above: 0.6, window: 5 };
    assert.equal(asked(condition, view([1, 1, 1, 0, 1]))?.message, 'Duration: 4 of the last 5, the bound is 60 %');
    assert.equal(asked(condition, view([1, 1, 1, 0, 0]))?.holds, false);
    assert.equal(asked(condition, view([1, 1, 1, 1])), null);
  });
});

function asked(condition: unknown, metric: MetricView, resolveValue: number | null = null) {
  return judge(AlertCondition.parse(condition), metric, resolveValue);
}

interface ViewOptions {
  readonly lastAt?: number | null;
  readonly now?: number;
  readonly unit?: string;
  readonly others?: Readonly<Record<string, MetricView>>;
}

/** Every window holds all values; the newest comes first. */
function view(
  values: readonly number[],
  { lastAt = 1, now = 1, unit = 'ms', others = {} }: ViewOptions = {},
): MetricView {
  const metric: MetricView = {
    name: 'Duration',
    unit,
    lastAt,
    now,
    window: () => (values.length === 0 ? null : mergeRollups(0, values.map(rollup))),
    last: (count) => values.slice(0, count),
    other: (id) => others[id] ?? metric,
  };
  return metric;
}

function windows(byMs: Readonly<Record<number, readonly number[]>>, other?: MetricView): MetricView {
  const base = view([]);
  return { ...base, window: (ms) => view(byMs[ms] ?? []).window(ms), other: () => other ?? base };
}

function rollup(value: number, index: number): Rollup {
  const sketch = new QuantileSketch();
  sketch.add(value);
  return { start: 0, count: 1, sum: value, minimum: value, maximum: value, last: value, lastAt: -index, sketch };
}
