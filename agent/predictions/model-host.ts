// The agent's side of the model worker: started with the first question, never in the way of anything else.
import { Worker } from 'node:worker_threads';
import type { ExecutionProvider } from '../../models/runtime/execution-provider.ts';
import type { ProviderTime } from '../protocol/prediction.ts';
import type { ModelAnswer, ModelName, ModelQuestion, ModelReply, Refused, WorkerOptions } from './model-messages.ts';
import type { TaskInput, TaskName, TaskOutput } from './model-tasks.ts';

export interface ModelHostOptions extends WorkerOptions {
  /** The worker's entry file. */
  readonly workerFile: string;
  /** Through what models are asked, where the host has it. Default: wasm. */
  readonly provider?: () => ExecutionProvider;
}

type Reply = Exclude<ModelReply, { readonly kind: 'refused' }> | ({ readonly kind: 'refused' } & Refused);

/** One worker thread. When it dies, what was asked is answered with a refusal, and the next question starts another. */
export class ModelHost {
  readonly #options: ModelHostOptions;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #worker: Worker | null = null;
  #nextId = 1;
  #isDisposed = false;

  constructor(options: ModelHostOptions) {
    this.#options = options;
  }

  /** Never rejects: a model that cannot answer is a refusal with a sentence. */
  async ask(name: ModelName, rows: Float32Array): Promise<ModelAnswer> {
    const reply = await this.#send({ kind: 'score', name, rows, provider: this.#provider });
    if (reply.kind === 'score' || reply.kind === 'refused') return reply;
    return { ok: false, message: 'the model worker answered another question' };
  }

  /** How long the execution providers take here; empty where the worker does not answer. */
  async measure(): Promise<readonly ProviderTime[]> {
    const reply = await this.#send({ kind: 'measure', provider: this.#provider });
    return reply.kind === 'measure' ? reply.providers : [];
  }

  /** Works a task out in the worker. Rejects where the task throws or the worker cannot be had. */
  async compute<N extends TaskName>(name: N, ...input: TaskInput<N>): Promise<TaskOutput<N>> {
    const reply = await this.#send({ kind: 'task', name, input });
    // The worker runs the very function that the name stands for.
    if (reply.kind === 'task') return reply.output as TaskOutput<N>;
    throw new Error(`${name} was not worked out: ${reply.kind === 'refused' ? reply.message : 'another answer came'}`);
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#worker?.terminate();
  }

  get #provider(): ExecutionProvider {
    return this.#options.provider?.() ?? 'wasm';
  }

  #send(question: ModelQuestion): Promise<Reply> {
    if (this.#isDisposed) return Promise.resolve({ kind: 'refused', ok: false, message: 'the predictions are closed' });
    const worker = this.#worker ?? this.#start();
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      worker.ref();
      worker.postMessage({ ...question, id });
    });
  }

  #start(): Worker {
    const { workerFile, modelsFolder, runtimeFiles } = this.#options;
    const worker = new Worker(workerFile, { workerData: { modelsFolder, runtimeFiles }, execArgv: [] });
    this.#worker = worker;
    worker.on('message', (reply: ModelReply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
      // Idle, it does not keep the process alive.
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', (error: Error) => this.#lose(worker, error.message));
    worker.on('exit', () => this.#lose(worker, 'the model worker ended'));
    return worker;
  }

  #lose(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const resolve of this.#waiting.values()) resolve({ kind: 'refused', ok: false, message });
    this.#waiting.clear();
  }
}
