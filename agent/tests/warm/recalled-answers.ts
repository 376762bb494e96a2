// What runners said of their configuration, for as long as nothing of it has changed.
import type { Clock } from '../../platform/clock.ts';
import { firstChanged, stampsOf, wasWrittenSince, type FileStamps } from './file-stamps.ts';

export interface Answer {
  readonly value: unknown;
  /** Absolute; what was read for it besides what the asker watches. */
  readonly files: readonly string[];
}

interface Kept {
  readonly value: unknown;
  readonly stamps: FileStamps;
}

/** Keeps the last answer for each key. */
export class RecalledAnswers {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer that is kept while none of the files has changed, else a new one; null answers are not kept. */
  async recall(key: string, watched: readonly string[], ask: () => Promise<Answer | null>): Promise<unknown> {
    const kept = this.#kept.get(key);
    const isCurrent =
      kept !== undefined && watched.every((file) => kept.stamps.has(file)) && firstChanged(kept.stamps) === null;
    if (isCurrent) return kept.value;
    const startedAt = this.#clock.now();
    const answer = await ask();
    if (answer === null) return null;
    const files = [...new Set([...watched, ...answer.files])];
    if (wasWrittenSince(files, startedAt)) this.#kept.delete(key);
    else this.#kept.set(key, { value: answer.value, stamps: stampsOf(files) });
    return answer.value;
  }
}
