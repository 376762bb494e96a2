// Executions that wait until fewer than the allowed number run: interactive ones first, each group in order of asking.

export interface Queued {
  readonly isInteractive: boolean;
  /** Of those with the same group one runs at a time. */
  readonly group?: string;
  /** Starts it; resolves when it has ended. */
  start(place: Place): Promise<void>;
}

/** The place of an execution among those that run. */
export interface Place {
  /** It waits for something outside: another one may run meanwhile. */
  leave(): void;
  /** It goes on, even if others have filled its place. */
  retake(): void;
}

export class RunQueue {
  readonly #limit: () => number;
  readonly #waiting: Queued[] = [];
  readonly #groups = new Set<string>();
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
    while (this.#running < Math.max(1, this.#limit())) {
      const next = this.#takeNext();
      if (next === null) return;
      void this.#run(next);
    }
  }

  #takeNext(): Queued | null {
    const canStart = ({ group }: Queued) => group === undefined || !this.#groups.has(group);
    const interactive = this.#waiting.findIndex((queued) => queued.isInteractive && canStart(queued));
    const index = interactive === -1 ? this.#waiting.findIndex(canStart) : interactive;
    return index === -1 ? null : (this.#waiting.splice(index, 1)[0] ?? null);
  }

  async #run(queued: Queued): Promise<void> {
    const { group } = queued;
    const place = this.#place();
    if (group !== undefined) this.#groups.add(group);
    this.#running++;
    try {
      await queued.start(place);
    } finally {
      place.retake();
      this.#running--;
      if (group !== undefined) this.#groups.delete(group);
      this.#pump();
    }
  }

  #place(): Place {
    let isLeft = false;
    return {
      leave: () => {
        if (isLeft) return;
        isLeft = true;
        this.#running--;
        this.#pump();
      },
      retake: () => {
        if (isLeft) this.#running++;
        isLeft = false;
      },
    };
  }
}
