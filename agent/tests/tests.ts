// Tests: found, planned, run, debugged. The main file of the component.
import type { EventBus } from '../events/events.ts';
import type { StepDefinition } from '../engine/engine.ts';
import type { Impact } from '../graph/graph.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Processes } from '../platform/processes.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { Result } from '../protocol/failure.ts';
import type { RepoPath, StepId, TestId } from '../protocol/ids.ts';
import type { PlannedTest, PlanRequest } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import type { TestCase, TestFile } from '../protocol/test.ts';
import type { Store } from '../store/store.ts';
import type { DebugCommand } from './adapter.ts';
import type { TestPlan } from './plan.ts';

export type { DebugCommand } from './adapter.ts';
export type { TestPlan } from './plan.ts';

export interface Discovery {
  readonly files: readonly TestFile[];
  /** Sentences for the user: `vitest is in package.json but not installed: run npm install`. */
  readonly problems: readonly string[];
}

export interface StepsInput {
  /** In running order. */
  readonly planned: readonly PlannedTest[];
  readonly request: PlanRequest;
  /** Steps that have to succeed before the tests of a project in this folder: builds of what they import built. */
  readonly needs: (folder: string) => readonly StepId[];
}

export interface Tests {
  /**
   * The test files of the repository with the cases known of them. The first call looks at all files; later ones only
   * when a file of `changed` concerns an adapter, appeared or went. Emits `tests.changed`. In a trusted workspace the
   * runners are asked for their own lists meanwhile, and `tests.changed` follows where those differ.
   */
  discover(changed?: readonly RepoPath[]): Promise<Discovery>;
  /** Resolves when the runners' own lists are known, as far as they can be. */
  settled(): Promise<void>;
  /** The cases of one test file: from its last run, else read from its source. */
  casesIn(file: TestId): Promise<readonly TestCase[]>;
  /** `vitest (41 files)`, one a framework. */
  found(): readonly string[];
  plan(input: { readonly changes: ChangeSet; readonly impact: Impact; readonly request: PlanRequest }): Promise<TestPlan>;
  /** One step a project, in the order of their first planned test. */
  steps(input: StepsInput): readonly StepDefinition[];
  debugCommand(id: TestId): Promise<Result<DebugCommand>>;
  dispose(): Promise<void>;
}

export interface TestsOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Where temporary files of runs may be put. */
  readonly stateDirectory: string;
  readonly store: Store;
  readonly events: EventBus;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
  /** The user's environment (`userEnvironment`). */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Nothing of the repository is executed before it is trusted. */
  readonly isTrusted: () => boolean;
  /** Every file that git does not ignore, sorted: `workspace.files()`. */
  readonly files: () => Promise<readonly RepoPath[]>;
  /** `workspace.read`. */
  readonly read: (path: RepoPath) => string | null;
  /** Glob patterns of `tests.exclude` in noodle.yaml. */
  readonly exclude: () => readonly string[];
}

export declare function createTests(options: TestsOptions): Tests;
