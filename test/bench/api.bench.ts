// The REST API under 500 requests a second, reads and writes, from another process: errors, latency, and what it costs the agent.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentRig } from '../rig/agent-rig.ts';

const perSecond = 500;
const seconds = 10;

interface Measured {
  readonly errors: readonly string[];
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
}

/** What a script would ask for, over and over. */
const requests: readonly {
  readonly share: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}[] = [
  { share: 4, method: 'GET', path: '/executions?limit=20' },
  { share: 2, method: 'GET', path: '/status' },
  { share: 2, method: 'POST', path: '/metrics/bench.value/record', body: '{"value":1}' },
  { share: 1, method: 'GET', path: '/tests' },
  { share: 1, method: 'GET', path: '/alerts' },
];

/** Prints one row for each kind of caller. */
export async function run(report: (line: string) => void): Promise<void> {
  const files = {
    'package.json': '{"name":"bench","type":"module","scripts":{"test":"node --test"}}',
    'test/a.test.js': "import test from 'node:test';\ntest('a', () => {});\n",
  };
  await using rig = await AgentRig.create(files, { isServing: true });
  await rig.run({ all: true });
  await rig.client.createMetricDefinition({
    id: 'bench.value',
    name: 'Value',
    description: '',
    type: 'gauge',
    unit: '1',
  });
  const { address } = await rig.client.getAgentStatus({});
  const before = process.cpuUsage();
  const { errors, latenciesMs, elapsedMs } = await measure(
    address,
    new URL(rig.host.dashboardAddress).searchParams.get('token') ?? '',
  );
  const { user, system } = process.cpuUsage(before);
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) => `${(sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(1)} ms`;
  report(
    `asked for ${perSecond} requests a second for ${seconds} s: ${((sorted.length / elapsedMs) * 1000).toFixed(0)} a second answered, ${errors.length} errors`,
  );
  report(
    `median ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}; the agent used ${((user + system) / 10 / elapsedMs).toFixed(0)} % of one core`,
  );
  for (const error of new Set(errors)) report(`  ${error}`);
}

async function measure(address: string, token: string): Promise<Measured> {
  const child = spawn(process.execPath, [import.meta.filename, 'client', address, token], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  // Written by the same file.
  return JSON.parse(output) as Measured;
}

/** Sends at a fixed rate, whether or not the answers come. */
async function client(address: string, token: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const errors: string[] = [];
  const latenciesMs: number[] = [];
  const mix = requests.flatMap((each) => Array.from({ length: each.share }, () => each));
  const pending: Promise<void>[] = [];
  const begin = performance.now();
  for (let count = 0; count < perSecond * seconds; count++) {
    const dueMs = (count / perSecond) * 1000 - (performance.now() - begin);
    if (dueMs > 1) await delay(dueMs);
    const each = mix[count % mix.length];
    if (each === undefined) continue;
    const sentAt = performance.now();
    const answered = send(agent, `${address}/api/cicd${each.path}`, each, token).then((error) => {
      if (error === null) latenciesMs.push(performance.now() - sentAt);
      else errors.push(error);
    });
    pending.push(answered);
  }
  await Promise.all(pending);
  process.stdout.write(JSON.stringify({ errors, latenciesMs, elapsedMs: performance.now() - begin }));
  agent.destroy();
}

function send(
  agent: Agent,
  url: string,
  { method, body }: (typeof requests)[number],
  token: string,
): Promise<string | null> {
  return new Promise((resolve) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    const outgoing = request(url, { agent, method, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve((response.statusCode ?? 500) < 400 ? null : `${method} ${url}: ${response.statusCode}`),
      );
    });
    outgoing.on('error', (error) => resolve(`${method} ${url}: ${error.message}`));
    outgoing.end(body);
  });
}

const [command, address = '', token = ''] = process.argv.slice(2);
if (command === 'client') await client(address, token);
else await run((line) => process.stdout.write(`${line}\n`));
