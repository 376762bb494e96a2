// The agents that live, as the operating system knows them, and how a user ends one.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../../..');

/** Process ids of the agents of a repository. */
export async function agentsOf(folder: string): Promise<number[]> {
  return (await processesWith('agent.mjs'))
    .filter(({ args }) => args.includes(` --repo ${folder}`))
    .map(({ pid }) => pid);
}

/** Process ids of whatever was started with this text on its command line. */
export async function processesNaming(text: string): Promise<number[]> {
  return (await processesWith(text)).map(({ pid }) => pid);
}

/** `noodle stop`: resolves when the agent is gone. */
export async function stopAgent(folder: string): Promise<void> {
  await run(process.execPath, [path.join(root, 'dist/agent.mjs'), 'stop', '--repo', folder]).catch(ignoreMissing);
  // Those that do not listen to it: what a test leaves behind must not disturb the next one.
  for (const pid of await agentsOf(folder)) await ended(pid);
}

/** Resolves when a process has ended. */
export async function ended(pid: number): Promise<void> {
  // `tail --pid` waits for the process without polling in this one; it exists wherever these walks run.
  await run('tail', [`--pid=${pid}`, '-f', '/dev/null']);
}

async function processesWith(text: string): Promise<{ readonly pid: number; readonly args: string }[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,stat=,args='], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, state = '', args = ''] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // Zombies have ended: their parent has not looked yet.
    return args.includes(text) && !state.startsWith('Z') ? [{ pid: Number(pid), args }] : [];
  });
}

/** There was no agent to stop. */
function ignoreMissing(): void {}
