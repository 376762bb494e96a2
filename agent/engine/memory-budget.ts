// The memory that steps of all executions share, by what each is expected to take.

export interface MemoryClaim {
  readonly expectedBytes: number;
  readonly isInteractive: boolean;
  /** Told when it has to wait: how much is free, of how much. */
  waits(freeBytes: number, limitBytes: number): void;
}

/**
 * Grants memory, interactive steps first, then in the order of asking. Whoever is first and does not fit is waited for,
 * so that many small steps cannot keep a large one out; and one that is larger than everything runs alone.
 */
export class MemoryBudget {
  readonly #limit: () => number;
  readonly #waiting: Waiting[] = [];
  #takenBytes = 0;

  /** `limit` is asked at each grant. */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Resolves with a function that gives it back; with null when `signal` is aborted first. */
  acquire(claim: MemoryClaim, signal: AbortSignal): Promise<(() => void) | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const withdraw = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        resolve(null);
        this.#serve();
      };
      const waiting: Waiting = {
        claim,
        grant: () => {
          signal.removeEventListener('abort', withdraw);
          resolve(this.#take(claim.expectedBytes));
        },
      };
      signal.addEventListener('abort', withdraw, { once: true });
      const place = claim.isInteractive ? this.#waiting.findIndex((other) => !other.claim.isInteractive) : -1;
      this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, waiting);
      this.#serve();
      const limitBytes = this.#limit();
      if (this.#waiting.includes(waiting)) claim.waits(Math.max(0, limitBytes - this.#takenBytes), limitBytes);
    });
  }

  #take(bytes: number): () => void {
    this.#takenBytes += bytes;
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      this.#takenBytes -= bytes;
      this.#serve();
    };
  }

  #serve(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const fits = this.#takenBytes === 0 || this.#takenBytes + first.claim.expectedBytes <= this.#limit();
      if (!fits) return;
      this.#waiting.shift();
      first.grant();
    }
  }
}

interface Waiting {
  readonly claim: MemoryClaim;
  grant(): void;
}
