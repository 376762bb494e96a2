// What happens when files change while somebody looks: a new plan, and a run when somebody asked for continuous runs.
import type { ExecutionHandle } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Disposer } from '../protocol/client.ts';
import type { Failure, Result } from '../protocol/failure.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Plan } from '../protocol/plan.ts';
import type { Planner } from './planner.ts';
import type { RunRequest } from './main-job.ts';
import { RestlessFiles } from './restless-files.ts';

export interface WorkspaceBatch {
  readonly paths: readonly RepoPath[];
  readonly headMoved: boolean;
  readonly everything: boolean;
}

export interface ContinuousRunOptions {
  readonly planner: Planner;
  readonly events: EventBus;
  readonly log: Log;
  readonly clock: Clock;
  /** `workspace.read`. */
  readonly read: (file: RepoPath) => string | null;
  readonly start: (request: RunRequest) => Result<ExecutionHandle>;
  /** Whether anybody would see a new plan. */
  readonly isObserved: () => boolean;
}

export interface LatestPlan {
  readonly plan: Plan;
  readonly branch: string | null;
}

/** Coalesces changes: one plan at a time, one continuous run at a time; a newer change replaces the run that it makes pointless. */
export class ContinuousRun {
  readonly #options: ContinuousRunOptions;
  readonly #watchers = new Set<string>();
  /** What changed since the last continuous run that came to its end; null: everything may have. */
  #untested: Set<RepoPath> | null = new Set();
  #running: ExecutionHandle | null = null;
  /** The run under way knows what it runs. */
  #isRunPlanned = false;
  /** The view of the working tree waits for that: whoever waits for a result comes first. */
  #isReplanDue = false;
  #isPlanning = false;
  #isReplaced = false;
  #isPlanStale = false;
  /** What changed since the last plan. */
  #unplanned: Set<RepoPath> = new Set();
  #latest: LatestPlan | null = null;
  /** Something changed while nobody looked, and no plan was made of it. */
  #isUnseen = false;

  readonly #restless: RestlessFiles;
  /** A run for restless files waits for its time. */
  #cancelPause: Disposer | null = null;
  readonly #unsubscribe: () => void;

