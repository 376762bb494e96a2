// Build targets: what there is to build, what a change makes necessary, and the steps that do it.
import type { StepDefinition } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { BuildTarget } from '../protocol/build.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { ConfigurationFile } from '../protocol/configuration-file.ts';
import type { Explanation } from '../protocol/explanation.ts';
import type { RepoPath, StepId, TargetId } from '../protocol/ids.ts';
import type { PlannedBuild, PlanRequest } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import type { Store } from '../store/store.ts';

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
  /** What would be built, in running order, with reasons. Executes nothing. */
  plan(input: BuildPlanInput): Promise<{ readonly builds: PlannedBuild[]; readonly notes: string[] }>;
  /** One step a planned build, `build:<target>`; each emits build.started and build.finished and records its result. */
  steps(planned: readonly PlannedBuild[]): StepDefinition[];
  /** Why the target was or would be built, naming the very inputs that differ; null when there is no such target. */
  explain(target: string): Promise<Explanation | null>;
  /** The innermost target whose folder holds the path, as of the last `targets()` or `plan()`. */
  targetOf(path: RepoPath): TargetId | null;
  /** The targets whose output the tests in `folder` import, and what those need; as of the last `targets()` or `plan()`. */
  neededBy(folder: string): readonly TargetId[];
  /** The id of a target's step. */
  stepOf(target: TargetId): StepId;
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

export declare function createBuilds(options: BuildsOptions): Builds;
