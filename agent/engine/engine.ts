// How anything runs: executions made of steps in a DAG, with slots, timeouts, cancellation, logs and a record that survives a crash.
import path from 'node:path';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Processes } from '../platform/processes.ts';
import type { Execution } from '../protocol/execution.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { ExecutionId, StepId } from '../protocol/ids.ts';
import { getExecution, listExecutions, saveExecution } from '../store/executions.ts';
import { nearest } from '../protocol/nearest.ts';
import type { Store } from '../store/store.ts';
import type { ExecutionSpec } from './definitions.ts';
import { isSafeExecutionId, newExecutionId } from './execution-ids.ts';
import { ExecutionRun } from './execution-run.ts';
import { LogFolder } from './log-folder.ts';
import { MemoryBudget } from './memory-budget.ts';
import { MemoryMeter, type MeasureMemory } from './memory-meter.ts';
import { recover, type Fate } from './recovery.ts';
import { RunQueue, type Queued } from './run-queue.ts';
import { SlotPool, type PooledSlot } from './slots.ts';

export type {
  ExecutionSpec,
  ProgressUpdate,
  Slot,
  StepContext,
  StepDefinition,
  StepOutcome,
  StepProcess,
} from './definitions.ts';
export { maskedText } from './masker.ts';
export { Typing, whileTyping } from './typing.ts';
export type { Fate } from './recovery.ts';

export interface ExecutionHandle {
  readonly id: ExecutionId;
  /** Resolves when the queued execution is on disk (or cannot be written): its id may be acknowledged. Never rejects. */
  readonly recorded: Promise<void>;
  /** Resolves when everything has ended, no process is left and the record is written. Never rejects. */
  readonly finished: Promise<Execution>;
  /** Asks it to end; when it has, `finished` resolves. What has ended is left as it is. */
  cancel(reason: string): void;
  current(): Execution;
}

/** A part of a log; shape of the operation getExecutionLog. */
export interface LogPart {
  readonly text: string;
  /** Where to go on reading, in bytes; null when all that was written so far has been read. */
  readonly nextOffset: number | null;
  /** Bytes that were left out between `offset` and the text, because the log was too long to keep. */
  readonly droppedBytes: number;
}

/** How much may run at once. */
export interface Limits {
  readonly parallelExecutions: number;
  readonly builds: number;
  readonly tests: number;
  readonly commands: number;
  /** Memory that steps share, by what they are expected to take. Absent: nobody waits for memory. */
  readonly memoryBytes?: number;
}

export interface Engine {
  /** Queues an execution. `prepare` is never called before this has returned. */
  submit(spec: ExecutionSpec): ExecutionHandle;
  get(id: ExecutionId): Execution | null;
  /** The latest first; with `before`, those that were submitted before that one, none when it is not known. */
  list(limit: number, before?: ExecutionId): Execution[];
  /** Starts no further step of it until it is resumed. `conflict` when it has ended. */
  pause(id: ExecutionId, reason: string): Result<Execution>;
  resume(id: ExecutionId): Result<Execution>;
  /** Cancelling what has ended changes nothing. */
  cancel(id: ExecutionId, reason: string): Result<Execution>;
  /** Without a step: what all steps wrote, in order of time, under headings. */
  log(id: ExecutionId, stepId: StepId | undefined, offset: number): Promise<Result<LogPart>>;
  /**
   * Once at start, before the first `submit`: kills the processes that a crash left, and marks what it interrupted. What
   * `fateOf` says is gone on with is answered: the caller submits it, as `resumes`. What it leaves to a later agent stays
   * recorded as it is, and shows here as interrupted.
   */
  recover(fateOf?: (execution: Execution) => Fate): Promise<readonly Execution[]>;
  /** What was left to a later agent, as it shows. */
  left(): readonly Execution[];
  /** Records what was left as interrupted, so that no later agent goes on with it. Others stay as they are. */
  giveUp(id: ExecutionId): Promise<void>;
  /** Deletes the logs of executions that ended before `timestamp`; answers how many. */
  pruneLogs(timestamp: number): Promise<number>;
  /** What waits for a slot looks again. */
  limitsChanged(): void;
  isIdle(): boolean;
  /** Cancels what runs and waits until it has ended and is recorded. Later submissions are cancelled at once. */
  dispose(): Promise<void>;
}

export interface EngineOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute. The engine writes below `logs/` in it. */
  readonly stateDirectory: string;
  /** Asked whenever something could start, so that changed settings count at once. */
  readonly limits: () => Limits;
  /** Absent where memory cannot be measured. */
  readonly measureMemory?: MeasureMemory;
}

/** An engine with nothing to do. Call `recover` before the first submission. */
export function createEngine(options: EngineOptions): Engine {
  return new ExecutionEngine(options);
}

class ExecutionEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #runs = new Map<ExecutionId, { readonly run: ExecutionRun; cancel(reason: string): void }>();
  /** Executions that a later agent goes on with, as they show until then. */
  readonly #left = new Map<ExecutionId, Execution>();
  readonly #logs: LogFolder;
  readonly #queue: RunQueue;
  readonly #slots: Readonly<Record<PooledSlot, SlotPool>>;
  readonly #memory: MemoryBudget;
  readonly #meter: MemoryMeter | null;
  #isDisposed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#logs = new LogFolder(path.join(options.stateDirectory, 'logs'), options);
    this.#queue = new RunQueue(() => options.limits().parallelExecutions);
    this.#slots = {
      build: new SlotPool(() => options.limits().builds),
      test: new SlotPool(() => options.limits().tests),
      command: new SlotPool(() => options.limits().commands),
    };
    this.#memory = new MemoryBudget(() => options.limits().memoryBytes ?? Number.POSITIVE_INFINITY);
    const { clock, measureMemory } = options;
    this.#meter = measureMemory === undefined ? null : new MemoryMeter({ clock, measure: measureMemory });
  }

  submit(spec: ExecutionSpec): ExecutionHandle {
    const run = this.#open(spec);
    const group = spec.concurrencyGroup;
    const queued: Queued = {
      isInteractive: run.isInteractive,
      start: (place) => run.start(place),
      ...(group === undefined ? {} : { group }),
    };
    const cancel = (reason: string) => {
      run.cancel(reason);
      if (this.#queue.remove(queued)) void run.endUnstarted();
    };
    this.#runs.set(run.id, { run, cancel });
    void run.finished.then(() => this.#runs.delete(run.id));
    this.#queue.add(queued);
    if (this.#isDisposed) cancel(leaving);
    return { id: run.id, recorded: run.recorded, finished: run.finished, cancel, current: () => run.current() };
  }

  get(id: ExecutionId): Execution | null {
    return this.#runs.get(id)?.run.current() ?? this.#left.get(id) ?? getExecution(this.#options.store, id);
  }

  list(limit: number, before?: ExecutionId): Execution[] {
    const { store } = this.#options;
    if (before !== undefined) return listExecutions(store, limit, before).map((each) => this.get(each.id) ?? each);
    const live = [...this.#runs.values()].map(({ run }) => run.current());
    const recorded = listExecutions(store, limit)
      .filter(({ id }) => !this.#runs.has(id))
      .map((each) => this.#left.get(each.id) ?? each);
    return [...live, ...recorded].toSorted((a, b) => b.queuedAt - a.queuedAt).slice(0, limit);
  }

  cancel(id: ExecutionId, reason: string): Result<Execution> {
    this.#runs.get(id)?.cancel(reason);
    const execution = this.get(id);
    return execution === null ? noExecution(id) : success(execution);
  }

  async log(id: ExecutionId, stepId: StepId | undefined, offset: number): Promise<Result<LogPart>> {
    const execution = isSafeExecutionId(id) ? this.get(id) : null;
    if (execution === null) return noExecution(id);
    const steps = execution.steps.map((step) => step.id);
    if (stepId !== undefined && !steps.includes(stepId)) return noStep(execution, stepId);
    return success(await this.#logs.read(id, stepId, offset));
  }

  limitsChanged(): void {
    for (const pool of Object.values(this.#slots)) pool.limitChanged();
  }

  pause(id: ExecutionId, reason: string): Result<Execution> {
    return this.#changed(id, this.#runs.get(id)?.run.pause(reason) ?? false);
  }

  resume(id: ExecutionId): Result<Execution> {
    return this.#changed(id, this.#runs.get(id)?.run.resume() ?? false);
  }

  #changed(id: ExecutionId, isChanged: boolean): Result<Execution> {
    const execution = this.get(id);
    if (execution === null) return noExecution(id);
    if (isChanged) return success(execution);
    return failure('conflict', `the execution ${id} has ended: ${execution.state.replace('_', ' ')}`, { place: 'id' });
  }

  async recover(
    fateOf: (execution: Execution) => Fate = () => ({ kind: 'interrupted' }),
  ): Promise<readonly Execution[]> {
    const { resumed, left } = await recover(this.#options, fateOf);
    for (const execution of left) this.#left.set(execution.id, execution);
    return resumed;
  }

  left(): readonly Execution[] {
    return [...this.#left.values()];
  }

  async giveUp(id: ExecutionId): Promise<void> {
    const execution = this.#left.get(id);
    if (execution === undefined) return;
    this.#left.delete(id);
    await this.#options.store.transact((tx) => saveExecution(tx, execution));
  }

  async pruneLogs(timestamp: number): Promise<number> {
    return this.#logs.prune(timestamp, new Set(this.#runs.keys()));
  }

  isIdle(): boolean {
    return this.#runs.size === 0;
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    const live = [...this.#runs.values()];
    for (const { run, cancel } of live) {
      cancel(leaving);
      run.end(leaving);
    }
    await Promise.all(live.map(({ run }) => run.finished));
  }

  #open(spec: ExecutionSpec): ExecutionRun {
    const { clock, log, events, store, processes } = this.#options;
    const id = spec.resumes?.id ?? newExecutionId(spec.kind, clock.now());
    const output = this.#logs.open(id, spec.resumes !== undefined);
    const shared = { slots: this.#slots, memory: this.#memory, meter: this.#meter };
    return new ExecutionRun({ id, spec, clock, log, events, store, processes, output, ...shared });
  }
}

const leaving = 'the agent is leaving';

const mostNamed = 20;

function noStep({ id, steps }: Execution, found: string): Result<never> {
  const ids = steps.map((step) => step.id);
  const near = nearest(found, ids);
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '';
  return failure(
    'not_found',
    `${id} has no step ${JSON.stringify(found)}${near === null ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
    {
      place: 'stepId',
      hint: ids.length === 0 ? 'It has none yet.' : `It has ${ids.slice(0, mostNamed).join(', ')}${more}.`,
    },
  );
}

function noExecution(id: string): Result<never> {
  return failure('not_found', `there is no execution ${id}`);
}
