// Writes how builds ended: many in one transaction, where many end at once.
import { saveBuildResult, type FinishedBuild } from '../store/builds.ts';
import type { Store } from '../store/store.ts';

interface Waiting {
  readonly build: FinishedBuild;
  readonly settled: PromiseWithResolvers<void>;
}

export class BuildRecords {
  readonly #store: Pick<Store, 'transact'>;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(store: Pick<Store, 'transact'>) {
    this.#store = store;
  }

  /** Resolves when the build is on disk; rejects when it cannot be recorded. */
  save(build: FinishedBuild): Promise<void> {
    const settled = Promise.withResolvers<void>();
    this.#waiting.push({ build, settled });
    if (!this.#isWriting) void this.#writeAll();
    return settled.promise;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    // What ends in the same turn is written together, and so is what ends during a write.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0));
    this.#isWriting = false;
  }

  async #write(together: readonly Waiting[]): Promise<void> {
    try {
      await this.#store.transact((tx) => {
        for (const { build } of together) saveBuildResult(tx, build);
      });
      for (const { settled } of together) settled.resolve();
    } catch (error) {
      // One that cannot be written does not take the others along.
      if (together.length > 1) for (const each of together) await this.#write([each]);
      else together[0]?.settled.reject(error);
    }
  }
}
