// One execution from the queue to its end: prepares its steps, runs each as soon as it can, and never leaves one behind.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Processes } from '../platform/processes.ts';
import type { Execution, Step } from '../protocol/execution.ts';
import { FailureError, type Result } from '../protocol/failure.ts';
import { StepId, type ExecutionId } from '../protocol/ids.ts';
import { Announcer } from './announcer.ts';
import { calledOff, startDeadline, tookTooLong } from './deadlines.ts';
import type { ExecutionSpec, ProgressUpdate, StepDefinition } from './definitions.ts';
import type { ExecutionLog } from './execution-log.ts';
import {
  emptyExecution,
  queuedAgain,
  withPause,
  withProgress,
  withStep,
  withSteps,
  type ExecutionChange,
} from './execution-record.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { MemoryMeter } from './memory-meter.ts';
import { Presence } from './presence.ts';
import { Recorder } from './recorder.ts';
import type { Place } from './run-queue.ts';
import type { PooledSlot, SlotPool } from './slots.ts';
import { advance, hasEnded, type LifeEvent } from './state.ts';
import { checkSteps } from './step-order.ts';
import { roomFor, unlimited, type StepRoom } from './step-room.ts';
import { runStep, type StepEnd } from './step-runner.ts';
import { verdictOf } from './verdict.ts';
import { walkSteps, type ServiceTie } from './walk-steps.ts';
import type { Store } from '../store/store.ts';

export interface RunOptions {
  readonly id: ExecutionId;
  readonly spec: ExecutionSpec;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventBus;
  readonly store: Store;
  readonly processes: Processes;
  readonly output: ExecutionLog;
  readonly slots: Readonly<Record<PooledSlot, SlotPool>>;
  readonly memory: MemoryBudget;
  /** Null where memory cannot be measured. */
  readonly meter: MemoryMeter | null;
}

const planStep = StepId.parse('plan');

/** Who cancels again after so long insists; two at the same moment want the same thing once. */
const insistAfterMs = 2000;

const untied: ServiceTie = { ready() {}, released: new AbortController().signal };

