// Threads for work that would stall the agent. They are started on demand and end when nothing was asked for a while.
import { Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import type { Disposer } from '../protocol/client.ts';

export interface WorkerPoolOptions {
  /** Absolute path of the worker's entry file; it answers each message `{ id, task }` with `{ id, result }` or `{ id, error }`. */
  readonly entry: string;
  readonly size: number;
  /** Workers end after this long without work. */
  readonly idleMs: number;
  readonly clock: Clock;
  /** Handed to each worker as its `workerData`. */
  readonly workerData?: unknown;
}

export interface WorkerPool<Task, Answer> {
  /** Rejects when the task threw, its worker died, or the pool was disposed. */
  run(task: Task): Promise<Answer>;
  /** Threads that exist now. */
  readonly threads: number;
  dispose(): Promise<void>;
}

interface Job {
  readonly task: unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: Error) => void;
}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Thread {
  readonly worker: Worker;
  job: Job | null;
}

/** A pool of at most `size` threads, none of which exists before the first task. */
export function createWorkerPool<Task, Answer>(options: WorkerPoolOptions): WorkerPool<Task, Answer> {
  const pool = new ThreadPool(options);
  return {
    // The worker's entry file and its caller agree on the two types; a pool carries them through.
    run: (task) => pool.run(task) as Promise<Answer>,
    get threads() {
      return pool.threads;
    },
    dispose: () => pool.dispose(),
  };
}

class ThreadPool {
  readonly #options: WorkerPoolOptions;
  readonly #threads = new Set<Thread>();
  readonly #queue: Job[] = [];
  #idle: Disposer | null = null;
  #isDisposed = false;
  #nextId = 1;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  get threads(): number {
    return this.#threads.size;
  }

  run(task: unknown): Promise<unknown> {
    if (this.#isDisposed) return Promise.reject(new Error('the worker pool is disposed'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#assign();
    });
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#idle?.();
    const gone = new Error('the worker pool was disposed');
    for (const job of this.#queue.splice(0)) job.reject(gone);
    const threads = [...this.#threads];
    await Promise.all(threads.map((thread) => this.#end(thread, gone)));
  }

  #assign(): void {
    this.#idle?.();
    this.#idle = null;
    for (;;) {
      const job = this.#queue[0];
      if (job === undefined) break;
      const thread = this.#freeThread();
      if (thread === null) break;
      this.#queue.shift();
      thread.job = job;
      // Keeps the process alive exactly while there is work.
      thread.worker.ref();
      thread.worker.postMessage({ id: this.#nextId++, task: job.task });
    }
    if (this.#queue.length === 0 && [...this.#threads].every((thread) => thread.job === null)) this.#endWhenIdle();
  }

  #freeThread(): Thread | null {
    for (const thread of this.#threads) if (thread.job === null) return thread;
    if (this.#threads.size >= Math.max(1, this.#options.size)) return null;
    const worker = new Worker(this.#options.entry, { workerData: this.#options.workerData });
    const thread: Thread = { worker, job: null };
    this.#threads.add(thread);
    worker.on('message', (reply: Reply) => this.#answer(thread, reply));
    worker.on('error', (error) => void this.#end(thread, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => void this.#end(thread, new Error(`a worker thread ended with code ${code}`)));
    return thread;
  }

  #answer(thread: Thread, reply: Reply): void {
    const job = thread.job;
    thread.job = null;
    thread.worker.unref();
    if (reply.error === undefined) job?.resolve(reply.result);
    else job?.reject(new Error(reply.error));
    if (!this.#isDisposed) this.#assign();
  }

  async #end(thread: Thread, reason: Error): Promise<void> {
    if (!this.#threads.delete(thread)) return;
    thread.job?.reject(reason);
    thread.job = null;
    await thread.worker.terminate();
    if (!this.#isDisposed) this.#assign();
  }

  #endWhenIdle(): void {
    if (this.#threads.size === 0) return;
    this.#idle = this.#options.clock.schedule(this.#options.idleMs, () => {
      for (const thread of [...this.#threads]) void this.#end(thread, new Error('the worker was idle'));
    });
  }
}
