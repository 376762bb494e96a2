// What pipelines are given: the parts of the agent that their steps work with.
import type { Builds } from '../builds/builds.ts';
import type { Engine } from '../engine/engine.ts';
import type { Sandboxes } from '../engine/sandbox.ts';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Processes } from '../platform/processes.ts';
import type { ChangeRisk } from '../protocol/prediction.ts';
import type { Settings } from '../protocol/settings.ts';
import type { Store } from '../store/store.ts';
import type { Tests } from '../tests/tests.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { GateSources } from './gate-step.ts';
import type { Planner } from './planner.ts';

export interface PipelineParts {
  readonly workspace: Pick<
    Workspace,
    'root' | 'stateDirectory' | 'hasGit' | 'changes' | 'checkBase' | 'files' | 'read'
  >;
  readonly planner: Planner;
  readonly builds: Builds;
  readonly tests: Tests;
  readonly engine: Engine;
  readonly processes: Processes;
  readonly sandboxes: Sandboxes;
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
  /** The user's environment. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly isTrusted: () => boolean;
  readonly isInstalled: () => boolean;
  /** A number from 0 to 1, another one each time. */
  readonly chance: () => number;
  readonly gateSources: GateSources;
  /** Of the present change; null where it cannot be known. */
  readonly changeRisk: () => Promise<ChangeRisk | null>;
  /** How many steps can run at once. */
  readonly slots: () => number;
}
