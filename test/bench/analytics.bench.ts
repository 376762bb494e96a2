// Metrics and the dashboard: what they cost, beside writing each value by itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MetricRecorder } from '../../agent/analytics/metric-recorder.ts';
import { metricSeries, metricSummary } from '../../agent/analytics/metric-queries.ts';
import { ownMetrics } from '../../agent/analytics/run-metrics.ts';
import { prometheusText } from '../../agent/analytics/prometheus.ts';
import { connectClient } from '../../agent/client/client.ts';
import { createEventBus } from '../../agent/events/events.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import type { MetricDefinition } from '../../agent/protocol/metrics.ts';
import { pruneMetrics } from '../../agent/store/metric-retention.ts';
import { recordMetricValues } from '../../agent/store/metric-values.ts';
import { defineMetric } from '../../agent/store/metrics.ts';
import { openStore, type Store } from '../../agent/store/store.ts';
import { AgentRig } from '../rig/agent-rig.ts';
import { anAlert } from '../rig/recorded.ts';
import { Chance } from '../rig/generated-series.ts';

type Report = (line: string) => void;

const dayMs = 86_400_000;
const days = 90;
const runsADay = 200;
const targets = 30;
const customMetrics = 20;

export async function run(report: Report): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-bench-'));
  try {
    const store = await openStore({ directory: folder, clock: systemClock, log: silentLog, onNotice: () => {} });
    await fillBusyRepository(store, report);
    measureQueries(store, report);
    await measureScrape(store, report);
    await measureRate(store, report);
    await store.dispose();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await measureEvents(report);
}

function customMetric(index: number): MetricDefinition {
  return { id: `custom.gauge_${index}`, name: `Custom ${index}`, description: '', type: 'gauge', unit: '1' };
}

/** 90 days of 200 runs a day with 30 targets, and 20 metrics of one's own with a value every five minutes. */
async function fillBusyRepository(store: Store, report: Report): Promise<void> {
  const chance = new Chance(1);
  const end = Date.now() - 1000;
  const customs = Array.from({ length: customMetrics }, (_, index) => customMetric(index));
  await store.transact((tx) => [...ownMetrics, ...customs].forEach((definition) => defineMetric(tx, definition)));
  for (let day = days; day > 0; day -= 1) {
    const start = end - day * dayMs;
    for (let hour = 0; hour < 24; hour += 1) await recordHour(store, chance, { start: start + hour * 3_600_000, end });
    await pruneMetrics(store, { now: start + dayMs, retentionDays: days });
  }
  report(
    `a busy repository: ${days} days of ${runsADay} runs a day, ${targets} targets, ${customMetrics} metrics of one's own every five minutes`,
  );
  report(
    `  database ${(store.statistics().databaseBytes / 1e6).toFixed(1)} MB with everything that is kept (bound: 50 MB)`,
  );
}

const perRun = [
  'run.duration',
  'run.queue',
  'run.tests',
  'plan.duration',
  'plan.selected',
  'test.failed',
  'run.saved_tests',
  'run.saved_builds',
];
const gauges = ['run.failed', 'test.flaky', 'build.reused', 'agent.memory', 'agent.state', 'disk.free'];
/** Minutes are kept for two days: of what is older an hour's values lie in one, which leaves the same behind and is quicker. */
const minutesFor = 3 * dayMs;

async function recordHour(
  store: Store,
  chance: Chance,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<void> {
  const spread = end - start < minutesFor ? 3_600_000 : 60_000;
  const series = (count: number, next: () => number, tags: Record<string, string> = {}) =>
    Array.from({ length: count }, (_, index) => ({
      at: Math.round(start + (index * spread) / count),
      value: next(),
      tags,
    }));
  const runs = Math.round(runsADay / 24);
  await store.transact((tx) => {
    for (const id of perRun)
      recordMetricValues(
        tx,
        id,
        series(runs, () => 20_000 * Math.exp(0.4 * chance.normal())),
      );
    for (const id of gauges)
      recordMetricValues(
        tx,
        id,
        series(runs, () => Math.round(chance.uniform() * 1e6)),
      );
    for (let run = 0; run < runs; run += 1) {
      recordMetricValues(
        tx,
        'build.duration',
        series(1, () => 7000 * Math.exp(0.4 * chance.normal()), { target: `packages/target-${chance.below(targets)}` }),
      );
    }
    for (const framework of ['vitest', 'pytest'])
      recordMetricValues(
        tx,
        'test.duration',
        series(20 * runs, () => 30 * Math.exp(chance.normal()), { framework }),
      );
    for (let metric = 0; metric < customMetrics; metric += 1)
      recordMetricValues(
        tx,
        customMetric(metric).id,
        series(12, () => 100 + 10 * chance.normal()),
      );
  });
}

function measureQueries(store: Store, report: Report): void {
  const now = Date.now();
  const since = now - days * dayMs;
  const series = (id: string) => metricSeries(store, { id, tags: {}, since, until: now, points: 500, now });
  const queries: [string, () => unknown][] = [
    ['a plot of 90 days, one metric', () => series('run.duration')],
    ['a plot of 90 days, one metric of 30 series', () => series('build.duration')],
    [
      'a dashboard: eight plots of 90 days and their summaries',
      () =>
        [
          'run.duration',
          'run.queue',
          'run.failed',
          'run.first_failure',
          'plan.duration',
          'build.duration',
          'test.duration',
          'build.reused',
        ].map((id) => [series(id), metricSummary(store, id, { limit: 10 })]),
    ],
  ];
  report('');
  report('queries (median and 95 % of 40 by the clock, median of own work; bound of a dashboard query: 50 ms)');
  for (const [name, ask] of queries) {
    const times = Array.from({ length: 40 }, () => timed(ask));
    const byClock = times.map((each) => each.byClockMs).toSorted((x, y) => x - y);
    const ofWork = times.map((each) => each.ofWorkMs).toSorted((x, y) => x - y);
    report(`  ${name.padEnd(60)} ${ms(byClock[20])} ${ms(byClock[37])} ${ms(ofWork[20])}`);
  }
}

async function measureScrape(store: Store, report: Report): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    const begin = performance.now();
    await prometheusText(store, Date.now());
    times.push(performance.now() - begin);
  }
  const sorted = times.toSorted((a, b) => a - b);
  report(`  ${'a scrape by Prometheus'.padEnd(60)} ${ms(sorted[20])} ${ms(sorted[37])}`);
}

