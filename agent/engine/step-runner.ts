// Runs one step: its processes, its limits, and an end in any case.
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { ProcessExit, ProcessHandle, ProcessSpec, Processes } from '../platform/processes.ts';
import type { Disposer } from '../protocol/client.ts';
import { FailureError } from '../protocol/failure.ts';
import type { Step } from '../protocol/execution.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import { startDeadline, startIdleTimer, tookTooLong, gotNowhere, type Deadline, type IdleTimer } from './deadlines.ts';
import type { ProgressUpdate, StepContext, StepDefinition, StepOutcome, StepProcess } from './definitions.ts';
import type { ExecutionLog } from './execution-log.ts';
import { createMasker, maskedForms, type Masker } from './masker.ts';
import type { MemoryWatch } from './memory-meter.ts';
import type { LifeEvent } from './state.ts';
import type { ServiceTie } from './walk-steps.ts';

/** What a step needs of the execution and the engine around it. */
export interface StepSurroundings {
  readonly executionId: ExecutionId;
  /** Aborted with a FailureError when the whole execution is to end. */
  readonly signal: AbortSignal;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly log: Log;
  readonly output: ExecutionLog;
  elapsedMs(): number;
  progress(update: ProgressUpdate): void;
  steps(): readonly Step[];
  say(reason: string | null): void;
  waits(isWaiting: boolean): void;
  /** Asks for the step's slot anew; false when the execution ends first. */
  slotAgain(priority: number): Promise<boolean>;
  readonly tie: ServiceTie;
  /** Absent where memory cannot be measured. */
  readonly memory?: MemoryWatch;
}

export interface StepEnd {
  readonly event: LifeEvent;
  /** What needs a step that was skipped is skipped too. */
  readonly isBlocking?: boolean;
  /** It could not do its work at all. */
  readonly isUnable?: boolean;
  readonly reason?: string;
  readonly exitCode?: number;
}

/** How long a step that was told to end may take for it, beside its processes, before it is given up. */
const giveUpMs = 10_000;

/** Runs the step and resolves when it has ended and no process of its own is left. Never rejects. */
export function runStep(definition: StepDefinition, surroundings: StepSurroundings): Promise<StepEnd> {
  return new RunningStep(definition, surroundings).run();
}

type Stream = 'log' | 'stdout' | 'stderr';

class RunningStep {
  readonly #definition: StepDefinition;
  readonly #around: StepSurroundings;
  readonly #abort = new AbortController();
  readonly #processes = new Set<ProcessHandle>();
  readonly #broken = Promise.withResolvers<never>();
  /** What every piece of output goes through, one for each stream; empty without secrets. */
  #forms: readonly string[];
  readonly #maskers = new Map<Stream, Masker>();
  #deadline: Deadline | null = null;
  #idle: IdleTimer | null = null;
  #cancelGivingUp: Disposer = () => {};

  constructor(definition: StepDefinition, surroundings: StepSurroundings) {
    this.#definition = definition;
    this.#around = surroundings;
    this.#forms = maskedForms(definition.secrets ?? []);
  }

