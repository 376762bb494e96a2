// The real agent with what tests of pipelines ask it: `await using rig = await PipelineRig.create({ 'noodle.yaml': … })`.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '../../agent/protocol/client.ts';
import type { EventOf, EventType, NoodleEvent } from '../../agent/protocol/events.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import { StepId, type ExecutionId } from '../../agent/protocol/ids.ts';
import type { InputOf } from '../../agent/protocol/operations.ts';
import { AgentRig, type AgentRigOptions } from './agent-rig.ts';
import type { Files, GitRig } from './git-rig.ts';

export class PipelineRig implements AsyncDisposable {
  readonly #agent: AgentRig;
  #defined = 0;

  private constructor(agent: AgentRig) {
    this.#agent = agent;
  }

  static async create(
    files: Files = {},
    environment: Readonly<Record<string, string>> = {},
    options: AgentRigOptions = {},
  ): Promise<PipelineRig> {
    return new PipelineRig(
      await AgentRig.create({ 'readme.txt': 'a repository\n', ...files }, { environment, ...options }),
    );
  }

  /** On a repository that exists; it is removed with the rig. */
  static async on(repository: GitRig, options: AgentRigOptions = {}): Promise<PipelineRig> {
    return new PipelineRig(await AgentRig.on(repository, options));
  }

  get client(): Client {
    return this.#agent.client;
  }

  get repository(): GitRig {
    return this.#agent.repository;
  }

  get root(): string {
    return this.#agent.repository.root;
  }

  get said(): readonly NoodleEvent[] {
    return this.#agent.said;
  }

  event<T extends EventType>(type: T, matches?: (event: EventOf<T>) => boolean): Promise<EventOf<T>> {
    return this.#agent.event(type, matches);
  }

  step(id: string): StepId {
    return StepId.parse(id);
  }

  /** Declares a pipeline, runs it, and resolves with its end. */
  async define(definition: Omit<InputOf<'createPipeline'>, 'id'>): Promise<Execution> {
    const id = `defined-${++this.#defined}`;
    await this.client.createPipeline({ id, ...definition });
    return await this.run(id);
  }

  async run(id: string): Promise<Execution> {
    const { executionId } = await this.client.executePipeline({ id });
    return await this.ended(executionId);
  }

  async ended(executionId: ExecutionId): Promise<Execution> {
    const isOver = (execution: Execution) =>
      execution.id === executionId && execution.state !== 'queued' && execution.state !== 'running';
    return (await this.event('execution.changed', ({ execution }) => isOver(execution))).execution;
  }

  /** Its end, even when it had ended before this rig listened. */
  async over(executionId: ExecutionId): Promise<Execution> {
    const present = await this.client.getExecutionStatus({ id: executionId });
    return present.state === 'queued' || present.state === 'running' ? await this.ended(executionId) : present;
  }

  /** Resolves when an execution has printed a text. */
  async output(executionId: ExecutionId, text: string): Promise<void> {
    await this.event('log.appended', (event) => event.executionId === executionId && event.text.includes(text));
  }

  /** State and reason of each step but the plan. */
  states(execution: Execution): Record<string, string> {
    const steps = execution.steps.filter(({ kind }) => kind !== 'plan');
    return Object.fromEntries(
      steps.map(({ id, state, reason }) => [id, reason === null ? state : `${state}: ${reason}`]),
    );
  }

  /** Command lines of processes that work in the repository. */
  async processesLeft(): Promise<string[]> {
    return await processesIn(this.root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent[Symbol.asyncDispose]();
  }
}

/** Command lines of processes whose working folder lies in `folder`; Linux alone knows, elsewhere none is found. */
export async function processesIn(folder: string): Promise<string[]> {
  const { readlink } = await import('node:fs/promises');
  const pids = (await readdir('/proc').catch(() => [])).filter(
    (name) => /^\d+$/.test(name) && name !== String(process.pid),
  );
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readlink(path.join('/proc', pid, 'cwd')).catch(() => '');
      return cwd === folder || cwd.startsWith(`${folder}/`)
        ? await readFile(path.join('/proc', pid, 'cmdline'), 'utf8').catch(() => '')
        : '';
    }),
  );
  return found.filter((line) => line !== '').map((line) => line.replaceAll('\0', ' ').trim());
}
