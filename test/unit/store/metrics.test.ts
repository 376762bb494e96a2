import assert from 'node:assert/strict';
import type { MetricDefinition, MetricTags } from '../../../agent/protocol/metrics.ts';
import type { TrendAnalysis } from '../../../agent/protocol/trends.ts';
import { pruneMetricsOnce } from '../../../agent/store/metric-retention.ts';
import {
  lastRecordedAt,
  lastTaggedValues,
  lastValues,
  mergeRollups,
  readRollups,
  recordMetricValues,
} from '../../../agent/store/metric-values.ts';
import {
  defineMetric,
  deleteMetric,
  getMetric,
  hasAllSeries,
  listMetrics,
  overflowTags,
  rollupLevels,
  seriesLimits,
  seriesOf,
  seriesWith,
} from '../../../agent/store/metrics.ts';
import {
  latestTrendAnalyses,
  listTuningProposals,
  saveTrendAnalysis,
  saveTuningProposal,
} from '../../../agent/store/trends.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

const duration: MetricDefinition = {
  id: 'run.duration',
  name: 'Duration',
  description: 'Of runs',
  type: 'histogram',
  unit: 'ms',
};
const counter: MetricDefinition = { ...duration, id: 'runs', type: 'counter', unit: '1' };
const [minute, hour, day] = rollupLevels;
const forever = { since: 0, until: Number.MAX_SAFE_INTEGER };

