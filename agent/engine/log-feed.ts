// Live output for those who watch: at most ten pieces a second for a step, each of bounded size.
import type { Clock } from '../platform/clock.ts';
import type { Disposer } from '../protocol/client.ts';

const pauseMs = 100;
const longestPiece = 64 * 1024;

export class LogFeed {
  readonly #clock: Clock;
  readonly #emit: (text: string) => void;
  #waiting: string[] = [];
  #length = 0;
  #leftOut = 0;
  #cancelTimer: Disposer | null = null;

  constructor(clock: Clock, emit: (text: string) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** The first piece after a pause goes out at once, the next ones together. */
  push(text: string): void {
    const room = longestPiece - this.#length;
    if (room > 0) this.#waiting.push(text.length > room ? text.slice(0, room) : text);
    this.#length += Math.min(text.length, room);
    this.#leftOut += Math.max(0, text.length - room);
    if (this.#cancelTimer === null) this.#send();
  }

  /** Sends what waits, and nothing after. */
  close(): void {
    this.#cancelTimer?.();
    this.#flush();
  }

  #send(): void {
    this.#flush();
    this.#cancelTimer = this.#clock.schedule(pauseMs, () => {
      this.#cancelTimer = null;
      if (this.#length > 0) this.#send();
    });
  }

  #flush(): void {
    if (this.#length === 0) return;
    const note = this.#leftOut > 0 ? `\n… ${this.#leftOut} characters more stand in the log …\n` : '';
    const text = this.#waiting.splice(0).join('') + note;
    this.#length = 0;
    this.#leftOut = 0;
    this.#emit(text);
  }
}
