// The exporters of OpenTelemetry's own SDK send to the agent; and what the agent sends itself.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { AgentLock } from '../../../agent/protocol/wire.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import { ReceiverRig } from '../../rig/analytics-rig.ts';

const passes = "import { it } from 'node:test';\nit('passes', () => {});\n";
const project = { 'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }', 'a.test.js': passes };

describe('OTLP', function () {
  this.timeout(120_000);

  for (const [name, Exporter] of Object.entries({ JSON: JsonExporter, protobuf: ProtobufExporter })) {
    it(`is taken in ${name} from OpenTelemetry's exporter: sums as increments, gauges, histograms`, async () => {
      await using rig = await AgentRig.create({ 'a.txt': '1' }, { isServing: true });
      const { address, token } = await lockOf(rig);
      const exporter = new Exporter({ url: `${address}/v1/metrics`, headers: { Authorization: `Bearer ${token}` } });
      const { meter, flush, shutdown } = meterTo(exporter);
      const counter = meter.createCounter('jobs.done', { unit: '{job}', description: 'Jobs' });
      const histogram = meter.createHistogram('job.size', { unit: 'By' });
      const gauge = meter.createGauge('queue.length');
      counter.add(3, { queue: 'a' });
      histogram.record(100);
      histogram.record(200);
      gauge.record(7);
      await flush();
      counter.add(2, { queue: 'a' });
      gauge.record(5);
      await flush();
      await shutdown();
      const jobs = await rig.client.getMetricsSummary({ id: 'jobs.done' });
      assert.deepEqual([jobs.definition.type, jobs.definition.unit, jobs.sum], ['counter', '{job}', 5]);
      assert.equal(jobs.values[0]?.tags['queue'], 'a');
      const size = await rig.client.getMetricsSummary({ id: 'job.size' });
      assert.deepEqual([size.definition.type, size.count], ['histogram', 2]);
      assert.ok((size.median ?? 0) > 75 && (size.median ?? 0) < 250, `the middle of a bucket, ${size.median}`);
      const queue = await rig.client.getMetricsSummary({ id: 'queue.length' });
      assert.deepEqual([queue.definition.type, queue.values[0]?.value], ['gauge', 5]);
    });
  }

  it('is refused without a token, with other content, and above the limit once unpacked', async () => {
    await using rig = await AgentRig.create({ 'a.txt': '1' }, { isServing: true });
    const { address, token } = await lockOf(rig);
    const send = async (body: Uint8Array | string, headers: Record<string, string>) => {
      const authorization = { Authorization: `Bearer ${token}` };
      const response = await fetch(`${address}/v1/metrics`, {
        method: 'POST',
        body: body instanceof Uint8Array ? new Uint8Array(body) : body,
        headers: { ...authorization, ...headers },
      });
      return [response.status, await response.text()] as const;
    };
    assert.equal((await send('{}', { 'Content-Type': 'application/json', Authorization: 'Bearer no' }))[0], 401);
    assert.equal((await send('a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }))[0], 415);
    assert.equal((await send('{', { 'Content-Type': 'application/json' }))[0], 400);
    assert.equal((await send(Buffer.from([0xff, 0xff, 0xff]), { 'Content-Type': 'application/x-protobuf' }))[0], 400);
    assert.equal(
      (
        await send(gzipSync(Buffer.alloc(80 * 1024 * 1024)), {
          'Content-Type': 'application/json',
          'Content-Encoding': 'gzip',
        })
      )[0],
      413,
    );
    const nan = {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: 'x', gauge: { dataPoints: [{ asDouble: 'NaN' }, { asDouble: 'Infinity' }, { asDouble: 1 }] } },
              ],
            },
          ],
        },
      ],
    };
    const [status, text] = await send(gzipSync(JSON.stringify(nan)), {
      'Content-Type': 'application/json',
      'Content-Encoding': 'gzip',
    });
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), {
      partialSuccess: { rejectedDataPoints: '2', errorMessage: '2 points have no finite value, or one beyond ±1e100' },
    });
  });

  it('says of a metric that was declared with another type that its points were left out', async () => {
    await using rig = await AgentRig.create({ 'a.txt': '1' }, { isServing: true });
    const { address, token } = await lockOf(rig);
    await rig.client.createMetricDefinition({ id: 'x', name: 'x', description: '', type: 'counter', unit: '1' });
    const body = JSON.stringify({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'x', gauge: { dataPoints: [{ asDouble: 1 }] } }] }] }],
    });
    const response = await fetch(`${address}/v1/metrics`, {
      method: 'POST',
      body,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    });
    assert.match(await response.text(), /"rejectedDataPoints":"1".*declared as a counter in 1, not as a gauge/);
  });

  it('tells a collector of every run, in the names of the CI/CD conventions, once noodle.yaml names one', async () => {
    await using collector = await ReceiverRig.start();
    await using rig = await AgentRig.create(
      {
        ...project,
        'noodle.yaml': `alerts:\n  allow: [127.0.0.1]\ntelemetry:\n  endpoint: ${collector.url}\n  headersVariable: COLLECTOR_HEADERS\n`,
      },
      { environment: { COLLECTOR_HEADERS: 'x-api-key=abc%20d' } },
    );
    await rig.run({ all: true });
    await collector.until(2);
    assert.deepEqual(
      collector.received.map((request) => request.path),
      ['/v1/traces', '/v1/metrics'],
    );
    assert.equal(collector.received[0]?.headers['x-api-key'], 'abc d');
    const [spans, metrics] = collector.received.map(({ body }) => body);
    assert.match(spans ?? '', /"cicd\.pipeline\.run\.id"/);
    assert.match(spans ?? '', /"cicd\.pipeline\.result","value":\{"stringValue":"success"/);
    assert.match(spans ?? '', /"cicd\.pipeline\.task\.type","value":\{"stringValue":"test"/);
    assert.match(metrics ?? '', /"name":"cicd\.pipeline\.run\.duration","unit":"s"/);
  });
});

async function lockOf(rig: AgentRig): Promise<{ address: string; token: string }> {
  const lock = AgentLock.parse(
    JSON.parse(await readFile(path.join(rig.host.workspace.stateDirectory, 'agent.lock'), 'utf8')),
  );
  return { address: `http://127.0.0.1:${lock.port}`, token: lock.token };
}

function meterTo(exporter: PushMetricExporter) {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  return { meter: provider.getMeter('test'), flush: () => provider.forceFlush(), shutdown: () => provider.shutdown() };
}
