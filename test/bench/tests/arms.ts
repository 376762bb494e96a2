// What is compared: the agent that watches, the framework that watches, and the framework started for each change.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listProcesses } from '../../../agent/platform/process-table.ts';
import type { Scene } from './scenes.ts';

/** What one change cost. */
export interface Sample {
  readonly firstFailureMs: number;
  /** Processor time of all processes of the arm, until everything that the change set off was over. */
  readonly cpuMs: number;
}

export interface Arm {
  readonly name: string;
  /** Breaks module `index`, waits for the first failing result, and mends it again. */
  change(index: number): Promise<Sample>;
  stop(): Promise<void>;
}

/** A person looks at a result before the next change. */
const pauseMs = 1500;
const longestWaitMs = 60_000;
const clockTicksPerMs = 1 / 10;
const root = path.resolve(import.meta.dirname, '../../..');

/** `noodle watch`. */
export async function noodleArm(scene: Scene, folder: string): Promise<Arm> {
  const program = path.join(root, 'agent/bin/noodle.mjs');
  // Every arm knows the results of one whole run.
  await new Output(start(folder, process.execPath, [program, 'run', '--all', '--json'])).ended;
  const child = start(folder, process.execPath, [program, 'watch', '--json']);
  const output = new Output(child);
  await output.next(/"type":"run.finished"/);
  return watchingArm('noodle watch', {
    scene,
    folder,
    child,
    output,
    failure: /"status":"failed"/,
    end: /"type":"run.finished"/,
  });
}

/** The framework's own watch mode. */
export async function watchArm(scene: Scene, folder: string): Promise<Arm | null> {
  if (scene.watch === undefined) return null;
  const child = start(folder, 'node', scene.watch.args);
  const output = new Output(child);
  await output.next(scene.watch.idleMark);
  return watchingArm(`${scene.framework} watch`, {
    scene,
    folder,
    child,
    output,
    failure: scene.failureMark,
    end: scene.watch.idleMark,
  });
}

/** The framework, started for the one test file that fails: nothing to select, nothing to order. */
export function coldArm(scene: Scene, folder: string): Arm {
  return {
    name: `${scene.framework}, started for the one file`,
    async change(index) {
      await write(scene, folder, index, 1);
      const cpuBefore = endedChildrenMs();
      const startedMs = performance.now();
      const { program, args } = scene.command([scene.testFile(index)]);
      const child = start(folder, program, args);
      const output = new Output(child);
      await output.next(scene.failureMark);
      const firstFailureMs = performance.now() - startedMs;
      await output.ended;
      const cpuMs = endedChildrenMs() - cpuBefore;
      await write(scene, folder, index, 0);
      return { firstFailureMs, cpuMs };
    },
    async stop() {},
  };
}

interface Watching {
  readonly scene: Scene;
  readonly folder: string;
  readonly child: ChildProcess;
  readonly output: Output;
  readonly failure: RegExp;
  readonly end: RegExp;
}

function watchingArm(name: string, { scene, folder, child, output, failure, end }: Watching): Arm {
  return {
    name,
    async change(index) {
      await pause(pauseMs);
      const cpuBefore = await familyMs(child.pid ?? 0);
      const startedMs = performance.now();
      await write(scene, folder, index, 1);
      await output.next(failure);
      const firstFailureMs = performance.now() - startedMs;
      await output.next(end);
      await pause(pauseMs);
      const cpuMs = (await familyMs(child.pid ?? 0)) - cpuBefore;
      await write(scene, folder, index, 0);
      await output.next(end);
      return { firstFailureMs, cpuMs };
    },
    async stop() {
      child.kill('SIGINT');
      await output.ended;
    },
  };
}

function start(folder: string, program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', CI: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function write(scene: Scene, folder: string, index: number, wrongBy: number): Promise<void> {
  await writeFile(path.join(folder, scene.moduleFile(index)), scene.module(index, wrongBy));
}

/** What a process prints, and a way to wait for a text in it. */
class Output {
  readonly ended: Promise<void>;
  #text = '';
  #wake: () => void = () => {};
  #isOver = false;

  constructor(child: ChildProcess) {
    const take = (chunk: Buffer) => {
      this.#text += chunk.toString('utf8');
      this.#wake();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    this.ended = new Promise((resolve) =>
      child.once('close', () => {
        this.#isOver = true;
        this.#wake();
        resolve();
      }),
    );
  }

  async #more(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const late = () => reject(new Error(`nothing more came, but no ${String(pattern)}:\n${this.#text.slice(-2000)}`));
      const timer = setTimeout(late, longestWaitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Resolves when the pattern appears in what was not waited for yet. */
  async next(pattern: RegExp): Promise<void> {
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) {
        this.#text = this.#text.slice(match.index + match[0].length);
        return;
      }
      if (this.#isOver) throw new Error(`it ended without ${String(pattern)}:\n${this.#text.slice(-2000)}`);
      await this.#more(pattern);
    }
  }
}

/** Processor time of a process, of everything below it, and of what they have waited for. Linux only. */
async function familyMs(leader: number): Promise<number> {
  const entries = await listProcesses();
  const family = new Set([leader]);
  for (let before = -1; before !== family.size;) {
    before = family.size;
    for (const { pid, parent } of entries) if (family.has(parent)) family.add(pid);
  }
  return [...family].reduce((sum, pid) => sum + ticksOf(pid, [11, 12, 13, 14]), 0) / clockTicksPerMs;
}

/** Processor time of the children that this process has waited for. Linux only. */
export function endedChildrenMs(): number {
  return ticksOf(process.pid, [13, 14]) / clockTicksPerMs;
}

function ticksOf(pid: number, fields: readonly number[]): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const values = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields.reduce((sum, field) => sum + Number(values[field] ?? 0), 0);
  } catch {
    return 0;
  }
}
