// An engine on a real store in a temporary folder, with everything that it says kept: `await using rig = await EngineRig.create()`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createEngine,
  type Engine,
  type ExecutionHandle,
  type ExecutionSpec,
  type Limits,
  type StepContext,
  type StepDefinition,
  type StepOutcome,
} from '../../agent/engine/engine.ts';
import { createEventBus, type EventBus } from '../../agent/events/events.ts';
import { createProcesses } from '../../agent/platform/child-processes.ts';
import { systemClock, type Clock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { processRecordsFolder } from '../../agent/platform/orphans.ts';
import type { Processes } from '../../agent/platform/processes.ts';
import type { Execution, Step } from '../../agent/protocol/execution.ts';
import type { EventOf, EventType, NoodleEvent } from '../../agent/protocol/events.ts';
import { success } from '../../agent/protocol/failure.ts';
import { StepId } from '../../agent/protocol/ids.ts';
import { openStore, type Store } from '../../agent/store/store.ts';

export interface EngineRigOptions {
  readonly clock?: Clock;
  readonly limits?: Partial<Limits>;
  /** A state directory that is already there, and stays. */
  readonly stateDirectory?: string;
}

export class EngineRig implements AsyncDisposable {
  readonly stateDirectory: string;
  readonly events: EventBus;
  readonly said: NoodleEvent[] = [];
  readonly store: Store;
  readonly processes: Processes;
  readonly engine: Engine;
  readonly clock: Clock;
  limits: Limits;
  readonly #ownsFolder: boolean;

  private constructor(stateDirectory: string, store: Store, options: EngineRigOptions) {
    this.stateDirectory = stateDirectory;
    this.store = store;
    this.#ownsFolder = options.stateDirectory === undefined;
    this.clock = options.clock ?? systemClock;
    this.limits = { parallelExecutions: 5, builds: 3, tests: 2, commands: 4, ...options.limits };
    this.events = createEventBus((error) => {
      throw error;
    });
    this.events.onAny((event) => this.said.push(event));
    const recordsFolder = processRecordsFolder(stateDirectory);
    this.processes = createProcesses({ clock: systemClock, log: silentLog, recordsFolder });
    this.engine = createEngine({
      store,
      events: this.events,
      processes: this.processes,
      clock: this.clock,
      log: silentLog,
      stateDirectory,
      limits: () => this.limits,
    });
  }

  static async create(options: EngineRigOptions = {}): Promise<EngineRig> {
    const stateDirectory = options.stateDirectory ?? (await mkdtemp(path.join(tmpdir(), 'noodle-engine-')));
    const onNotice = () => {};
    const directory = path.join(stateDirectory, 'store');
    const store = await openStore({ directory, clock: systemClock, log: silentLog, onNotice });
    return new EngineRig(stateDirectory, store, options);
  }

  submit(steps: readonly StepDefinition[], more: Partial<ExecutionSpec> = {}): ExecutionHandle {
    return this.engine.submit({
      kind: 'pipeline',
      name: 'Run impacted tests',
      trigger: 'command',
      changedFiles: 1,
      timeoutMs: 60_000,
      priority: 'interactive',
      prepare: () => Promise.resolve(success(steps)),
      ...more,
    });
  }

  /** The events of one type, so far. */
  all<T extends EventType>(type: T): EventOf<T>[] {
    // The comparison proves the type; TypeScript cannot relate a generic literal to the union.
    return this.said.filter((event) => event.type === type) as EventOf<T>[];
  }

  /** The next event that fits. */
  next<T extends EventType>(type: T, fits: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
    return new Promise((resolve) => {
      const stop = this.events.on(type, (event) => {
        if (!fits(event)) return;
        stop();
        resolve(event);
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.dispose();
    await this.processes.dispose();
    await this.store.dispose();
    if (this.#ownsFolder) await rm(this.stateDirectory, { recursive: true, force: true });
  }
}

/** A step that succeeds at once, unless told otherwise. */
export function step(
  id: string,
  more: Partial<StepDefinition> & { readonly needed?: readonly string[] } = {},
): StepDefinition {
  const { needed = [], ...rest } = more;
  return {
    id: StepId.parse(id),
    name: id,
    kind: 'command',
    needs: needed.map((need) => StepId.parse(need)),
    slot: 'none',
    timeoutMs: 60_000,
    run: () => Promise.resolve({ state: 'succeeded' }),
    ...rest,
  };
}

/** State and reason of each step but the plan, by id. */
export function statesOf(execution: Execution): Record<string, string> {
  const steps = execution.steps.filter(({ kind }) => kind !== 'plan');
  return Object.fromEntries(
    steps.map((each: Step) => [each.id, each.reason === null ? each.state : `${each.state}: ${each.reason}`]),
  );
}

/** A step's `run` that is held until the test lets it go. */
export function gate() {
  const entered = Promise.withResolvers<StepContext>();
  const outcome = Promise.withResolvers<StepOutcome>();
  const run = (context: StepContext) => {
    entered.resolve(context);
    return outcome.promise;
  };
  return {
    run,
    entered: entered.promise,
    end: (state: StepOutcome['state'] = 'succeeded') => outcome.resolve({ state }),
  };
}

/** A step's `run` that ends when it is told to. */
export const untilAborted = ({ signal }: StepContext): Promise<StepOutcome> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve({ state: 'failed', reason: 'stopped' })));
