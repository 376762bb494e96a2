// Lets running processes give way to whoever sits at the machine, and takes that back without any privilege: on Linux by
// the weight of their session (a nice value of one process could be raised by anybody, but lowered again by root alone).
import { readFileSync, writeFileSync } from 'node:fs';
import type { Clock } from './clock.ts';
import type { Disposer } from '../protocol/client.ts';

/** How much less than its usual share of a busy processor a session gets: as `nice 10`, about a tenth. */
export const yieldingNiceness = 10;

/** `busy`: the system takes so few changes a second from one user, and wants to be asked again. */
export type Taken = 'yes' | 'busy' | 'no';

/** Sets how nice the session of `leader` is to others. */
export type SetNiceness = (leader: number, niceness: number) => Taken;

/** What sets it here; null where sessions have no weight of their own. */
export function sessionNiceness(): SetNiceness | null {
  if (process.platform !== 'linux' || !hasSessionWeights()) return null;
  return (leader, niceness) => {
    try {
      writeFileSync(`/proc/${leader}/autogroup`, String(niceness));
      return 'yes';
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 'busy' : 'no';
    }
  };
}

function hasSessionWeights(): boolean {
  try {
    return readFileSync('/proc/sys/kernel/sched_autogroup_enabled', 'utf8').trim() === '1';
  } catch {
    return false;
  }
}

const askAgainMs = 120;

/** The sessions that can give way, all of them at once. */
export class ProcessPriority {
  readonly #set: SetNiceness | null;
  readonly #clock: Clock;
  /** How nice each session is. */
  readonly #known = new Map<number, number>();
  #isYielding = false;
  #cancelRetry: Disposer = () => {};

  /** `set`: null where nothing can be changed. */
  constructor(clock: Clock, set: SetNiceness | null = sessionNiceness()) {
    this.#clock = clock;
    this.#set = set;
  }

  /** The leader of a session that has begun. */
  add(leader: number): void {
    this.#known.set(leader, 0);
    if (this.#isYielding) this.#settle();
  }

  remove(leader: number): void {
    this.#known.delete(leader);
  }

  yield(isYielding: boolean): void {
    this.#isYielding = isYielding;
    this.#settle();
  }

  dispose(): void {
    this.#cancelRetry();
    this.#known.clear();
  }

  #settle(): void {
    this.#cancelRetry();
    if (this.#set === null) return;
    const wanted = this.#isYielding ? yieldingNiceness : 0;
    for (const [leader, niceness] of this.#known) {
      if (niceness === wanted) continue;
      if (this.#set(leader, wanted) === 'busy') {
        this.#cancelRetry = this.#clock.schedule(askAgainMs, () => this.#settle());
        return;
      }
      this.#known.set(leader, wanted);
    }
  }
}