export class ExecutionRun {
  readonly recorded: Promise<void>;
  readonly #options: RunOptions;
  readonly #abort = new AbortController();
  /** Aborted when not even final steps may go on. */
  readonly #end = new AbortController();
  readonly #announcer: Announcer;
  readonly #recorder: Recorder;
  readonly #finished = Promise.withResolvers<Execution>();
  /** The steps, and the place of each in the execution's list. */
  readonly #definitions = new Map<StepId, StepDefinition>();
  readonly #positions = new Map<StepId, number>();
  /** Steps whose needs cannot be met any more, with the reason that their followers inherit. */
  readonly #unmet = new Map<StepId, string>();
  #execution: Execution;
  #startedMs = 0;
  #presence: Presence | null = null;
  #isPaused = false;
  #cancelledMs = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    const { resumes } = options.spec;
    this.#execution =
      resumes === undefined ? emptyExecution(options.id, options.spec, options.clock.now()) : queuedAgain(resumes);
    const current = () => this.#execution;
    this.#announcer = new Announcer({ clock: options.clock, events: options.events, current });
    this.#recorder = new Recorder({ store: options.store, log: options.log, current });
    this.recorded = this.#recorder.executionChanged();
    this.#announcer.now();
  }

  get id(): ExecutionId {
    return this.#options.id;
  }

  get isInteractive(): boolean {
    return this.#options.spec.priority === 'interactive';
  }

  /** Resolves when everything has ended and the record is written. */
  get finished(): Promise<Execution> {
    return this.#finished.promise;
  }

  current(): Execution {
    return this.#execution;
  }

  /**
   * Tells everything that runs to end, but for final steps: those end when somebody asks again some time later. What
   * waits is cancelled at once.
   */
  cancel(reason: string): void {
    if (hasEnded(this.#execution.state)) return;
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#abort.signal.aborted && nowMs - this.#cancelledMs >= insistAfterMs) this.#end.abort(calledOff(reason));
    if (this.#abort.signal.aborted) return;
    this.#cancelledMs = nowMs;
    this.#abort.abort(calledOff(reason));
  }

  /** Ends final steps too. */
  end(reason: string): void {
    this.cancel(reason);
    this.#end.abort(calledOff(reason));
  }

  /** Starts no further step until `resume`; false when it has ended. */
  pause(reason: string): boolean {
    return this.#setPaused(true, reason);
  }

  resume(): boolean {
    return this.#setPaused(false, null);
  }

  /** Ends an execution that was never started. */
  async endUnstarted(): Promise<void> {
    await this.#finish('cancelled', reasonOf(this.#abort.signal));
  }

  /** Runs it. Resolves when it has ended and is recorded; never rejects. */
  async start(place: Place): Promise<void> {
    if (this.#abort.signal.aborted) return this.endUnstarted();
    const presence = this.#begin(place);
    await this.#work();
    presence.dispose();
    const { state, reason } = verdictOf(this.#execution.steps, this.#abort.signal);
    await this.#finish(state, reason);
  }

  #setPaused(isPaused: boolean, reason: string | null): boolean {
    if (hasEnded(this.#execution.state)) return false;
    if (this.#isPaused === isPaused) return true;
    this.#isPaused = isPaused;
    this.#change((execution) => ({ ...withPause(execution, isPaused), reason }));
    if (isPaused) this.#presence?.pause();
    else this.#presence?.resume();
    void this.#recorder.executionChanged();
    this.#announcer.now();
    return true;
  }

  #begin(place: Place): Presence {
    const { clock, spec } = this.#options;
    this.#startedMs = clock.monotonicMs();
    this.#change((execution) => advance(execution, 'started', { at: clock.now() }));
    void this.#recorder.executionChanged();
    this.#announcer.now();
    const deadline = startDeadline(clock, spec.timeoutMs, () =>
      this.#abort.abort(tookTooLong(spec.timeoutMs, 'the run')),
    );
    const presence = new Presence(place, deadline);
    if (this.#isPaused) presence.pause();
    this.#presence = presence;
    return presence;
  }

  async #work(): Promise<void> {
    const definitions = await this.#prepare();
    if (definitions === null) return;
    this.#add(definitions);
    void this.#recorder.executionChanged();
    this.#announcer.soon();
    await walkSteps(definitions, (definition, tie) =>
      this.#runWhenPossible(definition, tie).catch((error: unknown) =>
        this.#options.log.error('a step could not be run', { execution: this.id, error }),
      ),
    );
  }

  /** The first step: works out the others. Null when that failed. */
  async #prepare(): Promise<readonly StepDefinition[] | null> {
    let prepared: readonly StepDefinition[] | null = null;
    const keep = (result: Result<readonly StepDefinition[]>) => {
      const checked = result.ok ? checkSteps(result.value, planStep) : result;
      if (!checked.ok) return { state: 'failed', reason: checked.failure.message } as const;
      prepared = result.ok ? result.value : null;
      return { state: 'succeeded' } as const;
    };
    const { spec } = this.#options;
    const definition: StepDefinition = {
      id: planStep,
      name: 'plan',
      kind: 'plan',
      needs: [],
      slot: 'none',
      timeoutMs: spec.timeoutMs,
      run: async (context) => keep(await spec.prepare(context)),
    };
    this.#add([definition]);
    await this.#runStep(definition, untied, unlimited);
    return prepared;
  }

  #add(definitions: readonly StepDefinition[]): void {
    for (const definition of definitions) this.#definitions.set(definition.id, definition);
    this.#change((execution) => withSteps(execution, definitions));
    for (const [position, { id }] of this.#execution.steps.entries()) this.#positions.set(id, position);
  }

  async #runWhenPossible(definition: StepDefinition, tie: ServiceTie): Promise<void> {
    if (this.#takesOver(definition.id)) return;
    const { signal } = definition.isFinal === true ? this.#end : this.#abort;
    await this.#presence?.permitted(signal);
    const unmet = definition.needs.map((need) => this.#unmet.get(need)).find((reason) => reason !== undefined);
    if (signal.aborted) return this.#endUnstartedStep(definition, 'cancelled', reasonOf(signal));
    if (unmet !== undefined) return this.#endUnstartedStep(definition, 'skipped', unmet);
    const room = await this.#roomFor(definition, signal);
    if (room === null) return this.#endUnstartedStep(definition, 'cancelled', reasonOf(signal));
    try {
      await this.#runStep(definition, tie, room);
    } finally {
      room.release();
    }
  }

  /** Whether the step succeeded before a crash, or in the execution that this one repeats. */
  #takesOver(id: StepId): boolean {
    const position = this.#positions.get(id) ?? -1;
    if (this.#execution.steps[position]?.state === 'succeeded') return true;
    const taken = this.#options.spec.takenOver?.get(id);
    if (taken === undefined) return false;
    this.#changeStep(id, () => taken);
    return true;
  }

  async #roomFor(definition: StepDefinition, signal: AbortSignal): Promise<StepRoom | null> {
    const { slots, memory } = this.#options;
    return await roomFor(definition, {
      slots,
      memory,
      signal,
      owner: { executionId: this.id, isInteractive: this.isInteractive },
      say: (reason) => this.#changeStep(definition.id, (step) => ({ ...step, reason })),
    });
  }

  async #runStep(definition: StepDefinition, tie: ServiceTie, room: StepRoom): Promise<void> {
    this.#advanceStep(definition, { event: 'started' });
    const { clock, log, processes, output, meter } = this.#options;
    const memory = meter?.watch();
    const presence = this.#presence?.stepStarted();
    if (definition.mustBeRecorded === true) await this.#recorder.stepChanged(definition.id);
    const ended = await runStep(definition, {
      executionId: this.id,
      signal: definition.isFinal === true ? this.#end.signal : this.#abort.signal,
      processes,
      clock,
      log,
      output,
      ...(memory === undefined ? {} : { memory }),
      elapsedMs: () => clock.monotonicMs() - this.#startedMs,
      progress: (update) => this.#progress(update),
      steps: () => this.#execution.steps,
      say: (reason) => this.#changeStep(definition.id, (step) => ({ ...step, reason })),
      waits: (isWaiting) => presence?.waits(isWaiting),
      slotAgain: (priority) => room.slotAgain(priority),
      tie: {
        released: tie.released,
        ready: () => {
          presence?.waits(true);
          tie.ready();
        },
      },
    });
    presence?.ended();
    this.#noteMemory(definition.id, memory?.peakBytes ?? null);
    this.#endStep(definition, definition.mayFail === true ? allowed(ended) : ended);
  }

  #noteMemory(id: StepId, peakBytes: number | null): void {
    if (peakBytes !== null) this.#changeStep(id, (step) => ({ ...step, peakBytes }));
  }

  #endStep(definition: StepDefinition, end: StepEnd): void {
    this.#advanceStep(definition, end);
    const words = end.isBlocking === true ? 'was skipped' : inWords[end.event];
    if (words === null) return;
    this.#unmet.set(definition.id, `${definition.name} ${words}`);
    const isFailure = definition.kind !== 'plan' && (end.event === 'failed' || end.event === 'timed_out');
    if (isFailure && end.isUnable !== true) this.#noteFailure();
  }

  #endUnstartedStep(definition: StepDefinition, event: 'skipped' | 'cancelled', reason: string): void {
    this.#unmet.set(definition.id, reason);
    this.#advanceStep(definition, { event, reason });
    try {
      definition.notRun?.(this.id, { state: event, reason });
    } catch (error) {
      this.#options.log.error('a step broke', { step: definition.id, error });
    }
  }

  #advanceStep({ id }: StepDefinition, { event, reason, exitCode }: StepEnd): void {
    const at = this.#options.clock.now();
    this.#changeStep(id, (step) => ({
      ...advance({ ...step, reason: event === 'started' ? null : step.reason }, event, {
        at,
        ...(reason === undefined ? {} : { reason }),
      }),
      exitCode: exitCode ?? null,
    }));
  }

  #changeStep(id: StepId, change: (step: Step) => Step): void {
    let changed: Step | null = null;
    this.#change((execution) =>
      withStep(execution, this.#positions.get(id) ?? -1, (step) => {
        changed = change(step);
        return changed;
      }),
    );
    if (changed === null) return;
    this.#options.events.emit({ type: 'step.changed', executionId: this.id, step: changed });
    void this.#recorder.stepChanged(id);
    this.#announcer.soon();
  }

  #progress(update: ProgressUpdate): void {
    if (hasEnded(this.#execution.state)) return;
    this.#change((execution) => withProgress(execution, update));
    if ((update.failed ?? 0) > 0) this.#noteFailure();
    this.#announcer.soon();
  }

  #noteFailure(): void {
    if (this.#execution.firstFailureAtMs !== null) return;
    const firstFailureAtMs = this.#options.clock.monotonicMs() - this.#startedMs;
    this.#change((execution) => ({ ...execution, firstFailureAtMs }));
    void this.#recorder.executionChanged();
  }

  async #finish(event: LifeEvent, reason: string | null): Promise<void> {
    const at = this.#options.clock.now();
    this.#announcer.hold();
    this.#change((execution) => advance(withPause(execution, false), event, reason === null ? { at } : { at, reason }));
    await this.#options.output.close();
    await this.#recorder.executionChanged();
    await this.#recorder.settled();
    this.#announcer.now();
    this.#finished.resolve(this.#execution);
  }

  #change(change: ExecutionChange): void {
    this.#execution = change(this.#execution);
  }
}

/** What is said of a step to those that need it; null where they can go on. */
const inWords: Readonly<Record<LifeEvent, string | null>> = {
  started: null,
  succeeded: null,
  skipped: null,
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'was cancelled',
  interrupted: 'was interrupted',
};

/** A failure that is allowed. */
function allowed(end: StepEnd): StepEnd {
  if (end.event !== 'failed' && end.event !== 'timed_out') return end;
  const words = `${inWords[end.event]}, which is allowed${end.reason === undefined ? '' : `: ${end.reason}`}`;
  return { ...end, event: 'succeeded', reason: words };
}

function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof FailureError ? signal.reason.message : 'cancelled';
}
