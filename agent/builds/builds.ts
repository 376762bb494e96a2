// Build targets: what there is to build, what a change makes necessary, and the steps that do it.
import type { StepDefinition } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { BuildTarget } from '../protocol/build.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { ConfigurationFile } from '../protocol/configuration-file.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { StepId, type RepoPath, type TargetId } from '../protocol/ids.ts';
import type { PlannedBuild, PlanRequest } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import { lastSuccess, latestBuildResults, saveTargets } from '../store/builds.ts';
import type { Store } from '../store/store.ts';
import { recordNotRun, runBuild, type BuildJob, type BuildRunOptions } from './build-run.ts';
import { decideBuilds } from './decision.ts';
import { Discovery, emptyModel, type TargetModel } from './discovery.ts';
import { explainTarget } from './explain-target.ts';
import { NeededTargets } from './needed-by.ts';
import type { CheckedOut } from './output-use.ts';
import { FileTree, isWithin } from './paths.ts';
import { selectTargets } from './selection.ts';
import { targetsNamed } from './target-names.ts';
import { TargetLocks } from './target-locks.ts';
import { Inspector, type TargetState } from './target-state.ts';

/** What builds see of the repository. */
export interface BuildsWorkspace {
  /** Absolute path of the root. */
  readonly root: string;
  /** Every file that is not ignored, sorted. */
  files(): Promise<readonly RepoPath[]>;
  read(path: RepoPath): string | null;
}

export interface BuildPlanInput {
  readonly request: PlanRequest;
  readonly change: ChangeSet;
  /** Folders below which everything counts as changed, because the reach of a change is not known. */
  readonly unbounded: readonly { readonly folder: string; readonly path: RepoPath; readonly reason: string }[];
  /** Folders of the projects whose tests will run: what they import built is built before them, see `neededBy`. */
  readonly testFolders: readonly string[];
}

export interface Builds {
  /** Finds the targets anew. `problems` are sentences: cycles, names that do not exist, outputs that overlap. */
  targets(): Promise<{ readonly targets: readonly BuildTarget[]; readonly problems: readonly string[] }>;
  /**
   * What would be built, in running order, with reasons. Executes nothing. Without a request for more these are: targets
   * with a changed input and what depends on them, in the plan even where their last success still holds (`cached`); and
   * what these and the tests need, where it was never built here or its last success does not hold any more. So in a
   * fresh clone only what the change and its tests need is built.
   */
  plan(input: BuildPlanInput): Promise<{ readonly builds: PlannedBuild[]; readonly notes: string[] }>;
  /** One step a planned build, `build:<target>`; each emits build.started and build.finished and records its result. */
  steps(planned: readonly PlannedBuild[]): StepDefinition[];
  /**
   * Why a target was or would be built, naming the very inputs that differ. `subject`: its id, its folder, or the last part
   * of a scoped id (`core` of `@shop/core`), which several can share.
   */
  explain(subject: string): Promise<Explanation[]>;
  /** The innermost target whose folder holds the path, as of the last `targets()` or `plan()`. */
  targetOf(path: RepoPath): TargetId | null;
  /** The targets whose output the tests in `folder` import, and what those need; as of the last `targets()` or `plan()`. */
  neededBy(folder: string): readonly TargetId[];
  /** The id of a target's step. */
  stepOf(target: TargetId): StepId;
  /**
   * Files changed on disk; null: which ones is not known. To be called while the repository is watched: from the first
   * call on, files that are not named are taken to be as they were, which makes plans much faster.
   */
  filesChanged(paths: readonly RepoPath[] | null): void;
}

export interface BuildsOptions {
  readonly workspace: BuildsWorkspace;
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
  /** `targets:` of noodle.yaml. */
  readonly configured: () => ConfigurationFile['targets'];
  /** The user's environment: `userEnvironment(process.env)`. */
  readonly environment: () => Readonly<Record<string, string>>;
}

/** Builds of the repository; nothing is looked at before it is asked for. */
export function createBuilds(options: BuildsOptions): Builds {
  return new RepositoryBuilds(options);
}

/** The targets as last found, with the files that they were found in. */
interface Found {
  readonly model: TargetModel;
  readonly tree: FileTree;
}

class RepositoryBuilds implements Builds {
  readonly #options: BuildsOptions;
  readonly #discovery: Discovery;
  readonly #inspector: Inspector;
  readonly #locks = new TargetLocks();
  readonly #needed: NeededTargets;
  #found: Found = { model: emptyModel, tree: new FileTree([]) };
  #recorded = '';

