// Build targets: what there is to build, what a change makes necessary, and the steps that do it.
import type { StepDefinition } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import path from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Processes } from '../platform/processes.ts';
import type { BuildMetrics, BuildTarget } from '../protocol/build.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { ConfigurationFile, RemoteCacheDefinition } from '../protocol/configuration-file.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { StepId, type RepoPath, type TargetId } from '../protocol/ids.ts';
import type { PlannedBuild, PlanRequest } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import {
  buildCounts,
  buildDurations,
  buildQuantiles,
  lastSuccess,
  latestBuildResults,
  recentOutcomes,
  saveTargets,
  successWith,
} from '../store/builds.ts';
import type { Store } from '../store/store.ts';
import type { BuildJob, BuildRunOptions } from './build-job.ts';
import { recordNotRun, runBuild } from './build-run.ts';
import { BuildRecords } from './build-records.ts';
import { BuildCache } from './cache/build-cache.ts';
import { criticalPath, longestFirst, pathWeights } from './critical-path.ts';
import { decideBuilds } from './decision.ts';
import { Discovery, emptyModel, type TargetModel } from './discovery.ts';
import { explainTarget } from './explain-target.ts';
import {
  historyEstimator,
  preferredEstimator,
  type BuildFailureEstimator,
  type BuildFailureModel,
} from './failure-estimate.ts';
import { verdictOf, verdictRecord, type VerdictRecord } from './failure-verdict.ts';
import { NeededTargets } from './needed-by.ts';
import type { CheckedOut } from './output-use.ts';
import { FileTree, isWithin } from './paths.ts';
import { createMatchers } from './patterns.ts';
import { selectTargets } from './selection.ts';
import { targetFiles, type TargetFiles } from './target-files.ts';
import { targetsNamed } from './target-names.ts';
import { TargetLocks } from './target-locks.ts';
import { ToolVersions } from './tool-versions.ts';
import { missingTool, missingTools } from './toolchains.ts';
import { Inspector, isCacheable } from './target-state.ts';

