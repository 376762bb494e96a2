import assert from 'node:assert/strict';
import type { Alert } from '../../../agent/protocol/alerts.ts';
import type { MetricDefinition } from '../../../agent/protocol/metrics.ts';
import {
  firingAlert,
  getAlert,
  listAlertRules,
  listAlerts,
  saveAlert,
  saveAlertRule,
} from '../../../agent/store/alerts.ts';
import {
  defineMetric,
  getMetric,
  latestTrendAnalyses,
  listMetrics,
  metricSummary,
  metricValues,
  recordMetricValues,
  saveTrendAnalysis,
  type TrendAnalysis,
} from '../../../agent/store/metrics.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

const duration: MetricDefinition = {
  id: 'run.duration',
  name: 'Duration',
  description: 'Of runs',
  type: 'histogram',
  unit: 'ms',
};

describe('recorded metrics', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('are declared once; another type or unit is a conflict', () => {
    assert.equal(define(duration).ok, true);
    assert.equal(define({ ...duration, name: 'Duration of runs' }).ok, true);
    const other = define({ ...duration, unit: 's' });
    assert.equal(other.ok ? '' : other.failure.reason, 'conflict');
    assert.deepEqual(listMetrics(db), [{ ...duration, name: 'Duration of runs' }]);
    assert.equal(getMetric(db, 'nothing'), null);
  });

  it('are summed up', () => {
    define(duration);
    record([40, 10, 30, 20]);
    const summary = metricSummary(db, duration.id, 2);
    assert.deepEqual(summary.ok && summary.value, {
      definition: duration,
      count: 4,
      minimum: 10,
      median: 25,
      p90: 40,
      maximum: 40,
      values: [
        { at: 3, value: 20, tags: { step: '3' } },
        { at: 2, value: 30, tags: { step: '2' } },
      ],
    });
  });

  it('have an honest summary of nothing, and of one value', () => {
    define(duration);
    const empty = metricSummary(db, duration.id, 9);
    assert.deepEqual(empty.ok && [empty.value.count, empty.value.median, empty.value.p90, empty.value.values], [
      0,
      null,
      null,
      [],
    ]);
    record([7]);
    const one = metricSummary(db, duration.id, 9);
    assert.deepEqual(one.ok && [one.value.minimum, one.value.median, one.value.p90, one.value.maximum], [7, 7, 7, 7]);
  });

  it('that are not declared are not found', () => {
    const recorded = db.transact((tx) => recordMetricValues(tx, 'no.such', [{ at: 1, value: 1, tags: {} }]));
    const summary = metricSummary(db, 'no.such', 9);
    const trend = db.transact((tx) => saveTrendAnalysis(tx, { ...rising(1), metricId: 'no.such' }));
    assert.deepEqual(
      [recorded, summary, trend].map((result) => (result.ok ? '' : result.failure.reason)),
      ['not_found', 'not_found', 'not_found'],
    );
  });

  it('are read since a time, oldest first', () => {
    define(duration);
    record([5, 6, 7]);
    assert.deepEqual(
      metricValues(db, duration.id, 1).map(({ value }) => value),
      [6, 7],
    );
  });

  it('have a latest trend', () => {
    define(duration);
    for (const at of [1, 3, 2]) db.transact((tx) => saveTrendAnalysis(tx, rising(at)));
    assert.deepEqual(latestTrendAnalyses(db), [rising(3)]);
  });

  it('replay to the same rows', () => {
    define(duration);
    record([1, 2]);
    db.transact((tx) => saveAlert(tx, alert('a', {})));
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });

  function define(definition: MetricDefinition) {
    return db.transact((tx) => defineMetric(tx, definition));
  }

  function record(values: readonly number[]): void {
    const tagged = values.map((value, at) => ({ at, value, tags: { step: String(at) } }));
    db.transact((tx) => recordMetricValues(tx, duration.id, tagged));
  }
});

describe('recorded alerts', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('come firing first, then the resolved ones, the latest first', () => {
    const alerts = [
      alert('old', { firedAt: 1 }),
      alert('new', { firedAt: 9 }),
      alert('mended', { state: 'resolved', firedAt: 20, resolvedAt: 21 }),
    ];
    for (const each of alerts) db.transact((tx) => saveAlert(tx, each));
    assert.deepEqual(
      listAlerts(db, 9).map(({ id }) => id),
      ['new', 'old', 'mended'],
    );
    assert.deepEqual(getAlert(db, 'mended'), alerts[2]);
    assert.equal(getAlert(db, 'none'), null);
  });

  it('are found by their rule while they fire', () => {
    db.transact((tx) => saveAlert(tx, alert('a', {})));
    assert.equal(firingAlert(db, 'slow')?.id, 'a');
    db.transact((tx) => saveAlert(tx, alert('a', { state: 'resolved', resolvedAt: 5 })));
    assert.equal(firingAlert(db, 'slow'), null);
  });

  it('have rules with any condition', () => {
    const rule = {
      id: 'slow',
      metricId: duration.id,
      severity: 'warning',
      condition: { above: 2, of: 'median' },
      isEnabled: true,
    } as const;
    db.transact((tx) => saveAlertRule(tx, { ...rule, isEnabled: false }));
    db.transact((tx) => saveAlertRule(tx, rule));
    assert.deepEqual(listAlertRules(db), [rule]);
  });
});

function rising(at: number): TrendAnalysis {
  return {
    metricId: duration.id,
    at,
    from: 0,
    until: 9,
    count: 10,
    direction: 'rising',
    slopePerDay: 1.5,
    confidence: 0.9,
  };
}

function alert(id: string, more: Partial<Alert>): Alert {
  return {
    id,
    rule: 'slow',
    severity: 'warning',
    state: 'firing',
    message: 'runs take 12 s',
    firedAt: 1,
    resolvedAt: null,
    ...more,
  };
}
