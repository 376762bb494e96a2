// Runs the files of one project to the end: what hangs or kills its runner is named, and the others run again without it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { ProcessExit, ProcessSpec } from '../platform/processes.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Settings } from '../protocol/settings.ts';
import { present } from './native/present.ts';
import type { BatchContext, BatchOutcome, ReportedResult, TestAdapter, TestBatch, TestProject } from './adapter.ts';
import type { StandbyUse } from './warm/standby-use.ts';

/** What the run of a project tells as it goes. */
export interface ProjectListener {
  fileStarted(file: RepoPath): void;
  result(result: ReportedResult): void;
  fileFinished(file: RepoPath): void;
  /** These files run once more. */
  restarting(files: ReadonlySet<RepoPath>): void;
}

export interface ProjectRunOptions {
  /** Without symbolic links. */
  readonly root: string;
  readonly runnerFolder: string;
  readonly adapter: TestAdapter;
  /** Absolute; each batch gets a folder of its own below it. */
  readonly temporaryFolder: string;
  /** Absolute; what adapters build is kept in it. */
  readonly keptFolder: string;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly listener: ProjectListener;
  log(text: string): void;
  /** The processes record what test files use. */
  readonly recordsEvidence: boolean;
  /** Where an adapter that counts lines tells them; absent: nobody asked. */
  readonly countCoverage?: NonNullable<BatchContext['countCoverage']>;
  /** Absolute; outlives the run. */
  readonly standbyFolder: string;
  /** Starts a process whose output goes into the log, or takes one that stands by; it is killed when `signal` is aborted. */
  run(spec: ProcessSpec, standby?: StandbyUse): Promise<ProcessExit>;
  readonly recall: BatchContext['recall'];
}

/** How a project's run ended beside its results; null: as it should. */
export interface ProjectTrouble {
  readonly message: string;
  readonly isRunnerMissing: boolean;
}

/** So often a project's runner may break or hang in one run; then what is left is not run. */
const mostAttempts = 6;

/** The limit of a test is not that of its runner: so long, at least, may it take to load before the first file begins. */
const shortestStartMs = 60_000;

/** Runs the batches one after the other. Resolves with what went wrong beside the results. */
export async function runProject(
  batches: readonly TestBatch[],
  options: ProjectRunOptions,
): Promise<ProjectTrouble | null> {
  let trouble: ProjectTrouble | null = null;
  for (const batch of batches) {
    if (options.signal.aborted) break;
    trouble = (await runBatch(batch, options)) ?? trouble;
    if (trouble?.isRunnerMissing === true) break;
  }
  return trouble;
}

async function runBatch(first: TestBatch, options: ProjectRunOptions): Promise<ProjectTrouble | null> {
  const finished = new Set<RepoPath>();
  const broken = new Set<RepoPath>();
  let batch = first;
  for (let attempt = 1; ; attempt++) {
    const watch = new AttemptWatch(options, finished);
    const outcome = await runOnce(batch, watch, options);
    const verdict = judge(outcome, watch, options);
    if (verdict.state === 'ended') return verdict.trouble;
    for (const file of verdict.culprits) {
      broken.add(file);
      if (!verdict.isReported)
        options.listener.result({
          file,
          titlePath: [],
          status: verdict.status,
          durationMs: 0,
          message: verdict.message,
          ...verdict.hungAt,
        });
      options.listener.fileFinished(file);
    }
    const left = (batch.files ?? first.project.files).filter((file) => !finished.has(file) && !broken.has(file));
    if (left.length === 0) return null;
    if (attempt === mostAttempts)
      return {
        message: `${left.length} test files did not run, because the runner broke ${mostAttempts} times: ${verdict.message}`,
        isRunnerMissing: false,
      };
    options.log(`\nThe runner broke: the other ${left.length} files run again without what broke it.\n`);
    options.listener.restarting(new Set(left));
    batch = { ...batch, files: left };
  }
}

type Verdict =
  | { readonly state: 'ended'; readonly trouble: ProjectTrouble | null }
  | {
      readonly state: 'broken';
      readonly culprits: readonly RepoPath[];
      readonly status: 'timed_out' | 'errored';
      readonly message: string;
      readonly isReported: boolean;
      readonly hungAt: Pick<ReportedResult, 'stack' | 'failureAt'>;
    };

function judge(outcome: BatchOutcome, watch: AttemptWatch, options: ProjectRunOptions): Verdict {
  if (outcome.state === 'finished') return { state: 'ended', trouble: null };
  if (outcome.state === 'runner_missing')
    return { state: 'ended', trouble: { message: outcome.message, isRunnerMissing: true } };
  if (options.signal.aborted) return { state: 'ended', trouble: null };
  if (outcome.isComplete === true && !watch.isHanging)
    return { state: 'ended', trouble: { message: outcome.message, isRunnerMissing: false } };
  const known = (outcome.files ?? []).filter((file) => !watch.hasFinished(file));
  const culprits = known.length > 0 ? known : watch.running();
  if (culprits.length === 0) {
    const message = watch.isHanging ? watch.sentence() : outcome.message;
    return { state: 'ended', trouble: { message, isRunnerMissing: false } };
  }
  const isReported = outcome.isReported === true;
  const hungAt = present({ stack: outcome.stack, failureAt: outcome.failureAt });
  return watch.isHanging
    ? { state: 'broken', culprits, status: 'timed_out', message: watch.sentence(), isReported, hungAt }
    : { state: 'broken', culprits, status: 'errored', message: outcome.message, isReported, hungAt };
}

