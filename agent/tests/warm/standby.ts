// One process that stands by: started ahead, it loads what it can and waits, and then takes the place of a new process.
//
//   loading ──ready──▶ waiting ──take──▶ serving ──exit──▶ ended
//      │                  ▲                 │
//      └──unfit, exit──▶ ended              └──served (a lasting one)──▶ waiting
import type { Clock } from '../../platform/clock.ts';
import type { ProcessExit, ProcessHandle, ProcessSpec, Processes } from '../../platform/processes.ts';
import { firstChanged, stampsOf, wasWrittenSince, type FileStamps } from './file-stamps.ts';
import { parseStandbyLine, type StandbyMessage } from './standby-messages.ts';
import type { StandbyUse } from './standby-use.ts';

export interface StandbyOptions {
  readonly use: StandbyUse;
  /** A hash of the names of all files. */
  readonly names: string;
  readonly processes: Processes;
  readonly clock: Clock;
  /** Modules that it may load ahead. */
  readonly modules: readonly string[];
  learned(modules: readonly string[]): void;
  /** It waits again, or has ended; `unfit` when it is of no use for this project. */
  changed(state: 'waiting' | 'ended', unfit: string | null): void;
}

/** So much of what it prints while it loads is kept for the log of the run that it serves. */
const keptOutput = 64 * 1024;

export class Standby {
  readonly #options: StandbyOptions;
  readonly #handle: ProcessHandle;
  readonly #startedAt: number;
  readonly #watched: FileStamps;
  #loaded: FileStamps = new Map();
  #state: 'loading' | 'waiting' | 'serving' | 'ended' = 'loading';
  #unfit: string | null = null;
  #early = '';
  readonly #settled = Promise.withResolvers<void>();
  #taker: { readonly spec: ProcessSpec; readonly finish: (exit: ProcessExit) => void } | null = null;

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#watched = stampsOf(options.use.watched);
    this.#handle = options.processes.start({
      ...options.use.start,
      onStdout: (text) => this.#take('onStdout', text),
      onStderr: (text) => this.#take('onStderr', text),
      onReport: (line) => this.#receive(line),
      beforeKill: async (pid) => this.#taker?.spec.beforeKill?.(pid),
    });
    this.#handle.send(`${JSON.stringify({ modules: options.modules })}\n`);
    void this.#handle.exited.then((exit) => this.#ended(exit));
  }

  get pid(): number | null {
    return this.#handle.pid;
  }

  /** Resolves when it is ready, or will never be. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  get isServing(): boolean {
    return this.#state === 'serving';
  }

  get exited(): Promise<ProcessExit> {
    return this.#handle.exited;
  }

  /** Why it must not be used any more, or null. */
  staleBecause(names: string, watched: readonly string[]): string | null {
    if (this.#options.use.knowsFiles && names !== this.#options.names) return 'other files than when it started';
    const appeared = watched.find((file) => !this.#watched.has(file));
    return appeared ?? firstChanged(this.#watched) ?? firstChanged(this.#loaded);
  }

  /** Runs `spec` in this process. Only while it waits. */
  serve(spec: ProcessSpec, use: StandbyUse): ProcessHandle {
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    this.#state = 'serving';
    const { promise, resolve } = Promise.withResolvers<ProcessExit>();
    const kill = () => this.kill();
    const finish = (exit: ProcessExit) => {
      spec.signal?.removeEventListener('abort', kill);
      this.#taker = null;
      resolve({ ...exit, durationMs: clock.monotonicMs() - startedMs });
    };
    this.#taker = { spec, finish };
    spec.signal?.addEventListener('abort', kill, { once: true });
    if (spec.signal?.aborted === true) kill();
    if (this.#early !== '') void spec.onStdout?.(this.#early);
    this.#early = '';
    this.#handle.send(`${JSON.stringify(use.order)}\n`);
    return { pid: this.#handle.pid, exited: promise, write() {}, send: (text) => this.#handle.send(text), kill };
  }

  kill(): void {
    this.#handle.kill();
  }

  #take(stream: 'onStdout' | 'onStderr', text: string): void | Promise<void> {
    if (this.#taker !== null) return this.#taker.spec[stream]?.(text);
    if (this.#early.length < keptOutput) this.#early += text;
  }

  #receive(line: string): void {
    const message = parseStandbyLine(line);
    if (message === null) this.#taker?.spec.onReport?.(line);
    else this.#act(message);
  }

  #act(message: StandbyMessage): void {
    switch (message.event) {
      case 'loaded':
        this.#options.learned(message.modules);
        return;
      case 'ready':
        if (this.#state === 'loading') this.#ready(message.files, message.unfit ?? null);
        return;
      case 'served':
        // What it printed may still be on its way through another pipe.
        if (this.#state === 'serving') setImmediate(() => this.#served());
        return;
    }
  }

  #ready(files: readonly string[], unfit: string | null): void {
    const { mustLoad } = this.#options.use;
    const known = new Set(files);
    const unseen = mustLoad.find((file) => !known.has(file));
    this.#loaded = stampsOf(files);
    this.#unfit = unfit ?? (unseen === undefined ? null : `${unseen} is loaded in a way that cannot be followed`);
    // What was saved meanwhile may have been read before: not knowing, it is not used.
    const isLate = wasWrittenSince(files, this.#startedAt);
    if (this.#unfit !== null || isLate) this.kill();
    else this.#wait();
  }

  #wait(): void {
    this.#state = 'waiting';
    this.#settled.resolve();
    this.#options.changed('waiting', null);
  }

  #served(): void {
    if (this.#state !== 'serving') return;
    this.#taker?.finish({ exitCode: 0, signalName: null, startError: null, durationMs: 0 });
    this.#wait();
  }

  #ended(exit: ProcessExit): void {
    const broke = this.#state === 'loading' && exit.signalName === null ? 'it ended before it was ready' : null;
    this.#state = 'ended';
    this.#settled.resolve();
    this.#taker?.finish(exit);
    this.#options.changed('ended', this.#unfit ?? broke);
  }
}
