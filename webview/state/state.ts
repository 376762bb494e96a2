// Everything that the page shows, as one value. Changed only by `reduce`.
import type { Alert } from '../../agent/protocol/alerts.ts';
import type { AgentCost, DashboardSnapshot, FailingTest } from '../../agent/protocol/analytics.ts';
import type { BuildResult, BuildStatus } from '../../agent/protocol/build.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import type { Explanation } from '../../agent/protocol/explanation.ts';
import type { Failure } from '../../agent/protocol/failure.ts';
import type { ExecutionId, RepoPath, StepId, TargetId, TestId } from '../../agent/protocol/ids.ts';
import type { PlannedBuild, PlannedTest } from '../../agent/protocol/plan.ts';
import type { TestResult } from '../../agent/protocol/test.ts';
import type { Connection } from './connection.ts';
import { firstFilters, type Filters, type LoadedSection, type SectionContents } from './sections.ts';

/** Something asked of the agent. */
export type Remote<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly failure: Failure };

/** A failing test; `isMended` while it stays in the list although it passes now, so that the list does not jump. */
export interface FailingItem extends FailingTest {
  readonly isMended: boolean;
  /** A change since its last result makes that result outdated. */
  readonly isOutdated: boolean;
}

/** What of a plan is kept: the list of everything skipped can be as long as the repository. */
export interface PlanSummary {
  readonly changedFiles: readonly RepoPath[];
  readonly builds: readonly PlannedBuild[];
  readonly tests: ReadonlyMap<TestId, PlannedTest>;
  readonly skippedTests: number;
  /** Test files that a budget left out and that did not run. */
  readonly leftOutTests: number;
  /** From start to end; 0 where nothing is known to expect it from. */
  readonly expectedMs: number;
  /** Of its tests one after the other: what share of the work is done. */
  readonly testsMs: number;
}

/** What is known of the current run beyond its execution. */
export interface CurrentRun {
  readonly executionId: ExecutionId;
  readonly plan: PlanSummary | null;
  readonly builds: ReadonlyMap<TargetId, BuildStatus>;
  readonly notes: readonly string[];
}

export interface RunResults {
  readonly builds: readonly BuildResult[];
  readonly tests: readonly TestResult[];
  readonly plan: PlanSummary | null;
}

export interface RunLog {
  readonly stepId: StepId | null;
  readonly text: string;
  /** Where to read on; null when everything so far has been read. */
  readonly nextOffset: number | null;
  readonly droppedBytes: number;
}

export interface Notice {
  readonly id: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly hint: string | null;
}

export type RunKind = 'impacted' | 'all' | 'failed';
export type DetailTab = 'results' | 'log';
/** The lists that show only their beginning until asked for more. */
export type ListName = 'failing' | 'runs' | 'results';

/** What the user opened. */
export interface View {
  readonly openRunId: ExecutionId | null;
  readonly tab: DetailTab;
  readonly logStepId: StepId | null;
  readonly openTests: ReadonlySet<TestId>;
  readonly openTargets: ReadonlySet<TargetId>;
  readonly shown: Readonly<Record<ListName, number>>;
  readonly isDurationTable: boolean;
}

export interface DashboardState {
  readonly connection: Connection;
  /** The first reading; once there is data it stays `ready`, whatever becomes of the connection. */
  readonly load: Remote<{ readonly at: number }>;
  readonly repository: DashboardSnapshot['repository'] | null;
  /** Why tests or runners were not found; asked for while nothing has run. */
  readonly problems: readonly string[];
  /** The latest first. */
  readonly executions: readonly Execution[];
  readonly current: CurrentRun | null;
  /** What would run for the working tree as it is. */
  readonly nextPlan: PlanSummary | null;
  readonly failing: ReadonlyMap<TestId, FailingItem>;
  readonly alerts: readonly Alert[];
  readonly durations: DashboardSnapshot['durations'];
  readonly saved: DashboardSnapshot['saved'] | null;
  readonly slowest: DashboardSnapshot['slowest'];
  readonly cost: AgentCost | null;
  readonly notices: readonly Notice[];
  /** Which kind of run was asked for and has not begun yet. */
  readonly starting: RunKind | null;
  readonly cancelling: ExecutionId | null;
  readonly resolving: ReadonlySet<string>;
  readonly results: Remote<RunResults> | null;
  readonly log: Remote<RunLog> | null;
  readonly explanations: ReadonlyMap<TestId | TargetId, Remote<readonly Explanation[]>>;
  readonly view: View;
  readonly filters: Filters;
  /** What the sections that were opened show; null: not read yet. */
  readonly sections: { readonly [S in LoadedSection]: Remote<SectionContents[S]> | null };
}

export const firstShown: Readonly<Record<ListName, number>> = { failing: 20, runs: 10, results: 50 };

export const initialView: View = {
  openRunId: null,
  tab: 'results',
  logStepId: null,
  openTests: new Set(),
  openTargets: new Set(),
  shown: firstShown,
  isDurationTable: false,
};

export const initialState: DashboardState = {
  connection: { state: 'connecting' },
  load: { state: 'loading' },
  repository: null,
  problems: [],
  executions: [],
  current: null,
  nextPlan: null,
  failing: new Map(),
  alerts: [],
  durations: [],
  saved: null,
  slowest: [],
  cost: null,
  notices: [],
  starting: null,
  cancelling: null,
  resolving: new Set(),
  results: null,
  log: null,
  explanations: new Map(),
  view: initialView,
  filters: firstFilters,
  sections: { pipelines: null, tests: null, builds: null, trends: null, alerts: null, delivery: null, models: null },
};

/** The execution that the page is about: the one that runs, else the latest. */
export function currentExecution(state: DashboardState): Execution | null {
  const id = state.current?.executionId;
  return state.executions.find((execution) => execution.id === id) ?? state.executions[0] ?? null;
}

/** Whether requests can be made now. */
export function isConnected(state: DashboardState): boolean {
  return state.connection.state === 'connected';
}
