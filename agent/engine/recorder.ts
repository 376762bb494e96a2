// Writes executions to the store: each change of state, in order, many changes in one transaction when the disk is slow.
import type { Log } from '../platform/log.ts';
import type { Execution } from '../protocol/execution.ts';
import type { StepId } from '../protocol/ids.ts';
import { saveExecution, saveStep } from '../store/executions.ts';
import type { Store } from '../store/store.ts';

export interface RecorderOptions {
  readonly store: Store;
  readonly log: Log;
  readonly current: () => Execution;
}

/** Keeps the record of one execution up to date. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #changedSteps = new Set<StepId>();
  #hasChanged = false;
  /** Resolved by the write that covers everything that has changed so far. */
  #nextWrite: PromiseWithResolvers<void> | null = null;
  #saving: Promise<void> | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** The execution itself changed, or its list of steps. Resolves when that is recorded, or could not be. */
  executionChanged(): Promise<void> {
    this.#hasChanged = true;
    return this.#save();
  }

  /** Resolves when that is recorded, or could not be. */
  stepChanged(stepId: StepId): Promise<void> {
    this.#changedSteps.add(stepId);
    return this.#save();
  }

  /** Resolves when nothing is left to be written. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  #save(): Promise<void> {
    this.#nextWrite ??= Promise.withResolvers();
    const { promise } = this.#nextWrite;
    this.#saving ??= this.#saveAll();
    return promise;
  }

  async #saveAll(): Promise<void> {
    // What changes in the same turn is written together.
    await Promise.resolve();
    for (let write = this.#nextWrite; write !== null; write = this.#nextWrite) {
      const isWhole = this.#hasChanged;
      const steps = new Set(this.#changedSteps);
      this.#nextWrite = null;
      this.#hasChanged = false;
      this.#changedSteps.clear();
      await this.#write(isWhole, steps);
      write.resolve();
    }
    this.#saving = null;
  }

  async #write(isWhole: boolean, steps: ReadonlySet<StepId>): Promise<void> {
    const { store, log, current } = this.#options;
    const execution = current();
    try {
      await store.transact((tx) => {
        if (isWhole) return saveExecution(tx, execution);
        for (const step of execution.steps) if (steps.has(step.id)) saveStep(tx, execution.id, step);
      });
    } catch (error) {
      // The store tells the user when the disk is the reason; the execution goes on.
      log.warn('an execution could not be recorded', { execution: execution.id, error });
    }
  }
}
