// Kills an agent again and again while it runs pipelines, and looks at what is left in the end.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openHost } from '../../agent/host.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import type { Client } from '../../agent/protocol/client.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import { ExecutionId } from '../../agent/protocol/ids.ts';
import { processesIn } from './pipeline-rig.ts';

/** Ten steps in two rows; the last one must not be run twice. */
export const tenSteps = [
  'pipelines:',
  '  ten-steps:',
  '    steps:',
  ...['a', 'b'].flatMap((row) =>
    [1, 2, 3, 4].flatMap((number) => [
      `      ${row}${number}:`,
      `        command: echo ${row}${number}`,
      '        idempotent: true',
      ...(number === 1 ? [] : [`        needs: [${row}${number - 1}]`]),
    ]),
  ),
  '      join:',
  '        command: sleep 0.05',
  '        idempotent: true',
  '        needs: [a4, b4]',
  '      once:',
  '        command: sleep 0.05',
  '        needs: [join]',
  '',
].join('\n');

export interface KillOptions {
  readonly root: string;
  readonly kills: number;
  readonly executions: number;
  /** A number from 0 to 1 for each kill: how far into a run it comes. */
  readonly when: () => number;
  readonly longestMs: number;
}

export interface Aftermath {
  readonly acknowledged: readonly string[];
  readonly executions: readonly Execution[];
  /** Command lines. */
  readonly processesLeft: readonly string[];
}

/** Each round starts more executions beside those that are gone on with, and ends with SIGKILL; the last one runs to its end. */
export async function killPipelines({ root, kills, executions, when, longestMs }: KillOptions): Promise<Aftermath> {
  const acknowledged: string[] = [];
  const perRound = Math.max(1, Math.floor(executions / Math.max(1, kills)));
  for (let round = 0; round < kills; round++) {
    const count = round === 0 ? executions : perRound;
    await runAgent({ root, count, killAfterMs: Math.round(when() * longestMs), acknowledged });
  }
  await runAgent({ root, count: 0, killAfterMs: null, acknowledged });
  const left = await processesIn(root);
  return { acknowledged, executions: await recorded(root, acknowledged), processesLeft: left };
}

interface AgentRun {
  readonly root: string;
  readonly count: number;
  /** After its executions were acknowledged; null: it runs to its end. */
  readonly killAfterMs: number | null;
  readonly acknowledged: string[];
}

async function runAgent({ root, count, killAfterMs, acknowledged }: AgentRun): Promise<void> {
  const agent = startAgent(root, count, 'ten-steps');
  let isDoomed = false;
  for await (const line of agent.lines) {
    if (line === 'done' || line.startsWith('log ')) continue;
    if (line !== 'started') acknowledged.push(line);
    // One that starts a single execution dies at any moment from then on.
    if (killAfterMs === null || isDoomed || (line !== 'started' && count > 1)) continue;
    isDoomed = true;
    setTimeout(agent.kill, killAfterMs);
  }
  const code = await agent.ended;
  if (killAfterMs === null && code !== 0) throw new Error(`the agent ended with ${code}`);
}

/** Runs a pipeline until a step prints `up`, and kills the agent then; answers with the execution. */
export async function killWhenUp(root: string, pipeline: string): Promise<ExecutionId> {
  const agent = startAgent(root, 1, pipeline);
  let id = '';
  for await (const line of agent.lines) {
    if (line.startsWith('log ') && line.includes('up')) agent.kill();
    else if (line.startsWith('run-')) id = line;
  }
  await agent.ended;
  return ExecutionId.parse(id);
}

function startAgent(root: string, count: number, pipeline: string) {
  const script = path.join(import.meta.dirname, 'pipelines-process.ts');
  const child = spawn(process.execPath, [script, root, String(count), pipeline], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { lines: createInterface({ input: child.stdout }), ended, kill: () => void child.kill('SIGKILL') };
}

async function recorded(root: string, ids: readonly string[]): Promise<Execution[]> {
  return await shortly(root, (client) =>
    Promise.all(ids.map((id) => client.getExecutionStatus({ id: ExecutionId.parse(id) }))),
  );
}

/** What a command asks of an agent that does not stay. */
export async function shortly<T>(root: string, ask: (client: Client) => Promise<T>): Promise<T> {
  const opened = await openHost({
    folder: root,
    clock: systemClock,
    log: silentLog,
    version: '0.0.0-test',
    environment: process.env,
    isTrusted: true,
    isServing: false,
    idleExitMs: null,
    clientName: 'test',
  });
  if (!opened.ok) throw new Error(opened.failure.message);
  try {
    return await ask(opened.value.client);
  } finally {
    await opened.value.dispose();
  }
}
