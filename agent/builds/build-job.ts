// What a build of one target is given.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetId } from '../protocol/ids.ts';
import type { PlannedBuild } from '../protocol/plan.ts';
import type { Store } from '../store/store.ts';
import type { BuildRecords } from './build-records.ts';
import type { BuildCache } from './cache/build-cache.ts';
import type { TargetModel } from './discovery.ts';
import type { FileTree } from './paths.ts';
import type { TargetLocks } from './target-locks.ts';
import type { Inspector } from './target-state.ts';

export interface BuildRunOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Absolute; the scratch folders of all targets. */
  readonly scratchFolder: string;
  readonly store: Store;
  readonly records: BuildRecords;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly inspector: Inspector;
  readonly cache: BuildCache;
  readonly locks: TargetLocks;
  readonly model: TargetModel;
  readonly tree: FileTree;
  readonly isIncremental: boolean;
}

export interface BuildJob {
  readonly planned: PlannedBuild;
  readonly target: BuildTarget;
  /** Needed targets that the same plan builds. */
  readonly rebuiltNeeds: readonly TargetId[];
}
