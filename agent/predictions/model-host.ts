// The agent's side of the model worker: started with the first question, never in the way of anything else.
import { Worker } from 'node:worker_threads';
import type { ModelAnswer, ModelName, ModelReply, WorkerOptions } from './model-messages.ts';

export interface ModelHostOptions extends WorkerOptions {
  /** The worker's entry file. */
  readonly workerFile: string;
}

/** One worker thread. When it dies, what was asked is answered with a refusal, and the next question starts another. */
export class ModelHost {
  readonly #options: ModelHostOptions;
  readonly #waiting = new Map<number, (answer: ModelAnswer) => void>();
  #worker: Worker | null = null;
  #nextId = 1;
  #isDisposed = false;

  constructor(options: ModelHostOptions) {
    this.#options = options;
  }

  /** Never rejects: a model that cannot answer is a refusal with a sentence. */
  ask(name: ModelName, rows: Float32Array): Promise<ModelAnswer> {
    if (this.#isDisposed) return Promise.resolve({ ok: false, message: 'the predictions are closed' });
    const worker = this.#worker ?? this.#start();
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      worker.ref();
      worker.postMessage({ id, name, rows });
    });
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#worker?.terminate();
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
    for (const resolve of this.#waiting.values()) resolve({ ok: false, message });
    this.#waiting.clear();
  }
}
