// How anything runs: executions made of steps in a DAG, with slots, timeouts, cancellation, logs and a record that survives a crash.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Processes } from '../platform/processes.ts';
import type { Execution } from '../protocol/execution.ts';
import type { Result } from '../protocol/failure.ts';
import type { ExecutionId, StepId } from '../protocol/ids.ts';
import type { Store } from '../store/store.ts';
import type { ExecutionSpec } from './definitions.ts';

export type { ExecutionSpec, ProgressUpdate, Slot, StepContext, StepDefinition, StepOutcome } from './definitions.ts';

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
}

export interface Engine {
  /** Queues an execution. `prepare` is never called before this has returned. */
  submit(spec: ExecutionSpec): ExecutionHandle;
  get(id: ExecutionId): Execution | null;
  /** The latest first. */
  list(limit: number): Execution[];
  /** Cancelling what has ended changes nothing. */
  cancel(id: ExecutionId, reason: string): Result<Execution>;
  /** Without a step: what all steps wrote, in order of time, under headings. */
  log(id: ExecutionId, stepId: StepId | undefined, offset: number): Promise<Result<LogPart>>;
  /** Once at start, before the first `submit`: marks what a crash interrupted, and kills the processes that it left. */
  recover(): Promise<void>;
  /** Deletes the logs of executions that ended before `timestamp`; answers how many. */
  pruneLogs(timestamp: number): Promise<number>;
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
}

export declare function createEngine(options: EngineOptions): Engine;