  constructor(options: ContinuousRunOptions) {
    this.#options = options;
    this.#restless = new RestlessFiles(options.read);
    this.#unsubscribe = options.events.on('plan.made', ({ executionId }) => {
      if (executionId === this.#running?.id) this.#runPlanned();
    });
  }

  get isWatching(): boolean {
    return this.#watchers.size > 0;
  }

  /** The plan of the working tree as it is; null before the first, and after changes that nobody saw. */
  get latest(): LatestPlan | null {
    return this.#isUnseen ? null : this.#latest;
  }

  /** Somebody looks now: what changed while nobody did is planned. */
  catchUp(): void {
    if (this.#isUnseen && this.#options.isObserved()) this.replan();
  }

  watch(watcher: string): void {
    if (!this.isWatching) this.#untested = new Set();
    this.#watchers.add(watcher);
  }

  /** The watcher wants no more runs: with the last one the run that is under way ends. */
  unwatch(watcher: string): void {
    if (this.#watchers.delete(watcher) && !this.isWatching) this.#running?.cancel('nobody watches any more');
  }

  /** The watcher is gone without a word, as a window is that reloads: what runs goes on, and is found again. */
  lose(watcher: string): void {
    this.#watchers.delete(watcher);
  }

  filesChanged(batch: WorkspaceBatch): void {
    this.#options.planner.filesChanged(batch.paths, batch.everything);
    if (batch.everything) this.#untested = null;
    else if (this.#untested !== null) for (const path of batch.paths) this.#untested.add(path);
    for (const path of batch.paths) this.#unplanned.add(path);
    if (!this.#options.isObserved()) {
      this.#isUnseen = true;
      return;
    }
    if (this.isWatching && (batch.everything || batch.paths.length > 0)) this.#restart(batch);
    if (this.#running === null || (this.#isRunPlanned && !this.#isReplaced)) this.replan();
    else this.#isReplanDue = true;
  }

  /** Makes the plan of the working tree anew, once, however often it is asked while one is being made. */
  replan(): void {
    this.#isPlanStale = true;
    this.#isUnseen = false;
    if (this.#isPlanning) return;
    this.#isPlanning = true;
    void this.#planUntilFresh();
  }

  dispose(): void {
    this.#watchers.clear();
    this.#cancelPause?.();
    this.#unsubscribe();
  }

  #runPlanned(): void {
    this.#isRunPlanned = true;
    if (!this.#isReplanDue) return;
    this.#isReplanDue = false;
    this.replan();
  }

  #restart({ paths, everything }: WorkspaceBatch): void {
    const areRestless = !everything && paths.every((path) => this.#restless.isRestless(path));
    if (this.#running === null) {
      if (!areRestless) this.#start();
      else if (this.#cancelPause === null) this.#startLater();
      return;
    }
    this.#restless.changedInRun(paths);
    // Tests write them: the run that does so comes to its end.
    if (areRestless) return;
    // When it has ended, the run that replaces it is started with what both were about.
    this.#isReplaced = true;
    this.#running.cancel('replaced by a run for a newer change');
  }

  /** Something restless changed: after a pause, unless it is as it was when the last run began. */
  #startLater(): void {
    const { clock, log } = this.#options;
    const paths = [...(this.#untested ?? [])];
    log.info('files change whenever tests run, so a run for them waits', { paths });
    this.#cancelPause = clock.schedule(this.#restless.pauseMs(paths), () => {
      this.#cancelPause = null;
      if (!this.isWatching || this.#running !== null) return;
      const changed =
        this.#untested === null ? null : [...this.#untested].filter((path) => !this.#restless.isAsBefore(path));
      this.#untested = changed === null ? null : new Set(changed);
      if (changed === null || changed.length > 0) this.#start();
    });
  }

  #start(): void {
    const { start, log } = this.#options;
    this.#cancelPause?.();
    this.#cancelPause = null;
    const tested = this.#untested;
    this.#untested = new Set();
    const started = start({ trigger: 'watch', ...(tested === null ? {} : { paths: [...tested].toSorted() }) });
    if (!started.ok) {
      this.#untested = tested;
      log.warn('a continuous run could not be started', { failure: started.failure });
      this.#runPlanned();
      return;
    }
    this.#running = started.value;
    this.#isRunPlanned = false;
    this.#restless.runStarted();
    void started.value.finished.then((execution) => {
      this.#running = null;
      this.#restless.runEnded();
      const isReplaced = this.#isReplaced;
      this.#isReplaced = false;
      if (!isReplaced || !this.isWatching) {
        if (this.isWatching && this.#untested?.size !== 0) this.#startLater();
        return this.#runPlanned();
      }
      // What it tested is tested again only when it did not come to its end.
      const untested = execution.state === 'cancelled' ? tested : new Set<RepoPath>();
      this.#untested = untested === null || this.#untested === null ? null : new Set([...untested, ...this.#untested]);
      this.#start();
    });
  }

  async #planUntilFresh(): Promise<void> {
    const { log } = this.#options;
    while (this.#isPlanStale) {
      this.#isPlanStale = false;
      const paths = this.#unplanned;
      this.#unplanned = new Set();
      const problem = await this.#plan([...paths]).catch((error: unknown) => ({ error }));
      if (problem === null) continue;
      log.warn('the plan could not be made', problem);
      // The next plan tells what this one did not.
      this.#unplanned = new Set([...paths, ...this.#unplanned]);
    }
    this.#isPlanning = false;
  }

  /** Answers with what went wrong, if something did. */
  async #plan(paths: readonly RepoPath[]): Promise<{ readonly failure: Failure } | null> {
    const { planner, events } = this.#options;
    const planned = await planner.plan({});
    if (!planned.ok) return { failure: planned.failure };
    const { plan, changes } = planned.value;
    this.#latest = { plan, branch: changes.branch };
    events.emit({ type: 'workspace.changed', changedFiles: plan.changes.length, branch: changes.branch });
    events.emit({ type: 'plan.updated', plan });
    const outdated = paths.length === 0 ? [] : await planner.testsReachedBy(paths, planned.value);
    if (outdated.length > 0) events.emit({ type: 'tests.outdated', ids: outdated });
    return null;
  }
}
