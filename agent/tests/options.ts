// What the tests component is given: the parts of the agent that it needs, and what a caller wants run.
import path from 'node:path';
import type { EventBus } from '../events/events.ts';
import type { Graph, Impact } from '../graph/graph.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Processes } from '../platform/processes.ts';
import type { TestCommand } from '../protocol/configuration-file.ts';
import type { RepoPath, StepId } from '../protocol/ids.ts';
import type { PlannedTest, PlanRequest } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import type { Store } from '../store/store.ts';

export interface TestsOptions {
  /** Absolute path of the repository, without symbolic links. */
  readonly root: string;
  /** Absolute; temporary files of runs are put below it. */
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
  /** Whether somebody works in the repository, so that runners are kept ready. Absent: never. */
  readonly isWorkedIn?: () => boolean;
  /** How many test processes may run at once. Absent: as many as there are projects. */
  readonly slots?: () => number;
  /** Of the changes of a file, the share that changed another one too, 0 to 1. Absent: no history is known. */
  readonly coChange?: (file: RepoPath, other: RepoPath) => number;
  /** What leads from a test file to others, and what differs in a file. Absent: no result is reused, no recording carried over commits. */
  readonly graph?: Pick<Graph, 'importsOf' | 'notesOn' | 'compare'>;
  /** `workspace.readGit`. Absent: recordings are not carried over commits. */
  readonly readGit?: (args: readonly string[]) => Promise<string | null>;
  /** Glob patterns of `tests.exclude` in noodle.yaml. */
  readonly exclude: () => readonly string[];
  /** `tests.commands` of noodle.yaml. Absent: none are declared. */
  readonly commands?: () => Readonly<Record<string, TestCommand>>;
}

export interface StepsInput {
  /** In running order. */
  readonly planned: readonly PlannedTest[];
  readonly request: PlanRequest;
  /** What the plan knew of the change. Absent: no result of the run is kept for later ones. */
  readonly impact?: Pick<Impact, 'changed' | 'beyondRecordings' | 'reachedFrom'>;
  /** Started by a save, and replaced by the next one: nothing is done that can wait. */
  readonly isContinuous?: boolean;
  /** Steps that have to succeed before the tests of a project in this folder: builds of what they import built. */
  readonly after: (folder: string) => readonly StepId[];
}

/** Where runs and questions to runners put what they need for a moment. */
export function temporaryFolderOf({ stateDirectory }: Pick<TestsOptions, 'stateDirectory'>): string {
  return path.join(stateDirectory, 'temporary');
}

/** What adapters build for their runs is kept here: build folders of CMake, compiled classes. */
export function keptFolderOf({ stateDirectory }: Pick<TestsOptions, 'stateDirectory'>): string {
  return path.join(stateDirectory, 'test-builds');
}
