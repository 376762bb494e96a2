import assert from 'node:assert/strict';
import { analyzeTrends, predictMetric } from '../../../agent/analytics/trends.ts';
import { answerTask, type AnalysisTask } from '../../../agent/analytics/trend-analysis.ts';
import type { MetricDefinition } from '../../../agent/protocol/metrics.ts';
import { recordMetricValues } from '../../../agent/store/metric-values.ts';
import { defineMetric } from '../../../agent/store/metrics.ts';
import { noHistory } from '../../../agent/workspace/git-history.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { Chance } from '../../rig/generated-series.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

const duration: MetricDefinition = {
  id: 'run.duration',
  name: 'Duration',
  description: '',
  type: 'histogram',
  unit: 'ms',
};
const saved: MetricDefinition = { id: 'saved', name: 'Saved', description: '', type: 'counter', unit: 'ms' };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('trends of recorded metrics', () => {
  let db: MemoryDatabase;
  let clock: FakeClock;
  let tasks: AnalysisTask[];

  beforeEach(async () => {
    db = await MemoryDatabase.create();
    clock = new FakeClock();
    tasks = [];
    db.transact((tx) => [duration, saved].forEach((metric) => defineMetric(tx, metric)));
  });
  afterEach(() => db[Symbol.dispose]());

  it('are worked out once, and anew when they are too old', async () => {
    rising(duration.id, 80);
    const [first] = await trends();
    assert.equal(first?.direction, 'rising');
    assert.match(first.summary, /^Duration: rising by 1 s a day \(p < 0\.0001\)/);
    clock.advance(1800_000);
    assert.deepEqual(await trends(), [first], 'from the record');
    assert.equal(tasks.length, 1);
    clock.advance(1800_000);
    await trends();
    assert.equal(tasks.length, 2);
  });

  it('of other spans are worked out for themselves', async () => {
    rising(duration.id, 80);
    await trends();
    await analyzeTrends(options(), { days: 7 });
    assert.equal(tasks.length, 2);
  });

  it('leave out what has too few values, unless it is asked for', async () => {
    rising(duration.id, 3);
    assert.deepEqual(await trends(), []);
    const asked = await analyzeTrends(options(), { days: 30, metricId: duration.id });
    assert.equal(
      asked.ok && asked.value[0]?.summary,
      'Duration: not enough data yet: 3 values over 2 h; a trend needs 20 over 3 days.',
    );
    const unknown = await analyzeTrends(options(), { days: 30, metricId: 'nothing' });
    assert.equal(!unknown.ok && unknown.failure.reason, 'not_found');
  });

  it('and changes of level are none of a lot within a day, however clear', async () => {
    for (let index = 0; index < 300; index += 1)
      record(duration.id, clock.now() - (300 - index) * 60_000, 100 + index + (index > 150 ? 1000 : 0));
    assert.deepEqual(await trends(), []);
    const asked = await analyzeTrends(options(), { days: 30, metricId: duration.id });
    assert.ok(asked.ok);
    assert.deepEqual(
      asked.value.map(({ direction, changePoints, summary }) => [direction, changePoints, summary.slice(0, 31)]),
      [['unknown', [], 'Duration: not enough data yet: ']],
    );
  });

  it('of counters are those of their sums a day', async () => {
    for (let day = 1; day <= 24; day += 1) {
      for (let part = 0; part < 3; part += 1) record(saved.id, clock.now() - day * dayMs, 100 * (25 - day));
    }
    const [trend] = await trends();
    assert.deepEqual([trend?.direction, trend?.count], ['rising', 24]);
    assert.ok(Math.abs((trend?.slopePerDay ?? 0) - 300) < 1);
  });

  it('go on as forecasts of so many days, never below what cannot be', async () => {
    const chance = new Chance(1);
    for (let day = 1; day <= 60; day += 1)
      record(duration.id, clock.now() - day * dayMs, Math.max(1, 20 * day + 10 * chance.normal()));
    const forecast = await predictMetric(options(), { metricId: duration.id, horizonDays: 14 });
    assert.ok(forecast.ok);
    assert.equal(forecast.value.points.length, 14);
    assert.equal(forecast.value.isNaive, false);
    assert.ok((forecast.value.error ?? 1) < (forecast.value.naiveError ?? 0));
    assert.ok(forecast.value.points.every(({ value, low, high }) => low >= 0 && low <= value && value <= high));
    assert.match(forecast.value.summary, /in 14 days, 80 % between .* by .* \(mean error of \d+ past forecasts/);
  });

  it('have no forecast before there is a whole day', async () => {
    record(duration.id, clock.now(), 5);
    const forecast = await predictMetric(options(), { metricId: duration.id, horizonDays: 7 });
    assert.match(!forecast.ok ? forecast.failure.message : '', /no values of a whole day yet/);
  });

  function options() {
    const analyze = async (task: AnalysisTask) => {
      tasks.push(task);
      return answerTask(task);
    };
    return { store: db.store, clock, analyze, history: async () => noHistory, maximumAgeMs: () => hourMs };
  }

  async function trends() {
    const found = await analyzeTrends(options(), { days: 30 });
    assert.ok(found.ok);
    return found.value;
  }

  /** A value an hour, each 1/24 s longer than the one before. */
  function rising(id: string, count: number): void {
    for (let index = 0; index < count; index += 1)
      record(id, clock.now() - (count - index) * hourMs, 10_000 + (1000 * index) / 24);
  }

  function record(id: string, at: number, value: number): void {
    db.transact((tx) => recordMetricValues(tx, id, [{ at, value, tags: {} }]));
  }
});