function timed(work: () => unknown): Turn {
  const begin = { clock: performance.now(), work: workMs() };
  work();
  return { byClockMs: performance.now() - begin.clock, ofWorkMs: workMs() - begin.work };
}

/** By the clock, and in processor time of this thread, which other processes do not lengthen. */
interface Turn {
  readonly byClockMs: number;
  readonly ofWorkMs: number;
}

function workMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const perSecond = 1000;
const rateSeconds = 15;

/** Values come evenly, on 50 series; the peer writes each in a transaction of its own. */
async function measureRate(store: Store, report: Report): Promise<void> {
  report('');
  report(
    `${perSecond} values a second for ${rateSeconds} s into that database, on 50 series, each acknowledged when it is on disk`,
  );
  report(
    `  ${'how'.padEnd(30)} ${'recorded/s'.padStart(12)} ${'longest stall'.padStart(15)} ${'own work in it'.padStart(15)}`,
  );
  await store.transact((tx) =>
    defineMetric(tx, { id: 'load', name: 'Load', description: '', type: 'histogram', unit: 'ms' }),
  );
  const recorder = new MetricRecorder({
    store,
    events: createEventBus(() => {}),
    clock: systemClock,
    retentionDays: () => days,
    onRecorded: () => {},
  });
  const tags = (index: number) => ({ worker: String(index % 50) });
  const together = await load(
    async (index) => void (await recorder.record('load', { at: Date.now(), value: index % 977, tags: tags(index) })),
  );
  const single = await load((index) =>
    store.transact(
      (tx) => void recordMetricValues(tx, 'load', [{ at: Date.now(), value: index % 977, tags: tags(index) }]),
    ),
  );
  for (const [how, { rate, stalls }] of [
    ['as the product does', together],
    ['each value by itself', single],
  ] as const) {
    report(
      `  ${how.padEnd(30)} ${rate.toFixed(0).padStart(12)} ${ms(stalls.byClockMs).padStart(15)} ${ms(stalls.ofWorkMs).padStart(15)}`,
    );
  }
}

async function load(record: (index: number) => Promise<void>) {
  const stop = watchStalls();
  const begin = performance.now();
  const acknowledged: Promise<void>[] = [];
  for (let index = 0; index < perSecond * rateSeconds;) {
    const due = Math.min(perSecond * rateSeconds, ((performance.now() - begin) / 1000) * perSecond);
    for (; index < due; index += 1) acknowledged.push(record(index));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(acknowledged);
  const rate = acknowledged.length / ((performance.now() - begin) / 1000);
  return { rate, stalls: stop() };
}

/** Goes round the event loop as fast as it turns; the function that comes back ends it and tells the longest turns. */
function watchStalls(): () => Turn {
  let last = { clock: performance.now(), work: workMs() };
  const longest = { byClockMs: 0, ofWorkMs: 0 };
  let isOver = false;
  const turn = () => {
    const now = { clock: performance.now(), work: workMs() };
    longest.byClockMs = Math.max(longest.byClockMs, now.clock - last.clock);
    longest.ofWorkMs = Math.max(longest.ofWorkMs, now.work - last.work);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    isOver = true;
    return longest;
  };
}

/** From the bus of an agent to a client on its WebSocket, as the dashboard is one. */
async function measureEvents(report: Report): Promise<void> {
  await using rig = await AgentRig.create({ 'a.txt': '1' }, { isServing: true });
  const [port, token] = /:(\d+)\/\?token=(.+)$/.exec(rig.host.dashboardAddress)?.slice(1) ?? [];
  const connected = await connectClient({
    port: Number(port),
    token: token ?? '',
    client: 'bench',
    clientVersion: '1',
    clock: systemClock,
  });
  if (!connected.ok) throw new Error(connected.failure.message);
  const times: number[] = [];
  for (let index = 0; index < 500; index += 1) {
    const alert = anAlert(`a${index}`);
    const begin = performance.now();
    const arrived = new Promise<void>((resolve) => {
      const stop = connected.value.onEvent((event) => {
        if (event.type !== 'alert.changed' || event.alert.id !== alert.id) return;
        stop();
        resolve();
      });
    });
    rig.host.agent.events.emit({ type: 'alert.changed', alert });
    await arrived;
    times.push(performance.now() - begin);
  }
  connected.value.dispose();
  const sorted = times.toSorted((a, b) => a - b);
  report('');
  report(
    `event to client over the WebSocket, 500 events: median ${(sorted[250] ?? 0).toFixed(2)} ms, 95 % ${(sorted[475] ?? 0).toFixed(2)} ms (bound: 50 ms)`,
  );
}

function ms(value: number | undefined): string {
  return `${(value ?? 0).toFixed(1)} ms`.padStart(10);
}

if (import.meta.main) await run((line) => void process.stdout.write(`${line}\n`));