  constructor(options: BuildsOptions) {
    const { workspace, store, environment, clock } = options;
    this.#options = options;
    this.#discovery = new Discovery((path) => workspace.read(path));
    this.#needed = new NeededTargets((path) => workspace.read(path));
    this.#inspector = new Inspector({
      root: workspace.root,
      clock,
      environment,
      lastSuccess: (target) => lastSuccess(store, target),
    });
  }

  async targets() {
    const { model } = await this.#find();
    return { targets: [...model.targets.values()], problems: model.problems };
  }

  async plan({ request, change, unbounded, testFolders }: BuildPlanInput) {
    const { model, tree } = await this.#find({ head: change.head, changed: change.files.map(({ path }) => path) });
    const neededByTests = new Map(
      request.buildsOnly === true ? [] : testFolders.map((folder) => [folder, this.neededBy(folder)] as const),
    );
    const selected = selectTargets({ request, change, unbounded, neededByTests }, model.targets);
    const states = new Map<TargetId, TargetState>();
    for (const id of selected.keys()) {
      const target = model.targets.get(id);
      if (target !== undefined) states.set(id, await this.#inspector.inspect(target, model.targets, tree));
    }
    const isIncremental = this.#options.settings()['build.incremental'];
    const builds = decideBuilds({ selected, targets: model.targets, states, isIncremental });
    const unknown = (request.targets ?? [])
      .filter((id) => !model.targets.has(id))
      .map((id) => `there is no target ${id}`);
    return { builds, notes: [...model.problems, ...unknown] };
  }

  steps(planned: readonly PlannedBuild[]): StepDefinition[] {
    const { workspace, store, events, clock, log, environment, settings } = this.#options;
    const shared = {
      root: workspace.root,
      store,
      events,
      clock,
      log,
      environment,
      inspector: this.#inspector,
      locks: this.#locks,
      ...this.#found,
    };
    const options: BuildRunOptions = { ...shared, isIncremental: settings()['build.incremental'] };
    const timeoutMs = settings()['build.defaultTimeout'] * 1000;
    const inPlan = new Map(planned.map((build) => [build.target, build]));
    return planned.flatMap((build) => {
      const target = options.model.targets.get(build.target);
      if (target === undefined) return [];
      const needs = target.needs.filter((need) => inPlan.has(need));
      const job = { planned: build, target, rebuiltNeeds: needs.filter((need) => inPlan.get(need)?.cached === false) };
      return [
        stepFor(job, { options, timeoutMs, needs: needs.map((need) => this.stepOf(need)), id: this.stepOf(target.id) }),
      ];
    });
  }

  async explain(subject: string): Promise<Explanation[]> {
    const { model, tree } = await this.#find();
    const explanations: Explanation[] = [];
    for (const target of targetsNamed(subject, [...model.targets.values()])) {
      const state = await this.#inspector.inspect(target, model.targets, tree);
      const latest = latestBuildResults(this.#options.store).find((result) => result.target === target.id);
      explanations.push(explainTarget(target, state, latest ?? null));
    }
    return explanations;
  }

  targetOf(path: RepoPath): TargetId | null {
    const holders = [...this.#found.model.targets.values()].filter(({ folder }) => isWithin(folder, path));
    return holders.toSorted((a, b) => b.folder.length - a.folder.length)[0]?.id ?? null;
  }

  neededBy(folder: string): readonly TargetId[] {
    return this.#needed.of(folder);
  }

  stepOf(target: TargetId): StepId {
    return StepId.parse(`build:${target}`);
  }

  filesChanged(paths: readonly RepoPath[] | null): void {
    this.#inspector.filesChanged(paths);
  }

  async #find(checkedOut: CheckedOut | null = null): Promise<Found> {
    const { workspace, configured, settings } = this.#options;
    const enabled = settings();
    const { model, tree } = this.#discovery.discover(await workspace.files(), configured(), (language) =>
      isEnabled(language, enabled),
    );
    this.#found = { model, tree };
    this.#needed.update(model, tree, checkedOut);
    await this.#record([...model.targets.values()]);
    return this.#found;
  }

  async #record(targets: readonly BuildTarget[]): Promise<void> {
    const { store, log } = this.#options;
    const text = JSON.stringify(targets);
    if (text === this.#recorded) return;
    this.#recorded = text;
    try {
      await store.transact((tx) => saveTargets(tx, targets));
    } catch (error) {
      log.warn('targets could not be recorded', { error });
    }
  }
}

function stepFor(
  job: BuildJob,
  { options, timeoutMs, needs, id }: { options: BuildRunOptions; timeoutMs: number; needs: StepId[]; id: StepId },
): StepDefinition {
  return {
    id,
    name: job.target.id,
    kind: 'build',
    needs,
    slot: 'build',
    timeoutMs,
    run: (context) => runBuild(job, context, options),
    notRun: (executionId, ended) => recordNotRun(job, executionId, ended, options),
  };
}

/** Languages without a switch of their own are built. */
function isEnabled(language: BuildTarget['language'], settings: Settings): boolean {
  switch (language) {
    case 'python':
      return settings['build.pythonEnabled'];
    case 'javascript':
      return settings['build.javascriptEnabled'];
    case 'typescript':
      return settings['build.typescriptEnabled'];
    case 'java':
    case 'csharp':
    case 'cpp':
    case 'go':
    case 'rust':
      return true;
  }
}
