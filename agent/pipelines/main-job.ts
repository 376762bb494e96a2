// The main job: change → build → impacted tests, as an execution of the engine.
import type { Builds } from '../builds/builds.ts';
import type { Engine, ExecutionHandle, StepContext, StepDefinition } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import type { Impact } from '../graph/graph.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { Execution, Trigger } from '../protocol/execution.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Plan, PlanRequest } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import { counted } from '../protocol/quantities.ts';
import { savePlan } from '../store/plans.ts';
import type { Store } from '../store/store.ts';
import type { Tests } from '../tests/tests.ts';
import { isSelection } from './is-selection.ts';
import { withLongestWay } from './longest-way.ts';
import type { Planner } from './planner.ts';
import { recordBudgetCheck, recordRegrets } from './regrets.ts';
import { runNotes, unrecordedNotes } from './run-notes.ts';
import { savedBy } from './saved-time.ts';

export interface RunRequest extends PlanRequest {
  readonly trigger: Trigger;
  /** Default: what watching starts goes behind what somebody waits for. */
  readonly priority?: 'interactive' | 'background';
  /** Only what these files can affect: what changed since the last run that watching started. */
  readonly paths?: readonly RepoPath[];
}

export interface MainJobOptions {
  readonly planner: Planner;
  readonly builds: Builds;
  readonly tests: Tests;
  readonly engine: Engine;
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
  readonly isTrusted: () => boolean;
  /** False when the files of the product are gone: it was updated or removed while this agent went on. */
  readonly isInstalled: () => boolean;
  /** Told of the change set that a run has judged, passed or failed: a folder without git remembers it as seen. */
  readonly judged: (changes: ChangeSet) => Promise<void>;
}

export interface MainJob {
  /** Queues a run; refused in a workspace that is not trusted and where running is switched off. */
  start(request: RunRequest): Result<ExecutionHandle>;
}

/** The main job of one repository. */
export function createMainJob(options: MainJobOptions): MainJob {
  return {
    start(request) {
      const refusal = refusalOf(options);
      if (refusal !== null) return refusal;
      const run = new Run(options, request);
      const handle = options.engine.submit({
        kind: 'pipeline',
        name: nameOf(request),
        trigger: request.trigger,
        changedFiles: 0,
        timeoutMs: options.settings()['cicd.defaultTimeout'] * 1000,
        priority: request.priority ?? (request.trigger === 'watch' ? 'background' : 'interactive'),
        prepare: (context) => run.prepare(context),
      });
      handle.finished
        .then((execution) => run.end(execution))
        .catch((error: unknown) => options.log.error('a run could not be closed', { error }));
      return success(handle);
    },
  };
}

/** Why nothing can be executed now; null when it can. */
export function refusalOf({
  isTrusted,
  isInstalled,
  settings,
}: Pick<MainJobOptions, 'isTrusted' | 'isInstalled' | 'settings'>) {
  if (!isInstalled())
    return failure('shutting_down', 'the files of this agent are gone: Noodle was updated or removed while it ran');
  if (!isTrusted()) return failure('not_trusted', 'this workspace is not trusted, so nothing of it is executed');
  if (settings()['cicd.enabled']) return null;
  return failure('conflict', 'running is switched off: cicd.enabled (NOODLE_CICD_ENABLED) is false', {
    hint: 'Changes are still planned; set it to true to run them.',
  });
}

function nameOf(request: RunRequest): string {
  if (request.buildsOnly === true)
    return request.targets === undefined ? 'Build impacted targets' : `Build ${request.targets.join(', ')}`;
  if (request.budgetMs !== undefined || request.confidence !== undefined || request.share !== undefined)
    return 'Run tests within a budget';
  if (request.audit === true) return 'Run impacted tests, then the others';
  if (request.all === true) return 'Run all tests';
  if (request.failed === true) return 'Run failed tests';
  if (request.tests !== undefined)
    return request.tests.length === 1 ? `Run ${request.tests[0]}` : `Run ${request.tests.length} tests`;
  return 'Run impacted tests';
}

/** One run: its plan, its steps and its closing event. */
class Run {
  readonly #options: MainJobOptions;
  readonly #request: RunRequest;
  #plan: Plan | null = null;
  #changes: ChangeSet | null = null;
  #wasAnnounced = false;

  constructor(options: MainJobOptions, request: RunRequest) {
    this.#options = options;
    this.#request = request;
  }

