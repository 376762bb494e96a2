// Executions that wait until fewer than the allowed number run: interactive ones first, each group in order of asking.

export interface Queued {
  readonly isInteractive: boolean;
  /** Starts it; resolves when it has ended. */
  start(): Promise<void>;
}

export class RunQueue {
  readonly #limit: () => number;
  readonly #waiting: Queued[] = [];
  #running = 0;

  /** `limit` is asked whenever something could start. */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Never starts anything before it has returned. */
  add(queued: Queued): void {
    this.#waiting.push(queued);
    queueMicrotask(() => this.#pump());
  }

  /** Takes one out that has not been started; false when it was, or never was here. */
  remove(queued: Queued): boolean {
    const index = this.#waiting.indexOf(queued);
    if (index !== -1) this.#waiting.splice(index, 1);
    return index !== -1;
  }

  #pump(): void {
    while (this.#running < Math.max(1, this.#limit()) && this.#waiting.length > 0) {
      const interactive = this.#waiting.findIndex((queued) => queued.isInteractive);
      const [next] = this.#waiting.splice(Math.max(0, interactive), 1);
      if (next !== undefined) void this.#run(next);
    }
  }

  async #run(queued: Queued): Promise<void> {
    this.#running++;
    try {
      await queued.start();
    } finally {
      this.#running--;
      this.#pump();
    }
  }
}
