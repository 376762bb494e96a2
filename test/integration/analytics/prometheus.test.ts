// A real Prometheus scrapes the agent.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AgentLock } from '../../../agent/protocol/wire.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import { eventually, freePort, ServiceProcess } from '../../rig/analytics-rig.ts';
import { needDebianTool } from '../../rig/debian-tools.ts';

describe('Prometheus', function () {
  this.timeout(120_000);
  before(function () {
    needDebianTool(this, { needs: ['prometheus'], packages: ['prometheus'] });
  });

  it('scrapes the metrics of an agent, with its token, and finds no fault in them', async () => {
    await using rig = await AgentRig.create({ 'a.txt': '1' }, { isServing: true });
    await rig.client.createMetricDefinition({
      id: 'requests',
      name: 'Requests',
      description: 'A line\nand "quotes"',
      type: 'counter',
      unit: '1',
    });
    await rig.client.createMetricDefinition({
      id: 'latency',
      name: 'Latency',
      description: '',
      type: 'histogram',
      unit: 'ms',
    });
    for (const value of [1, 2])
      await rig.client.recordMetric({ id: 'requests', value, tags: { path: '/a"b\\c\n', 'http.method': 'GET' } });
    for (const value of [10, 20, 30]) await rig.client.recordMetric({ id: 'latency', value });
    const lock = AgentLock.parse(
      JSON.parse(await readFile(path.join(rig.host.workspace.stateDirectory, 'agent.lock'), 'utf8')),
    );
    const port = await freePort();
    await using _prometheus = await ServiceProcess.start('prometheus', {
      files: { 'prometheus.yml': configuration(lock.port, lock.token) },
      args: (folder) => [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      ready: /Server is ready to receive web requests/,
    });
    const query = async (text: string) => await results(port, text);
    const total = await eventually(
      () => query('noodle_requests_total'),
      (found) => found.length > 0,
    );
    assert.equal(total[0]?.value[1], '3');
    assert.deepEqual([total[0].metric['path'], total[0].metric['http_method']], ['/a"b\\c\n', 'GET']);
    assert.equal((await query('noodle_latency_milliseconds_sum'))[0]?.value[1], '60');
    assert.equal((await query('noodle_latency_milliseconds_count'))[0]?.value[1], '3');
    const median = Number((await query('noodle_latency_milliseconds{quantile="0.5"}'))[0]?.value[1]);
    assert.ok(Math.abs(median - 20) <= 0.2, `median ${median}`);
    assert.equal((await query('up'))[0]?.value[1], '1');
    assert.ok((await query('scrape_samples_scraped'))[0] !== undefined);
  });
});

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function results(port: number, query: string): Promise<readonly Sample[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`);
  // The shape of Prometheus' own API.
  const body = (await response.json()) as { readonly data: { readonly result: readonly Sample[] } };
  return body.data.result;
}

function configuration(port: number, token: string): string {
  return `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: noodle
    authorization: { type: Bearer, credentials: ${token} }
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`;
}
