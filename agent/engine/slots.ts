// The budget that steps share: so many builds and so many test processes at once, over all executions.
import type { ExecutionId } from '../protocol/ids.ts';
import type { Slot } from './definitions.ts';

/** The slots that are counted. */
export type PooledSlot = Exclude<Slot, 'none'>;

/** Who asks for slots. */
export interface SlotOwner {
  readonly executionId: ExecutionId;
  readonly isInteractive: boolean;
  /** Among what the execution waits for, the highest first; 0 when absent. */
  readonly priority?: number;
}

/** What is known of an execution that waits for slots of one kind. */
export interface Claim {
  readonly isInteractive: boolean;
  readonly held: number;
  /** When it was served or gave back last, or began to wait; smaller is longer ago. */
  readonly turn: number;
}

/**
 * Which claim is served next: interactive ones first, among those the one that holds the fewest slots, and then the one
 * that has waited for its turn the longest. -1 when there is none.
 */
export function chooseClaim(claims: readonly Claim[]): number {
  let best = -1;
  for (const [index, claim] of claims.entries()) {
    const present = claims[best];
    if (present === undefined || comesBefore(claim, present)) best = index;
  }
  return best;
}

function comesBefore(a: Claim, b: Claim): boolean {
  if (a.isInteractive !== b.isInteractive) return a.isInteractive;
  return a.held === b.held ? a.turn < b.turn : a.held < b.held;
}

/** Slots of one kind. */
export class SlotPool {
  readonly #limit: () => number;
  readonly #queues = new Map<ExecutionId, Queue>();
  #taken = 0;
  #turn = 0;

  /** `limit` is asked at each grant. */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Resolves with a function that gives the slot back; with null when `signal` is aborted first. */
  acquire(owner: SlotOwner, signal: AbortSignal): Promise<(() => void) | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const queue = this.#queueOf(owner);
      const request: Request = {
        priority: owner.priority ?? 0,
        grant: () => {
          signal.removeEventListener('abort', request.withdraw);
          resolve(this.#take(owner, queue));
        },
        withdraw: () => {
          queue.waiting.delete(request);
          this.#forget(owner, queue);
          resolve(null);
        },
      };
      signal.addEventListener('abort', request.withdraw, { once: true });
      queue.waiting.add(request);
      this.#serve();
    });
  }

  /** The limit may have risen. */
  limitChanged(): void {
    this.#serve();
  }

  #take(owner: SlotOwner, queue: Queue): () => void {
    this.#taken++;
    queue.held++;
    queue.turn = this.#turn++;
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      this.#taken--;
      queue.held--;
      queue.turn = this.#turn++;
      this.#forget(owner, queue);
      this.#serve();
    };
  }

  #serve(): void {
    while (this.#taken < Math.max(1, this.#limit())) {
      const claims = [...this.#queues.values()].filter((queue) => queue.waiting.size > 0);
      const queue = claims[chooseClaim(claims)];
      if (queue === undefined) return;
      const request = firstOf(queue.waiting);
      if (request === undefined) return;
      queue.waiting.delete(request);
      request.grant();
    }
  }

  #queueOf(owner: SlotOwner): Queue {
    const known = this.#queues.get(owner.executionId);
    if (known !== undefined) return known;
    const queue: Queue = { isInteractive: owner.isInteractive, held: 0, turn: this.#turn++, waiting: new Set() };
    this.#queues.set(owner.executionId, queue);
    return queue;
  }

  #forget(owner: SlotOwner, queue: Queue): void {
    if (queue.held === 0 && queue.waiting.size === 0) this.#queues.delete(owner.executionId);
  }
}

function firstOf(waiting: ReadonlySet<Request>): Request | undefined {
  let first: Request | undefined;
  for (const request of waiting) if (first === undefined || request.priority > first.priority) first = request;
  return first;
}

interface Request {
  readonly priority: number;
  grant(): void;
  withdraw(): void;
}

interface Queue extends Claim {
  held: number;
  turn: number;
  /** In the order of asking. */
  readonly waiting: Set<Request>;
}