async function runOnce(batch: TestBatch, watch: AttemptWatch, options: ProjectRunOptions): Promise<BatchOutcome> {
  mkdirSync(options.temporaryFolder, { recursive: true });
  const temporaryFolder = mkdtempSync(path.join(options.temporaryFolder, 'run-'));
  try {
    return await options.adapter.run(batch, batchContext(options, { temporaryFolder, watch }));
  } finally {
    watch.stop();
    rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function batchContext(
  options: ProjectRunOptions,
  { temporaryFolder, watch }: { temporaryFolder: string; watch: AttemptWatch },
): BatchContext {
  const { listener } = options;
  const signal = AbortSignal.any([options.signal, watch.signal]);
  return {
    root: options.root,
    clock: options.clock,
    temporaryFolder,
    keptFolder: options.keptFolder,
    settings: options.settings,
    signal,
    runnerFolder: options.runnerFolder,
    environment: options.environment,
    recordsEvidence: options.recordsEvidence,
    ...present({ countCoverage: options.countCoverage }),
    standbyFolder: options.standbyFolder,
    recall: options.recall,
    run: (spec, standby) => {
      const signal = spec.signal === undefined ? watch.signal : AbortSignal.any([watch.signal, spec.signal]);
      // What stands by was started without recording.
      return options.run({ ...spec, signal }, standby);
    },
    fileStarted(file) {
      if (watch.started(file)) listener.fileStarted(file);
    },
    report(result) {
      watch.begin();
      listener.result(result);
    },
    fileFinished(file) {
      if (watch.ended(file)) listener.fileFinished(file);
    },
    touch: () => watch.touch(),
    log: (text) => options.log(text),
    isHanging: () => watch.isHanging,
  };
}

/** Which files one attempt has begun and ended, and whether anything still happens. */
class AttemptWatch {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #finished: Set<RepoPath>;
  readonly #running = new Set<RepoPath>();
  readonly #hanging = new AbortController();
  #hasBegun = false;
  #lastMs: number;
  #cancelTimer: () => void;

  constructor(options: Pick<ProjectRunOptions, 'clock' | 'settings'>, finished: Set<RepoPath>) {
    this.#clock = options.clock;
    this.#idleMs = options.settings['test.defaultTimeout'] * 1000;
    this.#finished = finished;
    this.#lastMs = this.#clock.monotonicMs();
    this.#cancelTimer = this.#clock.schedule(this.#limitMs, () => this.#check());
  }

  get signal(): AbortSignal {
    return this.#hanging.signal;
  }

  get isHanging(): boolean {
    return this.#hanging.signal.aborted;
  }

  /** Why the runner was stopped. */
  sentence(): string {
    const idle = `for ${this.#limitMs / 1000} s (NOODLE_TEST_DEFAULT_TIMEOUT), so the runner was stopped`;
    return this.#hasBegun ? `No test ended ${idle}.` : `The runner began no file ${idle}.`;
  }

  /** A file begins, or what comes of a test is told: from now on the limit is that of a test. */
  begin(): void {
    this.touch();
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#cancelTimer();
    if (!this.isHanging) this.#cancelTimer = this.#clock.schedule(this.#limitMs, () => this.#check());
  }

  /** Whether it is the first time that the file begins. */
  started(file: RepoPath): boolean {
    this.begin();
    const isNew = !this.#running.has(file) && !this.#finished.has(file);
    this.#finished.delete(file);
    this.#running.add(file);
    return isNew;
  }

  ended(file: RepoPath): boolean {
    this.touch();
    this.#running.delete(file);
    const isNew = !this.#finished.has(file);
    this.#finished.add(file);
    return isNew;
  }

  hasFinished(file: RepoPath): boolean {
    return this.#finished.has(file);
  }

  running(): RepoPath[] {
    return [...this.#running];
  }

  touch(): void {
    this.#lastMs = this.#clock.monotonicMs();
  }

  stop(): void {
    this.#cancelTimer();
  }

  get #limitMs(): number {
    return this.#hasBegun ? this.#idleMs : Math.max(this.#idleMs, shortestStartMs);
  }

  #check(): void {
    const restMs = this.#lastMs + this.#limitMs - this.#clock.monotonicMs();
    if (restMs <= 0) this.#hanging.abort();
    else this.#cancelTimer = this.#clock.schedule(restMs, () => this.#check());
  }
}

/** The batches of a project: files with chosen cases run by themselves, the others together. */
export function batchesOf(
  project: TestProject,
  files: readonly RepoPath[] | null,
  casesOf: ReadonlyMap<RepoPath, readonly (readonly string[])[]>,
): TestBatch[] {
  if (files === null) return [{ project, files: null, only: [] }];
  const whole = files.filter((file) => !casesOf.has(file));
  const partial = files
    .filter((file) => casesOf.has(file))
    .map((file) => ({ project, files: [file], only: casesOf.get(file) ?? [] }));
  return whole.length === 0 ? partial : [...partial, { project, files: whole, only: [] }];
}