export type { TargetFiles } from './target-files.ts';
export { estimateFromHistory } from './failure-estimate.ts';
export { createProblemParser } from './problems/problem-parser.ts';

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
  /** Every target with what it writes and what it and its needs read; as of the last `targets()` or `plan()`. */
  makers(): readonly TargetFiles[];
  /** The id of a target's step. */
  stepOf(target: TargetId): StepId;
  /**
   * Files changed on disk; null: which ones is not known. To be called while the repository is watched: from the first
   * call on, files that are not named are taken to be as they were, which makes plans much faster.
   */
  filesChanged(paths: readonly RepoPath[] | null): void;
  /** What the kept records of the targets add up to, since a time in milliseconds since 1970; of one target or of all. */
  metrics(since: number, target?: TargetId): Promise<BuildMetrics[]>;
  /** Waits for what is being sent to a remote cache, for some seconds at most. */
  dispose(): Promise<void>;
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
  readonly processes: Processes;
  /** Absolute. The build cache and what tools keep between builds lie in it. */
  readonly stateDirectory: string;
  /** `remoteCache:` of noodle.yaml. */
  readonly remoteCache?: () => RemoteCacheDefinition | undefined;
  /** Where the credentials of a remote cache are looked up: the agent's own environment. */
  readonly secrets: Readonly<Record<string, string | undefined>>;
  /** Says how likely a build fails where it is better at that than the recorded builds of the target. */
  readonly failureModel?: BuildFailureModel;
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
  readonly #cache: BuildCache;
  readonly #records: BuildRecords;
  readonly #estimator: BuildFailureEstimator;
  readonly #locks = new TargetLocks();
  #makers: { readonly model: TargetModel; readonly files: readonly TargetFiles[] } = { model: emptyModel, files: [] };
  readonly #matchers = createMatchers();
  readonly #needed: NeededTargets;
  #found: Found = { model: emptyModel, tree: new FileTree([]) };
  #recorded = '';

  constructor(options: BuildsOptions) {
    const { workspace, store, environment, clock, log, settings, stateDirectory, processes, secrets } = options;
    this.#options = options;
    this.#records = new BuildRecords(store);
    const history = historyEstimator((target, limit) => recentOutcomes(store, target, limit));
    const { failureModel } = options;
    this.#estimator = failureModel === undefined ? history : preferredEstimator(failureModel, history);
    this.#cache = new BuildCache({
      root: workspace.root,
      folder: path.join(stateDirectory, 'build-cache'),
      clock,
      log,
      limits: () => ({
        ttlMs: settings()['build.cacheTtl'] * 1000,
        sizeBytes: settings()['build.cacheSize'] * 1_000_000,
      }),
      remote: () => options.remoteCache?.(),
      environment: secrets,
    });
    this.#discovery = new Discovery((path) => workspace.read(path));
    this.#needed = new NeededTargets((path) => workspace.read(path));
    this.#inspector = new Inspector({
      root: workspace.root,
      clock,
      environment,
      lastSuccess: (target) => lastSuccess(store, target),
      successWith: (target, fingerprint) => successWith(store, target, fingerprint),
      tools: new ToolVersions({ file: path.join(stateDirectory, 'tool-versions.json'), processes, clock, log }),
    });
  }

  async targets() {
    const { model } = await this.#find();
    const environment = this.#options.environment();
    const targets = [...model.targets.values()].map((target) => {
      const missing = missingTool(target, environment);
      return missing === null ? target : { ...target, missingTool: missing };
    });
    return { targets, problems: model.problems };
  }

  async plan({ request, change, unbounded, testFolders }: BuildPlanInput) {
    const { model, tree } = await this.#find({ head: change.head, changed: change.files.map(({ path }) => path) });
    const neededByTests = new Map(
      request.buildsOnly === true ? [] : testFolders.map((folder) => [folder, this.neededBy(folder)] as const),
    );
    const unavailable = this.#unavailable(model);
    const selected = selectTargets(
      { request, change, unbounded, neededByTests, unavailable, matchers: this.#matchers },
      model.targets,
    );
    const chosen = [...selected.keys()].flatMap((id) => model.targets.get(id) ?? []);
    const states = await this.#inspector.inspectAll(chosen, model.targets, tree);
    const isIncremental = this.#options.settings()['build.incremental'];
    const decided = decideBuilds({ selected, targets: model.targets, states, isIncremental });
    const builds = await this.#withExpectations(decided, model);
    const unknown = (request.targets ?? [])
      .filter((id) => !model.targets.has(id))
      .map((id) => `there is no target ${id}`);
    return { builds, notes: [...model.problems, ...unknown] };
  }

  steps(planned: readonly PlannedBuild[]): StepDefinition[] {
    const { workspace, store, events, clock, log, environment, settings, stateDirectory } = this.#options;
    const options: BuildRunOptions = {
      root: workspace.root,
      scratchFolder: path.join(stateDirectory, 'build-scratch'),
      store,
      records: this.#records,
      events,
      clock,
      log,
      environment,
      inspector: this.#inspector,
      cache: this.#cache,
      locks: this.#locks,
      ...this.#found,
      isIncremental: settings()['build.incremental'],
    };
    const timeoutMs = settings()['build.defaultTimeout'] * 1000;
    const inPlan = new Map(planned.map((build) => [build.target, build]));
    const weights = settings()['build.aiOptimization']
      ? pathWeights(planned, options.model.targets)
      : new Map<TargetId, number>();
    return planned.flatMap((build) => {
      const target = options.model.targets.get(build.target);
      if (target === undefined) return [];
      const needs = target.needs.filter((need) => inPlan.has(need));
      const job = { planned: build, target, rebuiltNeeds: needs.filter((need) => inPlan.get(need)?.cached === false) };
      const step = {
        id: this.stepOf(target.id),
        needs: needs.map((need) => this.stepOf(need)),
        priority: weights.get(target.id) ?? 0,
      };
      return [stepFor(job, { options, timeoutMs, ...step })];
    });
  }

  async explain(subject: string): Promise<Explanation[]> {
    const { model, tree } = await this.#find();
    const explanations: Explanation[] = [];
    for (const target of targetsNamed(subject, [...model.targets.values()])) {
      const state = await this.#inspector.inspect(target, model.targets, tree);
      const latest = latestBuildResults(this.#options.store).find((result) => result.target === target.id) ?? null;
      const isKept = isCacheable(target) && (await this.#cache.isHere(state.fingerprint));
      const estimate = this.#options.settings()['build.failurePrediction']
        ? await this.#estimator.estimate(target.id, state.fingerprint)
        : null;
      const missing = missingTool(target, this.#options.environment());
      const refused = model.refused.get(target.id) ?? null;
      explanations.push(
        explainTarget(target, state, {
          latest,
          isKept,
          estimate,
          verdict: estimate === null ? null : verdictOf(estimate.probability, this.#verdictRecord(model.targets)),
          missing,
          refused,
          duration: buildQuantiles(this.#options.store).get(target.id) ?? null,
        }),
      );
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

  makers(): readonly TargetFiles[] {
    const { model } = this.#found;
    if (this.#makers.model !== model) this.#makers = { model, files: targetFiles(model.targets) };
    return this.#makers.files;
  }

  stepOf(target: TargetId): StepId {
    return StepId.parse(`build:${target}`);
  }

  filesChanged(paths: readonly RepoPath[] | null): void {
    this.#inspector.filesChanged(paths);
  }

  async metrics(since: number, target?: TargetId): Promise<BuildMetrics[]> {
    const { model } = await this.#find();
    const counts = buildCounts(this.#options.store, since);
    const chain = criticalPath(model.targets, buildDurations(this.#options.store));
    return counts
      .filter((each) => target === undefined || each.target === target)
      .map((each) => ({ ...each, onCriticalPath: chain.includes(each.target) }));
  }

  async dispose(): Promise<void> {
    await this.#cache.dispose();
  }

  #unavailable({ targets }: TargetModel): Set<TargetId> {
    const all = [...targets.values()];
    const missing = missingTools(all, this.#options.environment());
    return new Set(all.filter(({ tools }) => tools.some((tool) => missing.has(tool))).map(({ id }) => id));
  }

  /** In an order in which each comes after what it needs, and what begins the longest chain comes first. */
  async #withExpectations(decided: readonly PlannedBuild[], { targets }: TargetModel): Promise<PlannedBuild[]> {
    const { settings, store } = this.#options;
    const durations = buildQuantiles(store);
    const isPredicting = settings()['build.failurePrediction'];
    const record = isPredicting && decided.some(({ cached }) => !cached) ? this.#verdictRecord(targets) : null;
    const builds = await Promise.all(
      decided.map(async (build): Promise<PlannedBuild> => {
        const known = durations.get(build.target);
        const estimate =
          isPredicting && !build.cached ? await this.#estimator.estimate(build.target, build.fingerprint) : null;
        return {
          ...build,
          ...(known === undefined ? {} : { expectedMs: known.medianMs, p90Ms: known.p90Ms }),
          ...(estimate === null ? {} : { failureProbability: estimate.probability }),
          ...(estimate === null || record === null ? {} : { verdict: verdictOf(estimate.probability, record) }),
        };
      }),
    );
    return settings()['build.aiOptimization'] ? longestFirst(builds, targets) : builds;
  }

  /** What verdicts were worth over the latest builds of all targets. */
  #verdictRecord(targets: TargetModel['targets']): VerdictRecord {
    return verdictRecord(this.#estimator.judged(targets.keys()));
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
  {
    options,
    timeoutMs,
    needs,
    id,
    priority,
  }: { options: BuildRunOptions; timeoutMs: number; needs: StepId[]; id: StepId; priority: number },
): StepDefinition {
  return {
    id,
    priority,
    name: job.target.id,
    kind: 'build',
    needs,
    // What is expected to be unchanged is looked at, and that is all.
    slot: job.planned.cached ? 'none' : 'build',
    timeoutMs,
    ...forecastOf(job.planned),
    run: (context) => runBuild(job, context, options),
    notRun: (executionId, ended) => recordNotRun(job, executionId, ended, options),
  };
}

/** What is unchanged is only looked at. */
function forecastOf({ cached, expectedMs }: BuildJob['planned']): Pick<StepDefinition, 'expectedMs'> {
  if (cached) return { expectedMs: 0 };
  return expectedMs === undefined ? {} : { expectedMs };
}

function isEnabled(language: BuildTarget['language'], settings: Settings): boolean {
  switch (language) {
    case 'python':
      return settings['build.pythonEnabled'];
    case 'javascript':
      return settings['build.javascriptEnabled'];
    case 'typescript':
      return settings['build.typescriptEnabled'];
    case 'java':
      return settings['build.javaEnabled'];
    case 'csharp':
      return settings['build.csharpEnabled'];
    case 'cpp':
      return settings['build.cppEnabled'];
    case 'go':
      return settings['build.goEnabled'];
    case 'rust':
      return settings['build.rustEnabled'];
  }
}
