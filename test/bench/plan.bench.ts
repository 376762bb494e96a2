// From an edit to a finished plan, in an agent that watches a repository of 10,000 TypeScript files and 1,000 test files.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectClient } from '../../agent/client/client.ts';
import type { ConnectedClient } from '../../agent/client/client.ts';
import { openHost } from '../../agent/host.ts';
import type { Host } from '../../agent/host.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import type { EventOf } from '../../agent/protocol/events.ts';
import { generateRepository } from './graph/generated-repository.ts';

const packages = 20;
const testsPerPackage = 50;
/** The first ones make the agent warm: what judges code is loaded and compiled. */
const warming = 4;
const edits = 30;

/** Prints one line a measurement. */
export async function run(report: (line: string) => void): Promise<void> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'noodle-bench-plan-')));
  try {
    const { root, files } = await generateRepository(folder, { packages, testsPerPackage });
    const manifest = { scripts: { test: 'mocha packages/*/test/*.test.ts' }, devDependencies: { mocha: '*' } };
    await writeFile(path.join(root, 'package.json'), JSON.stringify(manifest));
    git(root, 'init', '--quiet');
    git(root, 'add', '.');
    git(root, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'Start');
    await writeFile(path.join(root, 'README.md'), '# Generated\n');
    git(root, 'add', '.');
    git(root, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'Read me');
    report(`${files.length} files, ${packages * testsPerPackage} of them tests`);
    const start = performance.now();
    const host = await open(root);
    const first = nextPlan(host);
    await host.agent.startWatching();
    await first;
    // An agent plans by itself while somebody is connected.
    const editor = await connect(host);
    report(`agent opened, first plan        ${(performance.now() - start).toFixed(0)} ms`);
    await measureEdits(host, { root, files }, report);
    editor.dispose();
    await host.dispose();
    await measureWarmStart(root, report);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** An agent that finds the state of the one before: the graph is loaded, not built. */
async function measureWarmStart(root: string, report: (line: string) => void): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const host = await open(root);
  const openMs = performance.now() - start;
  const first = nextPlan(host);
  await host.agent.startWatching();
  await first;
  const planMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  report(
    `opened again, answers           ${openMs.toFixed(0)} ms, first plan ${planMs.toFixed(0)} ms (processor ${((user + system) / 1000).toFixed(0)} ms)`,
  );
  await host.dispose();
}

/** Every other edit is inside of a function, the rest are new statements. */
async function measureEdits(
  host: Host,
  { root, files }: { readonly root: string; readonly files: readonly string[] },
  report: (line: string) => void,
): Promise<void> {
  const sources = files.filter((file) => /src\/.*\.ts$/.test(file));
  const whole: number[] = [];
  const plans: number[] = [];
  const cpu: number[] = [];
  for (let edit = 0; edit < warming + edits; edit++) {
    const file = path.join(root, sources[(edit * 7_919) % sources.length] ?? '');
    const text = await readFile(file, 'utf8');
    const edited =
      edit % 2 === 0 ? text.replace('return ', `return ${edit} + `) : `${text}export const edit${edit} = 1;\n`;
    const planned = nextPlan(host);
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    await writeFile(file, edited);
    const { plan } = await planned;
    const tookMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpuBefore);
    if (edit >= warming) {
      whole.push(tookMs);
      cpu.push((user + system) / 1000);
      plans.push(plan.planMs);
    }
    // Back to how it was, so that the change stays one file.
    const reverted = nextPlan(host);
    await writeFile(file, text);
    await reverted;
  }
  report(`an edit to its plan, as watched ${quantiles(whole)}`);
  report(`of that making the plan         ${quantiles(plans)}`);
  report(`processor time of the agent     ${quantiles(cpu)}`);
}

function nextPlan(host: Host): Promise<EventOf<'plan.updated'>> {
  return new Promise((resolve) => {
    const stop = host.client.onEvent((event) => {
      if (event.type !== 'plan.updated') return;
      stop();
      resolve(event);
    });
  });
}

async function open(folder: string): Promise<Host> {
  const opened = await openHost({
    folder,
    clock: systemClock,
    log: silentLog,
    version: '0.0.0-bench',
    environment: process.env,
    isTrusted: true,
    isServing: true,
    idleExitMs: null,
    clientName: 'bench',
  });
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

async function connect(host: Host): Promise<ConnectedClient> {
  const { port, searchParams } = new URL(host.dashboardAddress);
  const token = searchParams.get('token') ?? '';
  const connected = await connectClient({ port: Number(port), token, client: 'bench', clientVersion: '0.0.0-bench' });
  if (!connected.ok) throw new Error(connected.failure.message);
  return connected.value;
}

function quantiles(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  return `${at(0.5)} ms median, ${at(0.95)} ms p95`;
}

function git(cwd: string, ...args: string[]): void {
  execFileSync('git', args, { cwd, stdio: 'ignore' });
}

if (process.argv[1] === import.meta.filename) await run((line) => process.stdout.write(`${line}\n`));
