// Twenty pipelines of ten steps at once: what the product adds to each step, its memory, and what SIGKILL leaves behind.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine, type StepContext } from '../../agent/engine/engine.ts';
import { createEventBus } from '../../agent/events/events.ts';
import { createProcesses } from '../../agent/platform/child-processes.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { GitRig } from '../rig/git-rig.ts';
import { killPipelines, tenSteps } from '../rig/killed-pipelines.ts';
import { PipelineRig } from '../rig/pipeline-rig.ts';

const pipelines = 20;
const steps = 10;
const kills = 50;
const stepMs = 200;

/** Prints overhead and memory of many pipelines at once, beside bare child processes, and the aftermath of many kills. */
export async function run(report: (line: string) => void): Promise<void> {
  await measureOverhead(report);
  await measureKills(report);
}

async function measureOverhead(report: (line: string) => void): Promise<void> {
  const definition = Object.fromEntries(
    Array.from({ length: steps }, (_, index) => [
      `s${index}`,
      { command: `exec sleep ${stepMs / 1000}`, needs: index === 0 ? [] : [`s${index - 1}`] },
    ]),
  );
  await using rig = await PipelineRig.create({}, { NOODLE_CICD_PARALLEL_PIPELINES: String(pipelines) });
  await rig.client.createPipeline({ id: 'warm', steps: { a: { command: 'true' } } });
  await rig.run('warm');
  await rig.client.createPipeline({ id: 'ten', steps: definition });
  global.gc?.();
  const began = new Map<string, number>();
  const gapsMs: number[] = [];
  let peakBytes = 0;
  const watch = rig.client.onEvent((event) => {
    if (event.type !== 'step.changed' || event.step.kind === 'plan') return;
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
    const key = `${event.executionId} ${event.step.id}`;
    if (event.step.state === 'running') began.set(key, performance.now());
    else if (event.step.state === 'succeeded') gapsMs.push(performance.now() - (began.get(key) ?? 0) - stepMs);
  });
  const usedBefore = process.cpuUsage();
  const startedMs = performance.now();
  const started = await Promise.all(Array.from({ length: pipelines }, () => rig.client.executePipeline({ id: 'ten' })));
  const ended = await Promise.all(started.map(({ executionId }) => rig.ended(executionId)));
  const wholeMs = performance.now() - startedMs;
  const used = process.cpuUsage(usedBefore);
  watch();
  const bareMs = await bareOverheads();
  const succeeded = ended.filter(({ state }) => state === 'succeeded').length;
  report(`${pipelines} pipelines of ${steps} steps at once, each step a process that sleeps ${stepMs} ms`);
  report(
    `  succeeded ${succeeded} of ${pipelines} in ${(wholeMs / 1000).toFixed(1)} s (${((steps * stepMs) / 1000).toFixed(1)} s of sleep in a row)`,
  );
  report(
    `  a step beyond its sleep: median ${quantile(gapsMs, 0.5)} ms, p95 ${quantile(gapsMs, 0.95)} ms, process start and end included`,
  );
  report(
    `  ${pipelines} bare child processes at once beyond their sleep: median ${quantile(bareMs, 0.5)} ms, p95 ${quantile(bareMs, 0.95)} ms`,
  );
  report(`  our own work a step, without any process: p95 ${await ownWork()} ms`);
  const processorMs = (used.user + used.system) / 1000 / (pipelines * steps);
  report(`  processor time of the agent a step, starting its process included: ${processorMs.toFixed(1)} ms`);
  report(`  memory ${Math.round(peakBytes / 1e6)} MB at its peak`);
}

/** The same processes with nothing but Node around them. */
async function bareOverheads(): Promise<number[]> {
  const { spawn } = await import('node:child_process');
  const one = () =>
    new Promise<number>((resolve) => {
      const startMs = performance.now();
      spawn('sh', ['-c', `exec sleep ${stepMs / 1000}`], { stdio: ['ignore', 'pipe', 'pipe'] }).once('close', () =>
        resolve(performance.now() - startMs - stepMs),
      );
    });
  const all: number[] = [];
  for (let round = 0; round < steps; round++) all.push(...(await Promise.all(Array.from({ length: pipelines }, one))));
  return all;
}

/** From the end of a step to the beginning of the next one, recorded on disk as always: twenty executions of steps that do nothing. */
async function ownWork(): Promise<string> {
  const { openStore } = await import('../../agent/store/store.ts');
  const { success } = await import('../../agent/protocol/failure.ts');
  const { step } = await import('../rig/engine-rig.ts');
  const stateDirectory = await mkdtemp(path.join(tmpdir(), 'noodle-bench-'));
  const store = await openStore({
    directory: path.join(stateDirectory, 'store'),
    clock: systemClock,
    log: silentLog,
    onNotice: () => {},
  });
  const events = createEventBus(() => {});
  const processes = createProcesses({ clock: systemClock, log: silentLog, recordsFolder: null });
  const limits = () => ({ parallelExecutions: pipelines, builds: 1, tests: 1, commands: pipelines });
  const engine = createEngine({ store, events, processes, clock: systemClock, log: silentLog, stateDirectory, limits });
  const gaps: number[] = [];
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
  const execution = () => {
    let endedMs = 0;
    const run = async (_context: StepContext) => {
      if (endedMs > 0) gaps.push(performance.now() - endedMs);
      await pause();
      endedMs = performance.now();
      return { state: 'succeeded' as const };
    };
    const row = Array.from({ length: steps }, (_, index) =>
      step(`s${index}`, { run, slot: 'command', mustBeRecorded: true, needed: index === 0 ? [] : [`s${index - 1}`] }),
    );
    return engine.submit({
      kind: 'pipeline',
      name: 'bench',
      trigger: 'command',
      changedFiles: 0,
      timeoutMs: 60_000,
      priority: 'interactive',
      prepare: () => Promise.resolve(success(row)),
    });
  };
  await Promise.all(Array.from({ length: pipelines }, () => execution().finished));
  await engine.dispose();
  await store.dispose();
  return quantile(gaps, 0.95);
}

async function measureKills(report: (line: string) => void): Promise<void> {
  await using repository = await GitRig.create({ 'noodle.yaml': tenSteps });
  const aftermath = await killPipelines({
    root: repository.root,
    kills,
    executions: pipelines,
    longestMs: 1500,
    when: Math.random,
  });
  const states = new Map<string, number>();
  for (const { state } of aftermath.executions) states.set(state, (states.get(state) ?? 0) + 1);
  const words = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
  report('');
  report(`SIGKILL of the agent ${kills} times while pipelines run`);
  report(
    `  ${aftermath.acknowledged.length} executions acknowledged: ${words}; processes left behind: ${aftermath.processesLeft.length}`,
  );
}

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

if (import.meta.main) await run((line) => void process.stdout.write(`${line}\n`));