  async prepare(context: StepContext): Promise<Result<readonly StepDefinition[]>> {
    const { planner, events, store, clock } = this.#options;
    const planned = await planner.plan(this.#request, (changes) => this.#announce(context, changes));
    if (!planned.ok) return planned;
    const { plan, changes, impact } = planned.value;
    this.#plan = plan;
    this.#changes = changes;
    context.progress({ plannedTests: plan.tests.length, changedFiles: plan.changes.length });
    await store.transact((tx) => savePlan(tx, context.executionId, plan, clock.now()));
    events.emit({ type: 'plan.made', executionId: context.executionId, plan });
    return success(this.#steps(plan, impact));
  }

  async end(execution: Execution): Promise<void> {
    const { events, store } = this.#options;
    const startedAt = execution.startedAt ?? execution.queuedAt;
    // First, so that whoever hears of the end finds the changes remembered.
    await this.#remember(execution);
    const found = await this.#audit(execution);
    events.emit({
      type: 'run.finished',
      executionId: execution.id,
      status: execution.state,
      reason: execution.reason,
      counts: execution.counts,
      firstFailureAtMs: execution.firstFailureAtMs,
      durationMs: Math.max(0, (execution.finishedAt ?? startedAt) - startedAt),
      saved:
        this.#plan === null || !isSelection(this.#request) ? { testsMs: 0, buildsMs: 0 } : savedBy(store, this.#plan),
      notes: [...runNotes(execution), ...found, ...this.#leftOut(), ...this.#unrecorded(execution)],
    });
  }

  /** What a run that checks its selection found. */
  async #audit(execution: Execution): Promise<string[]> {
    const { store, clock, log } = this.#options;
    if (this.#request.audit !== true || this.#plan === null) return [];
    try {
      const regrets = await recordRegrets(store, this.#plan, execution, clock.now());
      return [...regrets, ...(await recordBudgetCheck(store, this.#plan, execution, clock.now()))];
    } catch (error) {
      log.error('what an audit found could not be recorded', { error });
      return [];
    }
  }

  /** That a run is green says nothing of what its budget left out. */
  #leftOut(): string[] {
    const count = this.#plan?.budget?.leftOut.length ?? 0;
    if (count === 0 || this.#request.audit === true) return [];
    return [`the budget left out ${counted(count, 'test file')}: this is no answer for ${count === 1 ? 'it' : 'them'}`];
  }

  /** What somebody who waited for a green selection can do for a narrower one. */
  #unrecorded({ state }: Execution): string[] {
    const { trigger, all } = this.#request;
    const isAskedFor = trigger === 'command' || trigger === 'editor';
    if (state !== 'succeeded' || !isAskedFor || all === true || !isSelection(this.#request)) return [];
    return unrecordedNotes(this.#plan, this.#options);
  }

  async #remember(execution: Execution): Promise<void> {
    const isJudged = execution.state === 'succeeded' || execution.state === 'failed';
    // What a budget left out was not judged: the next run has it before it still.
    const isPartial = (this.#plan?.budget?.leftOut.length ?? 0) > 0;
    if (!isJudged || isPartial || this.#changes === null || !isSelection(this.#request)) return;
    try {
      await this.#options.judged(this.#changes);
    } catch (error) {
      this.#options.log.error('what a run has judged could not be remembered', { error });
    }
  }

  #announce(context: StepContext, changes: ChangeSet): void {
    if (this.#wasAnnounced) return;
    this.#wasAnnounced = true;
    this.#options.events.emit({
      type: 'run.started',
      executionId: context.executionId,
      trigger: this.#request.trigger,
      base: changes.base,
      branch: changes.branch,
      changedFiles: changes.files.length,
    });
  }

  #steps(plan: Plan, impact: Impact): StepDefinition[] {
    const { builds, tests } = this.#options;
    const planned = new Set(plan.builds.map((build) => build.target));
    const after = (folder: string) =>
      builds
        .neededBy(folder)
        .filter((target) => planned.has(target))
        .map((target) => builds.stepOf(target));
    return withLongestWay([
      ...builds.steps(plan.builds),
      ...tests.steps({
        planned: plan.tests,
        impact,
        request:
          plan.budget === undefined || plan.budget.leftOut.length === 0
            ? this.#request
            : { ...this.#request, all: false },
        isContinuous: this.#request.trigger === 'watch',
        after,
      }),
    ]);
  }
}
