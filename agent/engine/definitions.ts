// What users of the engine hand to it: executions, their steps, and what a step may do while it runs.
import type { ProcessExit, ProcessSpec } from '../platform/processes.ts';
import type { Execution, ExecutionKind, ExecutionState, Step, StepKind, Trigger } from '../protocol/execution.ts';
import type { Result } from '../protocol/failure.ts';
import type { ExecutionId, StepId } from '../protocol/ids.ts';

/** The budgets that steps share over all executions; `none` costs nothing and starts at once. */
export type Slot = 'build' | 'test' | 'command' | 'none';

/** How a step ended by itself. `skipped` means that there was nothing to do: what needs the step goes on. */
export interface StepOutcome {
  readonly state: 'succeeded' | 'failed' | 'skipped';
  /** Of a step that is skipped: what needs it is skipped too. */
  readonly isBlocking?: boolean;
  /** Of a step that failed: it could not do its work at all, so it found no failure. */
  readonly isUnable?: boolean;
  readonly reason?: string;
  readonly exitCode?: number;
}

export interface StepDefinition {
  readonly id: StepId;
  readonly name: string;
  readonly kind: StepKind;
  /** Steps that must have succeeded or had nothing to do; when one failed, this one is skipped: `<name> failed`. */
  readonly needs: readonly StepId[];
  /** Steps that must have ended, however they ended. */
  readonly after?: readonly StepId[];
  readonly slot: Slot;
  /** Longest duration, counted from when the step got its slot. */
  readonly timeoutMs: number;
  /** Longest time without `touch()`, which the engine itself never calls. Absent: no such limit. */
  readonly idleTimeoutMs?: number;
  /** Memory that it is expected to take; it waits until so much is free. Absent: not known, and never waited for. */
  readonly expectedBytes?: number;
  /** What it is expected to take, in milliseconds. Absent: not known. */
  readonly expectedMs?: number;
  /** On the chain of steps that is expected to take longest. */
  readonly isCritical?: boolean;
  /** Of the steps of one execution that wait for a slot the highest comes first; 0 when absent. */
  readonly priority?: number;
  /** Runs after all others that are not final, even when the execution was called off or is out of time. */
  readonly isFinal?: boolean;
  /** Goes on beside the steps that need it: they start when it says `ready()`, and when the last one ended it is `released`. */
  readonly isService?: boolean;
  /** When it fails, it counts as succeeded, with the failure as its reason. */
  readonly mayFail?: boolean;
  /** Running it twice is not the same as once: it is not begun before it is on disk that it is. */
  readonly mustBeRecorded?: boolean;
  /** Never shown in its log or its reason, in none of the forms in which programs print a text. */
  readonly secrets?: readonly string[];
  /** May throw: the step has failed then, and the cause is logged. */
  run(context: StepContext): Promise<StepOutcome>;
  /** Told instead of `run` when the step ended without being started: its need failed, or it was cancelled. */
  notRun?(executionId: ExecutionId, ended: { readonly state: ExecutionState; readonly reason: string | null }): void;
}

/** What is added to an execution's progress; numbers add up, but for `plannedTests` and `changedFiles`, which replace. */
export interface ProgressUpdate {
  readonly plannedTests?: number;
  readonly changedFiles?: number;
  readonly finishedTests?: number;
  readonly passed?: number;
  /** The first one sets the execution's time to the first failure. */
  readonly failed?: number;
  readonly skipped?: number;
}

/** A process of a step. */
export interface StepProcess extends ProcessSpec {
  /** What is shown of a piece of its output, which may hold a rest back; called with null at its end, for that rest. */
  readonly filter?: (stream: 'stdout' | 'stderr', text: string | null) => string;
}

export interface StepContext {
  readonly executionId: ExecutionId;
  readonly stepId: StepId;
  /** Aborted when the step is cancelled or out of time; its reason is a FailureError with `cancelled` or `timed_out`. */
  readonly signal: AbortSignal;
  /** Milliseconds since the execution started. */
  elapsedMs(): number;
  /** Appends to the step's log. */
  log(text: string): void;
  /** Starts a process whose output goes into the step's log, and waits for it. It is killed with the step, or by its own signal. */
  run(spec: StepProcess): Promise<ProcessExit>;
  /** Keeps more secrets out of what the step shows from now on. */
  hide(secrets: readonly string[]): void;
  progress(update: ProgressUpdate): void;
  /** The steps of the execution as they are now. */
  steps(): readonly Step[];
  /** Says what the step is at; shown as its reason until it ends. */
  say(reason: string | null): void;
  /** Whether it waits for somebody or something outside: meanwhile the execution leaves its place to others, and its time stands still. */
  waits(isWaiting: boolean): void;
  /**
   * Gives its slot to what waits for one with a higher priority, and goes on with what is left of it when that has one;
   * its time stands still meanwhile. False when it is to end instead.
   */
  takeTurn(priority: number): Promise<boolean>;
  /** Of a service: what needs it can start. */
  ready(): void;
  /** Of a service: aborted when nothing needs it any more. */
  readonly released: AbortSignal;
  /** Says that something was achieved: the idle timeout counts from now. */
  touch(): void;
}

export interface ExecutionSpec {
  readonly kind: ExecutionKind;
  readonly name: string;
  readonly trigger: Trigger;
  readonly changedFiles: number;
  /** Longest duration, counted from when the execution left the queue. */
  readonly timeoutMs: number;
  /** Interactive executions get slots first. */
  readonly priority: 'interactive' | 'background';
  /** Executions of one group run one after the other. */
  readonly concurrencyGroup?: string;
  /** An unfinished execution of an earlier agent that is gone on with: under its id, without the steps that had succeeded. */
  readonly resumes?: Execution;
  /** Steps that had succeeded in another execution: they are taken over as they are given here and not run. */
  readonly takenOver?: ReadonlyMap<StepId, Step>;
  /** Works out the steps. Runs as the execution's first step, `plan`; a failure fails the execution with its message. */
  prepare(context: StepContext): Promise<Result<readonly StepDefinition[]>>;
}