describe('recorded metrics', () => {
  let db: MemoryDatabase;
  beforeEach(async () => {
    db = await MemoryDatabase.create();
    define(duration);
    define(counter);
  });
  afterEach(() => db[Symbol.dispose]());

  it('are declared once; another type or unit is a conflict that names what differs', () => {
    assert.equal(define({ ...duration, name: 'Duration of runs' }).ok, true);
    const other = define({ ...duration, unit: 's' });
    assert.deepEqual(!other.ok && [other.failure.reason, other.failure.place], ['conflict', 'unit']);
    const type = define({ ...duration, type: 'gauge' });
    assert.deepEqual(!type.ok && [type.failure.reason, type.failure.place], ['conflict', 'type']);
    assert.deepEqual(listMetrics(db), [{ ...duration, name: 'Duration of runs' }, counter]);
    assert.equal(getMetric(db, 'nothing'), null);
  });

  it('add up to minutes, hours and days as they come, whatever their order', () => {
    record(duration.id, [
      [hour + 30_000, 10],
      [30_000, 20],
      [hour + 1000, 40],
    ]);
    const series = seriesWith(db, duration.id, {});
    const hours = readRollups(db, { series, level: hour, ...forever });
    assert.deepEqual(
      hours.map(({ start, count, sum, last }) => [start, count, sum, last]),
      [
        [0, 1, 20, 20],
        [hour, 2, 50, 10],
      ],
    );
    const [whole] = readRollups(db, { series, level: day, ...forever });
    assert.deepEqual(
      [whole?.count, whole?.minimum, whole?.maximum, whole?.last, whole?.lastAt],
      [3, 10, 40, 10, hour + 30_000],
    );
    assert.deepEqual(
      lastValues(db, series, 2).map(({ value }) => value),
      [10, 40],
    );
    assert.equal(lastRecordedAt(db, series), hour + 30_000);
  });

  it('have percentiles but for counters', () => {
    record(duration.id, [[1, 100]]);
    record(counter.id, [
      [1, 1],
      [2, 1],
    ]);
    const rollup = (id: string) => readRollups(db, { series: seriesWith(db, id, {}), level: minute, ...forever })[0];
    assert.ok(Math.abs((rollup(duration.id)?.sketch?.quantile(0.5) ?? 0) - 100) <= 1);
    assert.equal(rollup(counter.id)?.sketch, null);
    assert.equal(rollup(counter.id)?.sum, 2);
  });

  it('are told apart by tags, and summed up over all of them', () => {
    record(duration.id, [[1, 5]]);
    record(duration.id, [[2, 10]], { os: 'linux', branch: 'main' });
    record(duration.id, [[3, 20]], { branch: 'main', os: 'mac' });
    record(duration.id, [[4, 40]], { os: 'linux', branch: 'main' });
    const sum = (tags: MetricTags) =>
      mergeRollups(0, readRollups(db, { series: seriesWith(db, duration.id, tags), level: day, ...forever })).sum;
    assert.deepEqual([sum({}), sum({ branch: 'main' }), sum({ os: 'linux' }), sum({ os: 'windows' })], [75, 70, 50, 0]);
    assert.deepEqual(
      seriesOf(db, duration.id).map(({ tags }) => Object.keys(tags).length),
      [2, 2, 0],
    );
    assert.deepEqual(
      lastTaggedValues(db, seriesOf(db, duration.id), 2).map(({ value, tags }) => [value, tags['os']]),
      [
        [40, 'linux'],
        [20, 'mac'],
      ],
    );
  });

  it('keep what was untagged in the sum of all when tags come later', () => {
    record(duration.id, [
      [1, 5],
      [2, 6],
    ]);
    record(duration.id, [[3, 7]], { os: 'linux' });
    assert.deepEqual(
      lastValues(db, seriesWith(db, duration.id, {}), 9).map(({ value }) => value),
      [7, 6, 5],
    );
  });

  it('count the series beyond the limit together, so that a tag with any number of values stays bounded', () => {
    for (let id = 0; id < seriesLimits.ofMetric + 500; id += 1) record(counter.id, [[id, 1]], { user: String(id) });
    const series = seriesOf(db, counter.id);
    assert.ok(series.length <= seriesLimits.ofMetric + 1);
    const overflow = series.find(({ tags }) => tags['otel.metric.overflow'] === 'true');
    assert.deepEqual(overflow?.tags, overflowTags);
    assert.ok((overflow?.count ?? 0) >= 500);
    assert.equal(
      mergeRollups(0, readRollups(db, { series: seriesWith(db, counter.id, {}), level: day, ...forever })).sum,
      seriesLimits.ofMetric + 500,
    );
    assert.equal(hasAllSeries(db, counter.id), true);
  });

  it('keep a bounded number of single values, the last ones', () => {
    record(
      duration.id,
      Array.from({ length: 2500 }, (_, at) => [at, at] as const),
    );
    const kept = lastValues(db, seriesWith(db, duration.id, {}), 5000);
    assert.ok(kept.length <= 1000);
    assert.equal(kept[0]?.value, 2499);
    assert.equal(readRollups(db, { series: seriesWith(db, duration.id, {}), level: day, ...forever })[0]?.count, 2500);
  });

  it('count values that arrive as one figure as many times as they stand for', () => {
    db.transact((tx) =>
      recordMetricValues(tx, duration.id, [
        { at: 1, value: 10, tags: {}, count: 99 },
        { at: 2, value: 1000, tags: {}, count: 1 },
      ]),
    );
    const [whole] = readRollups(db, { series: seriesWith(db, duration.id, {}), level: day, ...forever });
    assert.deepEqual([whole?.count, whole?.sum], [100, 1990]);
    assert.ok(Math.abs((whole?.sketch?.quantile(0.5) ?? 0) - 10) <= 0.1);
  });

  it('are forgotten the finer the sooner, and series that are empty with them', () => {
    const now = 100 * day;
    record(duration.id, [
      [now - 1, 1],
      [now - 3 * day, 2],
      [now - 40 * day, 3],
    ]);
    record(counter.id, [[now - 95 * day, 1]], { gone: 'yes' });
    while (db.transact((tx) => pruneMetricsOnce(tx, { now, retentionDays: 90, rows: 1 })) > 0);
    const count = (level: (typeof rollupLevels)[number]) =>
      readRollups(db, { series: seriesWith(db, duration.id, {}), level, ...forever }).length;
    assert.deepEqual([count(minute), count(hour), count(day)], [1, 2, 3]);
    assert.deepEqual(seriesOf(db, counter.id), []);
  });

  it('are deleted with everything that was recorded of them', () => {
    record(duration.id, [[1, 1]], { os: 'linux' });
    assert.equal(
      db.transact((tx) => deleteMetric(tx, duration.id)),
      true,
    );
    assert.equal(
      db.transact((tx) => deleteMetric(tx, duration.id)),
      false,
    );
    for (const table of ['metric_values', 'metric_rollups', 'metric_series'])
      assert.deepEqual(db.all(`SELECT * FROM ${table}`), []);
  });

  it('that are not declared are not found', () => {
    const recorded = db.transact((tx) => recordMetricValues(tx, 'no.such', [{ at: 1, value: 1, tags: {} }]));
    const trend = db.transact((tx) => saveTrendAnalysis(tx, { ...rising(1), metricId: 'no.such' }));
    assert.deepEqual(
      [recorded, trend].map((result) => (result.ok ? '' : result.failure.reason)),
      ['not_found', 'not_found'],
    );
  });

  it('have a latest trend, and proposals made from them', () => {
    for (const at of [1, 3, 2]) db.transact((tx) => saveTrendAnalysis(tx, rising(at)));
    assert.deepEqual(latestTrendAnalyses(db), [rising(3)]);
    const proposal = {
      id: 'p',
      setting: 'test.parallelExecutions',
      present: 1,
      proposed: 2,
      state: 'proposed',
      expectedGainMs: -5,
      reason: 'r',
      at: 1,
    } as const;
    db.transact((tx) => saveTuningProposal(tx, proposal));
    assert.deepEqual(listTuningProposals(db), [proposal]);
  });

  it('replay to the same rows', () => {
    record(
      duration.id,
      [
        [1, 1.5],
        [hour, 2],
      ],
      { os: 'linux' },
    );
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });

  function define(definition: MetricDefinition) {
    return db.transact((tx) => defineMetric(tx, definition));
  }

  function record(id: string, values: readonly (readonly [number, number])[], tags: MetricTags = {}): void {
    db.transact((tx) =>
      recordMetricValues(
        tx,
        id,
        values.map(([at, value]) => ({ at, value, tags })),
      ),
    );
  }
});

function rising(at: number): TrendAnalysis {
  return {
    metricId: duration.id,
    at,
    from: 0,
    until: 9,
    count: 10,
    resolutionMs: 1,
    direction: 'rising',
    slopePerDay: 1.5,
    confidence: 0.9,
    changePoints: [],
    season: null,
    anomalies: [],
    falseAlarmRate: null,
    summary: 'rising',
  };
}
