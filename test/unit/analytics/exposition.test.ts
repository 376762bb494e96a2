import assert from 'node:assert/strict';
import { exportMetric } from '../../../agent/analytics/metric-export.ts';
import { metricsOf, tracesOf } from '../../../agent/analytics/otlp-export.ts';
import { OtlpReader } from '../../../agent/analytics/otlp-input.ts';
import { nameOf, prometheusText } from '../../../agent/analytics/prometheus.ts';
import type { MetricDefinition, MetricTags } from '../../../agent/protocol/metrics.ts';
import type { Step } from '../../../agent/protocol/execution.ts';
import { StepId } from '../../../agent/protocol/ids.ts';
import { pruneMetricsOnce } from '../../../agent/store/metric-retention.ts';
import { recordMetricValues } from '../../../agent/store/metric-values.ts';
import { defineMetric } from '../../../agent/store/metrics.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anExecution } from '../../rig/recorded.ts';

const latency: MetricDefinition = {
  id: 'latency',
  name: 'Latency',
  description: 'of "calls"\nand more',
  type: 'histogram',
  unit: 'ms',
};
const requests: MetricDefinition = { id: 'requests', name: 'Requests', description: '', type: 'counter', unit: '1' };
const heat: MetricDefinition = { id: 'heat', name: 'Heat', description: '', type: 'gauge', unit: 'C/s' };

describe('metrics for other programs', () => {
  let db: MemoryDatabase;
  beforeEach(async () => {
    db = await MemoryDatabase.create();
    db.transact((tx) => [latency, requests, heat].forEach((metric) => defineMetric(tx, metric)));
  });
  afterEach(() => db[Symbol.dispose]());

  it('are written as Prometheus reads them, and nothing of what has no values', async () => {
    record('requests', [1, 2], { 'http.method': 'GET', path: 'a"b\\c\nd' });
    record('heat', [5, -2.5]);
    record('latency', [100]);
    const text = await prometheusText(db, 10);
    const median = /quantile="0.5"} (.*)/.exec(text)?.[1] ?? '';
    assert.ok(Math.abs(Number(median) - 100) <= 1);
    assert.deepEqual(text.split('\n'), [
      '# HELP noodle_heat_C_s Heat',
      '# TYPE noodle_heat_C_s gauge',
      'noodle_heat_C_s -2.5',
      '# HELP noodle_latency_milliseconds Latency: of "calls"\\nand more',
      '# TYPE noodle_latency_milliseconds summary',
      ...['0.5', '0.9', '0.95', '0.99'].map((share) => `noodle_latency_milliseconds{quantile="${share}"} ${median}`),
      'noodle_latency_milliseconds_sum 100',
      'noodle_latency_milliseconds_count 1',
      '# HELP noodle_requests_total Requests',
      '# TYPE noodle_requests_total counter',
      'noodle_requests_total{http_method="GET",path="a\\"b\\\\c\\nd"} 3',
      '',
    ]);
  });

  it('have totals that go on when old days are forgotten', async () => {
    const now = 200 * 86_400_000;
    record('requests', [1, 2]);
    db.transact((tx) => recordMetricValues(tx, 'requests', [{ at: now, value: 4, tags: {} }]));
    while (db.transact((tx) => pruneMetricsOnce(tx, { now, retentionDays: 90 })) > 0);
    assert.match(await prometheusText(db, now), /^noodle_requests_total 7$/m);
  });

  it('have names that say their unit once', () => {
    assert.deepEqual(
      [
        nameOf({ ...latency, id: 'job.bytes', unit: 'bytes' }),
        nameOf({ ...requests, id: 'job.total' }),
        nameOf({ ...heat, unit: '{job}' }),
      ],
      ['noodle_job_bytes', 'noodle_job_total', 'noodle_heat__job_'],
    );
  });

  it('are exported as CSV that a spreadsheet takes for text, and as JSON', () => {
    record('requests', [1], { branch: '=cmd()', note: 'a,"b"' });
    const csv = exportMetric(db, 'requests', { format: 'csv', since: 0 });
    const lines = csv.ok ? csv.value.text.split('\r\n') : [];
    assert.equal(
      lines[1],
      'requests,1,"{""branch"":""=cmd()"",""note"":""a,\\""b\\""""}",value,1970-01-01T00:00:00.001Z,1,1,1,1,1,1,1',
    );
    assert.deepEqual(
      lines.slice(2, 5).map((line) => /,(minute|hour|day),/.exec(line)?.[1]),
      ['minute', 'hour', 'day'],
    );
    const json = exportMetric(db, 'requests', { format: 'json', since: 0 });
    assert.equal(json.ok && (JSON.parse(json.value.text) as { rows: unknown[] }).rows.length, 4);
    assert.equal(exportMetric(db, 'nothing', { format: 'csv', since: 0 }).ok, false);
  });

  it('have percentiles within what was recorded, however few values there are', async () => {
    record('latency', [100, 101]);
    const exported = exportMetric(db, 'latency', { format: 'json', since: 0 });
    const { rows } = JSON.parse(exported.ok ? exported.value.text : '') as { rows: { p50: number; p99: number }[] };
    assert.ok(rows.every(({ p50, p99 }) => p50 >= 100 && p99 <= 101));
    const quantiles = [...(await prometheusText(db, 1)).matchAll(/quantile="[^"]+"\} (\S+)/g)].map(([, each]) =>
      Number(each),
    );
    assert.ok(quantiles.length === 4 && quantiles.every((each) => each >= 100 && each <= 101), quantiles.join(' '));
  });

  function record(id: string, values: readonly number[], tags: MetricTags = {}): void {
    db.transact((tx) =>
      recordMetricValues(
        tx,
        id,
        values.map((value, index) => ({ at: index + 1, value, tags })),
      ),
    );
  }
});

