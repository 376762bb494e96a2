import assert from 'node:assert/strict';
import { MetricRecorder } from '../../../agent/analytics/metric-recorder.ts';
import { aggregateOf, metricSeries, metricSummary, windowRollup } from '../../../agent/analytics/metric-queries.ts';
import { createEventBus } from '../../../agent/events/events.ts';
import type { MetricDefinition, MetricTags } from '../../../agent/protocol/metrics.ts';
import { defineMetric, seriesOf, seriesWith } from '../../../agent/store/metrics.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

const latency: MetricDefinition = { id: 'latency', name: 'Latency', description: '', type: 'histogram', unit: 'ms' };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('recording values', () => {
  let db: MemoryDatabase;
  let clock: FakeClock;
  let recorder: MetricRecorder;
  let told: string[][];

  beforeEach(async () => {
    db = await MemoryDatabase.create();
    clock = new FakeClock();
    told = [];
    const events = createEventBus((error) => {
      throw error;
    });
    events.on('metrics.recorded', ({ ids }) => told.push(ids));
    recorder = new MetricRecorder({ store: db.store, events, clock, retentionDays: () => 90, onRecorded: () => {} });
    db.transact((tx) => defineMetric(tx, latency));
  });
  afterEach(() => db[Symbol.dispose]());

  it('refuses what is no number, with the place', async () => {
    for (const value of [Number.NaN, Infinity, -Infinity, 1e308, -1e101]) {
      const result = await recorder.record('latency', { at: clock.now(), value, tags: {} });
      assert.deepEqual(!result.ok && [result.failure.reason, result.failure.place], ['invalid_input', 'value']);
    }
    assert.equal(summary().count, 0);
  });

  it('refuses times that are yet to come or too long ago, and says which', async () => {
    const at = (time: number) => recorder.record('latency', { at: time, value: 1, tags: {} });
    const [future, past, none] = await Promise.all([
      at(clock.now() + hourMs),
      at(clock.now() - 91 * dayMs),
      at(Number.NaN),
    ]);
    assert.match(
      !future.ok ? future.failure.message : '',
      /expected a time up to now, found 2026-11-23T14:45:01\.000Z; it is 2026-11-23T13:45:01\.000Z/,
    );
    assert.match(!past.ok ? past.failure.message : '', /within the 90 days that are kept/);
    assert.equal(none.ok, false);
  });

  it('takes times that jump back, each into its own minute', async () => {
    await recordEach(
      (
        [
          [0, 1],
          [-hourMs, 2],
          [-dayMs, 3],
          [-1000, 4],
        ] as const
      ).map(([offset, value]) => [value, clock.now() + offset]),
    );
    assert.equal(summary().count, 4);
    const series = metricSeries(db, {
      id: 'latency',
      tags: {},
      since: clock.now() - 2 * dayMs,
      until: clock.now() + 1,
      points: 5000,
      now: clock.now(),
    });
    assert.deepEqual(series.ok && series.value.points.map(({ sum }) => sum), [3, 2, 5]);
    assert.deepEqual(
      summary().values.map(({ value }) => value),
      [1, 4, 2, 3],
      'the newest first, by their time',
    );
  });

  it('refuses metrics that nobody declared', async () => {
    const result = await recorder.record('nothing', { at: clock.now(), value: 1, tags: {} });
    assert.equal(!result.ok && result.failure.reason, 'not_found');
  });

  it('writes at once what comes slowly, and together what comes fast', async () => {
    await record(1);
    const before = db.changes;
    const results = Array.from({ length: 30 }, (_, index) => record(index));
    assert.equal(clock.pending, 1);
    clock.advance(200);
    await Promise.all(results);
    assert.equal(db.changes - before, 1, 'one transaction');
    assert.deepEqual(told, [['latency'], ['latency']]);
    assert.equal(clock.pending, 0, 'nothing waits while nothing is recorded');
  });

  it('keeps a tag with a million values within bounds', async () => {
    const recorded: Promise<unknown>[] = [];
    for (let index = 0; index < 3000; index += 1) recorded.push(record(1, clock.now(), { user: `user-${index}` }));
    await recorder.flush();
    await Promise.all(recorded);
    assert.ok(seriesOf(db, 'latency').length <= 201);
    assert.deepEqual([summary().count, summary().series.isFull], [3000, true]);
  });

  it('writes everything when it is flushed', async () => {
    await record(1);
    const waiting = record(2);
    await recorder.flush();
    await waiting;
    assert.equal(summary().count, 2);
  });

  describe('and asking for a window', () => {
    it('counts exactly what is in a short one', async () => {
      await recordEach([30_000, 90_000, 400_000].map((ago) => [ago, clock.now() - ago]));
      const rollup = windowRollup(db, {
        series: seriesWith(db, 'latency', {}),
        since: clock.now() - 100_000,
        now: clock.now(),
      });
      assert.deepEqual([rollup?.count, rollup?.last, rollup?.maximum], [2, 30_000, 90_000]);
      assert.equal(rollup === null ? null : aggregateOf(rollup, 'rate', 100_000), 1200);
      assert.equal(
        windowRollup(db, { series: seriesWith(db, 'latency', {}), since: clock.now(), now: clock.now() }),
        null,
      );
    });

    it('goes by whole minutes and hours in a long one', async () => {
      await recordEach(Array.from({ length: 30 }, (_, hour) => [1, clock.now() - hour * hourMs]));
      const count = (hours: number) =>
        windowRollup(db, {
          series: seriesWith(db, 'latency', {}),
          since: clock.now() - hours * hourMs,
          now: clock.now(),
        })?.count;
      assert.deepEqual([count(3), count(24), count(29)], [3, 24, 29]);
    });
  });

  it('plots what is young by the minute, however far back is looked', async () => {
    await recordEach(Array.from({ length: 10 }, (_, minute) => [minute, clock.now() - minute * 60_000]));
    const over = (days: number) => {
      const series = metricSeries(db, {
        id: 'latency',
        tags: {},
        since: clock.now() - days * dayMs,
        until: clock.now() + 1,
        points: 5000,
        now: clock.now() + 1,
      });
      return series.ok ? [series.value.resolutionMs, series.value.points.length] : series.failure;
    };
    assert.deepEqual(over(30), [60_000, 10]);
    await recordEach([[1, clock.now() - 29 * dayMs]]);
    assert.deepEqual(over(30), [hourMs, 2]);
    assert.deepEqual(over(7), [60_000, 10]);
    await recordEach([[1, clock.now() - 60 * dayMs]]);
    assert.deepEqual(over(90), [dayMs, 3]);
  });

  it('answers a plot with no more points than are wanted', async () => {
    await recordEach(Array.from({ length: 80 }, (_, day) => [day, clock.now() - day * dayMs]));
    const series = metricSeries(db, {
      id: 'latency',
      tags: {},
      since: clock.now() - 89 * dayMs,
      until: clock.now() + 1,
      points: 30,
      now: clock.now(),
    });
    assert.ok(series.ok && series.value.points.length <= 31 && series.value.points.length >= 25);
    assert.equal(
      series.value.points.reduce((sum, point) => sum + point.count, 0),
      80,
    );
  });

  /** Waits for nothing but the recorder's own clock. */
  async function record(value: number, at = clock.now(), tags: MetricTags = {}): Promise<void> {
    const result = await recorder.record('latency', { at, value, tags });
    assert.ok(result.ok);
  }

  /** One after the other, however long the recorder waits in between. */
  async function recordEach(values: readonly (readonly [value: number, at: number])[]): Promise<void> {
    for (const [value, at] of values) {
      const recorded = record(value, at);
      await recorder.flush();
      await recorded;
    }
  }

  function summary() {
    const found = metricSummary(db, 'latency', { limit: 10 });
    assert.ok(found.ok);
    return found.value;
  }
});