  async run(): Promise<StepEnd> {
    const stopTimers = this.#startTimers();
    const follow = () => this.#abort.abort(this.#around.signal.reason);
    if (this.#around.signal.aborted) follow();
    else this.#around.signal.addEventListener('abort', follow, { once: true });
    const end = await this.#outcome();
    stopTimers();
    this.#around.signal.removeEventListener('abort', follow);
    await this.#endProcesses();
    for (const masker of this.#maskers.values()) void this.#around.output.append(this.#definition.id, masker.flush());
    await this.#around.output.closeStep(this.#definition.id);
    return this.#masked(this.#cause() ?? end);
  }

  #startTimers(): () => void {
    const { clock } = this.#around;
    const { timeoutMs, idleTimeoutMs } = this.#definition;
    const deadline = startDeadline(clock, timeoutMs, () => this.#abort.abort(tookTooLong(timeoutMs)));
    this.#deadline = deadline;
    if (idleTimeoutMs !== undefined) {
      this.#idle = startIdleTimer(clock, idleTimeoutMs, () => this.#abort.abort(gotNowhere(idleTimeoutMs)));
    }
    return () => {
      deadline.dispose();
      this.#idle?.dispose();
      this.#cancelGivingUp();
    };
  }

  async #outcome(): Promise<StepEnd> {
    try {
      const work = this.#definition.run(this.#context());
      return endOf(await Promise.race([work, this.#broken.promise, this.#givenUp()]));
    } catch (error) {
      if (this.#abort.signal.aborted) return { event: 'failed' };
      this.#around.log.error('a step broke', { step: this.#definition.id, error });
      return { event: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Why the step was stopped, if it was: that counts more than what it made of it. */
  #cause(): StepEnd | null {
    const { aborted, reason } = this.#abort.signal;
    if (!aborted || !(reason instanceof FailureError)) return null;
    const event = reason.failure.reason === 'timed_out' ? 'timed_out' : 'cancelled';
    return { event, reason: reason.message };
  }

  /** Rejects some time after the step was told to end, for one that does not listen. */
  #givenUp(): Promise<never> {
    return new Promise((_, reject) => {
      const countDown = () => {
        this.#cancelGivingUp = this.#around.clock.schedule(giveUpMs, () => reject(this.#abort.signal.reason));
      };
      if (this.#abort.signal.aborted) countDown();
      else this.#abort.signal.addEventListener('abort', countDown, { once: true });
    });
  }

  /** What the step started and did not wait for ends with it. */
  async #endProcesses(): Promise<void> {
    for (const handle of this.#processes) handle.kill();
    await Promise.all([...this.#processes].map((handle) => handle.exited));
  }

  #masked(end: StepEnd): StepEnd {
    return end.reason === undefined ? end : { ...end, reason: this.#hide(end.reason) };
  }

  #hide(text: string): string {
    const masker = createMasker(this.#forms);
    return masker.push(text) + masker.flush();
  }

  /** From now on; what was held back until now has nothing of them. */
  #hideMore(secrets: readonly string[]): void {
    const more = maskedForms(secrets).filter((form) => !this.#forms.includes(form));
    if (more.length === 0) return;
    for (const masker of this.#maskers.values()) void this.#around.output.append(this.#definition.id, masker.flush());
    this.#maskers.clear();
    this.#forms = [...this.#forms, ...more].toSorted((a, b) => b.length - a.length);
  }

  #write(stream: Stream, text: string): void | Promise<void> {
    if (this.#forms.length === 0) return this.#around.output.append(this.#definition.id, text);
    const masker = this.#maskers.get(stream) ?? createMasker(this.#forms);
    this.#maskers.set(stream, masker);
    return this.#around.output.append(this.#definition.id, masker.push(text));
  }

  #context(): StepContext {
    const { executionId, elapsedMs, progress, steps, say, waits, tie } = this.#around;
    return {
      executionId,
      stepId: this.#definition.id,
      signal: this.#abort.signal,
      elapsedMs,
      progress,
      steps,
      say: (reason) => say(reason === null ? null : this.#hide(reason)),
      waits,
      takeTurn: (priority) => this.#takeTurn(priority),
      ready: () => tie.ready(),
      released: tie.released,
      log: (text) => void this.#write('log', text),
      run: (spec) => this.#runProcess(spec),
      hide: (secrets) => this.#hideMore(secrets),
      touch: () => this.#idle?.touch(),
    };
  }

  async #takeTurn(priority: number): Promise<boolean> {
    this.#deadline?.suspend();
    const isItsTurn = await this.#around.slotAgain(priority);
    if (isItsTurn) this.#deadline?.proceed();
    this.#idle?.touch();
    return isItsTurn && !this.#abort.signal.aborted;
  }

  async #runProcess({ filter, ...spec }: StepProcess): Promise<ProcessExit> {
    const { onReport } = spec;
    const filtered = (stream: 'stdout' | 'stderr', text: string) =>
      filter === undefined ? text : filter(stream, text);
    const handle = this.#around.processes.start({
      ...spec,
      signal: spec.signal === undefined ? this.#abort.signal : AbortSignal.any([this.#abort.signal, spec.signal]),
      onStdout: (text) =>
        spec.isStdoutReport === true
          ? this.#guard(() => spec.onStdout?.(text))
          : this.#take('stdout', filtered('stdout', text), spec.onStdout),
      onStderr: (text) => this.#take('stderr', filtered('stderr', text), spec.onStderr),
      ...(onReport === undefined ? {} : { onReport: (line: string) => void this.#guard(() => onReport(line)) }),
    });
    this.#processes.add(handle);
    if (handle.pid !== null) this.#around.memory?.started(handle.pid);
    const exit = await handle.exited;
    if (handle.pid !== null) this.#around.memory?.ended(handle.pid);
    this.#processes.delete(handle);
    if (filter !== undefined)
      for (const stream of ['stdout', 'stderr'] as const) void this.#write(stream, filter(stream, null));
    return exit;
  }

  #take(stream: Stream, text: string, listener: ProcessSpec['onStdout']): void | Promise<void> {
    const written = this.#write(stream, text);
    const taken = this.#guard(() => listener?.(text));
    if (written === undefined || taken === undefined) return written ?? taken;
    return Promise.all([written, taken]).then(() => {});
  }

  /** A listener that throws breaks its step, not the agent. */
  #guard(call: () => void | Promise<void>): void | Promise<void> {
    try {
      return call();
    } catch (error) {
      this.#broken.reject(error);
    }
  }
}

function endOf(outcome: StepOutcome): StepEnd {
  const { state, reason, exitCode, isBlocking = false, isUnable = false } = outcome;
  return {
    event: state,
    isBlocking,
    isUnable,
    ...(reason === undefined ? {} : { reason }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}
