// Saved file → first failing result, and what a change costs: the agent beside the frameworks themselves, arms alternated,
// each in its own copy of the same repository. Then full suites, in the living agent of somebody who works there and by the plain runner.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openHost } from '../../agent/host.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { coldArm, endedChildrenMs, noodleArm, watchArm, type Arm, type Sample } from './tests/arms.ts';
import { modules, scenes, type Scene } from './tests/scenes.ts';

const changes = Number(process.env['NOODLE_BENCH_CHANGES'] ?? 20);
const fullRuns = 5;
/** The first changes teach every arm: failure history, caches of transforms, compiled code. */
const rehearsals = 2;
/** Until a runner is ready again. */
const settleMs = 1500;

async function run(report: (line: string) => void): Promise<void> {
  const chosen = (process.env['NOODLE_BENCH_FRAMEWORKS'] ?? '').split(',').filter((each) => each !== '');
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-bench-tests-'));
  try {
    report(`median of ${changes} changes, each breaks one of ${modules} modules; 7 of 30 test files can be affected`);
    for (const scene of scenes.filter((each) => chosen.length === 0 || chosen.includes(each.framework))) {
      await compareChanges(scene, path.join(folder, scene.framework), report);
      await compareFullRuns(scene, path.join(folder, scene.framework, 'full'), report);
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function compareChanges(scene: Scene, folder: string, report: (line: string) => void): Promise<void> {
  const places = await Promise.all(['noodle', 'watch', 'cold'].map((name) => copyOf(scene, path.join(folder, name))));
  const [noodle = '', watch = '', cold = ''] = places;
  const watching = await watchArm(scene, watch);
  const arms: Arm[] = [await noodleArm(scene, noodle), ...(watching === null ? [] : [watching]), coldArm(scene, cold)];
  const samples = new Map<Arm, Sample[]>(arms.map((arm) => [arm, []]));
  try {
    for (let change = -rehearsals; change < changes; change++) {
      for (const arm of change % 2 === 0 ? arms : arms.toReversed()) {
        const sample = await arm.change((change + modules) % modules);
        if (change >= 0) samples.get(arm)?.push(sample);
      }
    }
  } finally {
    for (const arm of arms) await arm.stop();
  }
  reportChanges(scene, samples, report);
}

/** The first arm is ours. */
function reportChanges(scene: Scene, samples: ReadonlyMap<Arm, Sample[]>, report: (line: string) => void): void {
  report(`\n${scene.framework}: saved file → first failing result, and processor time until all is quiet`);
  let own: number | null = null;
  for (const [arm, taken] of samples) {
    const first = medianOf(taken, 'firstFailureMs');
    own ??= first;
    const columns = [
      `  ${arm.name.padEnd(36)}`,
      `${first.toFixed(0).padStart(6)} ms`,
      `${medianOf(taken, 'cpuMs').toFixed(0).padStart(6)} ms CPU`,
      arm.name === 'noodle watch' ? '' : `noodle takes ${(own / first).toFixed(2)} of it`,
    ];
    report(columns.join('   '));
  }
}

async function compareFullRuns(scene: Scene, folder: string, report: (line: string) => void): Promise<void> {
  await copyOf(scene, folder);
  const opened = await openHost({
    folder,
    clock: systemClock,
    log: silentLog,
    version: 'bench',
    environment: process.env,
    isTrusted: true,
    isServing: false,
    idleExitMs: null,
    clientName: 'bench',
  });
  if (!opened.ok) throw new Error(opened.failure.message);
  const { client } = opened.value;
  // As in an editor: somebody works here, so a runner is kept ready.
  await client.setWatching({ watching: true });
  const own: number[] = [];
  const plain: number[] = [];
  const plainCpu: number[] = [];
  const { program, args } = scene.command([]);
  const runPlain = () => spawnSync(program, args, { cwd: folder, stdio: 'ignore' }).status;
  const runOwn = async () => {
    const ended = Promise.withResolvers<void>();
    const stop = client.onEvent((event) => event.type === 'run.finished' && ended.resolve());
    await client.startRun({ all: true, trigger: 'command' });
    await ended.promise;
    stop();
  };
  try {
    for (let round = -1; round < fullRuns; round++) {
      const cpuBefore = endedChildrenMs();
      const plainMs = await timed(() => Promise.resolve(runPlain()));
      const plainCpuMs = endedChildrenMs() - cpuBefore;
      await pause(settleMs);
      const ownMs = await timed(runOwn);
      if (round >= 0) plain.push(plainMs);
      if (round >= 0) plainCpu.push(plainCpuMs);
      if (round >= 0) own.push(ownMs);
    }
  } finally {
    await opened.value.dispose();
  }
  const ratio = median(own) / median(plain);
  report(
    `  full suite: agent ${median(own).toFixed(0)} ms, plain ${median(plain).toFixed(0)} ms (${ratio.toFixed(2)}) and ${median(plainCpu).toFixed(0)} ms CPU, medians of ${fullRuns}`,
  );
}

async function copyOf(scene: Scene, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await scene.create(folder);
  return folder;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function medianOf(samples: readonly Sample[], key: keyof Sample): number {
  return median(samples.map((sample) => sample[key]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

await run((line) => process.stdout.write(`${line}\n`));