describe('OTLP requests', () => {
  const point = { timeUnixNano: '2000000', attributes: [{ key: 'os', value: { stringValue: 'linux' } }] };

  it('become increments, also after a restart of the sender', async () => {
    const reader = new OtlpReader(() => 1);
    const total = async (asInt: string, startTimeUnixNano = '1') =>
      await values(reader, {
        name: 'jobs',
        sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ ...point, asInt, startTimeUnixNano }] },
      });
    assert.deepEqual(
      [await total('5'), await total('8'), await total('8'), await total('2', '9'), await total('1', '9')]
        .flat()
        .map(({ value }) => value),
      [5, 3, 0, 2, 1],
    );
  });

  it('keep their times and tags, and leave out what has no value', async () => {
    const found = await values(new OtlpReader(() => 7), {
      name: 'queue',
      gauge: { dataPoints: [{ ...point, asDouble: 3 }, { asDouble: 4 }, { ...point, asDouble: 5, flags: 1 }] },
    });
    assert.deepEqual(found, [
      { at: 2, value: 3, tags: { os: 'linux' } },
      { at: 7, value: 4, tags: {} },
    ]);
  });

  it('hold histograms as the middles of their buckets', async () => {
    const dataPoints = [
      { ...point, count: '4', sum: 100, bucketCounts: ['1', '2', '1'], explicitBounds: [10, 40], min: 5, max: 90 },
    ];
    const found = await values(new OtlpReader(() => 1), {
      name: 'size',
      histogram: { aggregationTemporality: 1, dataPoints },
    });
    assert.deepEqual(
      found.map(({ value, count }) => [Math.round(value), count]),
      [
        [7, 1],
        [20, 2],
        [60, 1],
      ],
    );
  });

  it('hold exponential histograms, negative ones too', async () => {
    const dataPoints = [
      {
        ...point,
        count: '3',
        scale: 0,
        zeroCount: '1',
        positive: { offset: 1, bucketCounts: ['1'] },
        negative: { offset: 0, bucketCounts: ['1'] },
      },
    ];
    const found = await values(new OtlpReader(() => 1), {
      name: 'size',
      exponentialHistogram: { aggregationTemporality: 1, dataPoints },
    });
    assert.deepEqual(
      found.map(({ value, count }) => [Number(value.toFixed(3)), count]),
      [
        [0, 1],
        [2.828, 1],
        [-1.414, 1],
      ],
    );
  });

  it('have names made to fit, apart from each other', async () => {
    const reader = new OtlpReader(() => 1);
    const ids = await Promise.all(
      ['http.server.duration', 'My App/Count', 'my app count', '42'].map(
        async (name) => (await read(reader, { name, gauge: { dataPoints: [{ asInt: 1 }] } }))[0]?.definition.id ?? '',
      ),
    );
    assert.equal(ids[0], 'http.server.duration');
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) assert.match(id, /^[a-z][a-z0-9_.]{0,127}$/);
  });

  async function values(reader: OtlpReader, metric: object) {
    return (await read(reader, metric)).flatMap((measurement) => measurement.values);
  }

  async function read(reader: OtlpReader, metric: object) {
    const result = await reader.read(
      Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] })),
      false,
    );
    assert.ok(result.ok, result.ok ? '' : result.failure.message);
    return result.value.measurements;
  }
});

describe('what is sent to a collector', () => {
  const step: Step = {
    id: StepId.parse('build:core'),
    name: 'core',
    kind: 'build',
    state: 'failed',
    needs: [],
    startedAt: 1001,
    finishedAt: 1500,
    exitCode: 1,
    reason: 'exit code 1',
  };
  const execution = anExecution('run-1', { state: 'failed', reason: '1 build failed', steps: [step] });
  const surroundings = { repository: 'shop', version: '1.0.0', branch: 'main' };

  const spans = tracesOf(execution, surroundings).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap((scope) => scope.spans),
  );

  it('is a trace whose root is the run', () => {
    const root = spans.find(({ name }) => name === 'RUN main');
    assert.deepEqual(root && [root.startTimeUnixNano, root.endTimeUnixNano, root.status.code], [
      '1001000000',
      '2000000000',
      2,
    ]);
    assert.match(root?.traceId ?? '', /^[0-9a-f]{32}$/);
    assert.match(root?.spanId ?? '', /^[0-9a-f]{16}$/);
  });

  it('has a span a step below it, in the names of the conventions', () => {
    const root = spans.find(({ name }) => name === 'RUN main');
    const build = spans.find(({ name }) => name === 'core');
    assert.equal(build !== undefined && 'parentSpanId' in build && build.parentSpanId, root?.spanId);
    const attribute = (key: string) => build?.attributes.find((each) => each.key === key)?.value.stringValue;
    assert.deepEqual(['cicd.pipeline.task.type', 'cicd.pipeline.task.run.result'].map(attribute), ['build', 'failure']);
  });

  it('is a duration in its bucket, and an error where there was one', () => {
    const [resource] = metricsOf(execution, surroundings).resourceMetrics;
    const metrics = resource?.scopeMetrics[0]?.metrics ?? [];
    assert.deepEqual(
      metrics.map(({ name }) => name),
      ['cicd.pipeline.run.duration', 'cicd.pipeline.run.errors'],
    );
    assert.match(JSON.stringify(metrics[0]), /"sum":0\.999,.*"bucketCounts":\["1","0"/);
  });
});
