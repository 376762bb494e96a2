// Whether the user types: an editor says so now and then, and it holds for a moment after the last word of it.
import type { Clock } from '../platform/clock.ts';
import type { Disposer } from '../protocol/client.ts';

/** Longer than what lies between two reports of an editor, and than a short thought. */
export const typingHoldMs = 3000;

export class Typing {
  readonly #clock: Clock;
  readonly #onChange: (isTyping: boolean) => void;
  #sinceMs: number | null = null;
  #earlierMs = 0;
  #cancel: Disposer = () => {};

  /** `onChange` hears when it begins and when it has ended. */
  constructor(clock: Clock, onChange: (isTyping: boolean) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get isTyping(): boolean {
    return this.#sinceMs !== null;
  }

  /** For how long, since the agent began. */
  get totalMs(): number {
    return this.#earlierMs + (this.#sinceMs === null ? 0 : this.#clock.monotonicMs() - this.#sinceMs);
  }

  /** An editor says that its user types. */
  reported(): void {
    this.#cancel();
    this.#cancel = this.#clock.schedule(typingHoldMs, () => this.#ended());
    if (this.#sinceMs !== null) return;
    this.#sinceMs = this.#clock.monotonicMs();
    this.#onChange(true);
  }

  dispose(): void {
    this.#cancel();
  }

  #ended(): void {
    this.#earlierMs = this.totalMs;
    this.#sinceMs = null;
    this.#onChange(false);
  }
}

/** Half of the slots, at least one. */
export function whileTyping(slots: number): number {
  return Math.max(1, Math.floor(slots / 2));
}
