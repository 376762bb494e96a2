// The state after an action. Pure: the same state and action give the same state.
import type { Alert } from '../../agent/protocol/alerts.ts';
import type { DashboardSnapshot } from '../../agent/protocol/analytics.ts';
import type { NoodleEvent } from '../../agent/protocol/events.ts';
import type { Explanation } from '../../agent/protocol/explanation.ts';
import type { Failure } from '../../agent/protocol/failure.ts';
import type { ExecutionId, TargetId, TestId } from '../../agent/protocol/ids.ts';
import { applyEvents, withAlert, withNotice } from './apply-events.ts';
import type { Connection } from './connection.ts';
import { isOver, withExecution } from './executions.ts';
import { mergeFailing } from './failing.ts';
import type { Filters, LoadedSection, SectionContents } from './sections.ts';
import type { DashboardState, Notice, Remote, RunKind, RunLog, RunResults, View } from './state.ts';

export type Action =
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'snapshot'; readonly snapshot: DashboardSnapshot; readonly at: number }
  | { readonly type: 'snapshotFailed'; readonly failure: Failure }
  | { readonly type: 'problems'; readonly problems: readonly string[] }
  /** In the order in which they arrived. */
  | { readonly type: 'events'; readonly events: readonly NoodleEvent[]; readonly at: number }
  /** Plan and builds of the run that was under way, or the last one, when the page was opened. */
  | { readonly type: 'currentResults'; readonly executionId: ExecutionId; readonly results: RunResults }
  | { readonly type: 'starting'; readonly kind: RunKind | null }
  | { readonly type: 'cancelling'; readonly executionId: ExecutionId | null }
  | { readonly type: 'resolving'; readonly alertId: string; readonly isDone: boolean }
  | { readonly type: 'alert'; readonly alert: Alert }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'noticeDismissed'; readonly id: string }
  | { readonly type: 'results'; readonly executionId: ExecutionId; readonly results: Remote<RunResults> }
  | { readonly type: 'log'; readonly executionId: ExecutionId; readonly log: Remote<RunLog> }
  | {
      readonly type: 'explanations';
      readonly id: TestId | TargetId;
      readonly explanations: Remote<readonly Explanation[]>;
    }
  | { readonly type: 'filters'; readonly filters: Filters }
  | SectionAction
  | { readonly type: 'view'; readonly change: Partial<View> };

/** What a section shows; of the section that is open by then. */
type SectionAction = {
  readonly [S in LoadedSection]: {
    readonly type: 'section';
    readonly section: S;
    readonly content: Remote<SectionContents[S]>;
  };
}[LoadedSection];

type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>;
type Reduce<T extends Action['type']> = (state: DashboardState, action: ActionOf<T>) => DashboardState;

/** The one place where the state changes. */
export function reduce(state: DashboardState, action: Action): DashboardState {
  // The table is typed by the same key; TypeScript cannot relate a union of actions to a union of functions.
  const reducer = reducers[action.type] as Reduce<Action['type']>;
  return reducer(state, action);
}

const reducers: { readonly [T in Action['type']]: Reduce<T> } = {
  connection: (state, { connection }) => ({ ...state, connection, starting: null, cancelling: null }),
  snapshot: (state, { snapshot, at }) => withSnapshot(state, snapshot, at),
  snapshotFailed: (state, { failure }) =>
    state.load.state === 'ready' ? state : { ...state, load: { state: 'failed', failure } },
  problems: (state, { problems }) => ({ ...state, problems }),
  events: (state, { events, at }) => applyEvents(state, events, at),
  currentResults: (state, { executionId, results }) => withCurrentResults(state, executionId, results),
  starting: (state, { kind }) => ({ ...state, starting: kind }),
  cancelling: (state, { executionId }) => ({ ...state, cancelling: executionId }),
  resolving: (state, { alertId, isDone }) => ({ ...state, resolving: withMember(state.resolving, alertId, !isDone) }),
  alert: (state, { alert }) => ({ ...state, alerts: withAlert(state.alerts, alert) }),
  notice: (state, { notice }) => ({ ...state, notices: withNotice(state.notices, notice) }),
  noticeDismissed: (state, { id }) => ({ ...state, notices: state.notices.filter((each) => each.id !== id) }),
  results: (state, { executionId, results }) => (state.view.openRunId === executionId ? { ...state, results } : state),
  log: (state, { executionId, log }) => (state.view.openRunId === executionId ? { ...state, log } : state),
  explanations: (state, { id, explanations }) => ({
    ...state,
    explanations: new Map(state.explanations).set(id, explanations),
  }),
  filters: (state, { filters }) => ({ ...state, filters }),
  section: (state, { section, content }) => ({ ...state, sections: withSection(state, section, content) }),
  view: (state, { change }) => withView(state, { ...state.view, ...change }),
};

function withSnapshot(state: DashboardState, snapshot: DashboardSnapshot, at: number): DashboardState {
  const listed = snapshot.current === null ? snapshot.recent : [snapshot.current, ...snapshot.recent];
  // Oldest first, so that each later one goes before it; what the page already knows further stays.
  const executions = listed.toReversed().reduce(withExecution, state.executions);
  return {
    ...state,
    load: { state: 'ready', value: { at } },
    repository: snapshot.repository,
    executions,
    current: currentAfter(state, snapshot),
    failing: mergeFailing(state.failing, snapshot.failing),
    alerts: snapshot.alerts,
    durations: snapshot.durations,
    saved: snapshot.saved,
    slowest: snapshot.slowest,
    cost: snapshot.cost,
  };
}

/** A run that an event told of is not replaced by an older one that the snapshot still names. */
function currentAfter(state: DashboardState, snapshot: DashboardSnapshot): DashboardState['current'] {
  const known = state.executions.find((execution) => execution.id === state.current?.executionId);
  if (snapshot.current === null) return state.current;
  if (state.current?.executionId === snapshot.current.id) return state.current;
  if (known !== undefined && !isOver(known.state) && known.queuedAt > snapshot.current.queuedAt) return state.current;
  return { executionId: snapshot.current.id, plan: null, builds: new Map(), notes: [] };
}

function withCurrentResults(state: DashboardState, executionId: ExecutionId, results: RunResults): DashboardState {
  if (state.current?.executionId !== executionId) return state;
  const builds = new Map([
    ...results.builds.map((build) => [build.target, build.status] as const),
    ...state.current.builds,
  ]);
  return { ...state, current: { ...state.current, plan: state.current.plan ?? results.plan, builds } };
}

/** What was read of one run is not shown as that of another. */
function withView(state: DashboardState, view: View): DashboardState {
  if (view.openRunId === state.view.openRunId) return { ...state, view };
  return { ...state, view, results: view.openRunId === null ? null : { state: 'loading' }, log: null };
}

/** What was read once stays when it cannot be read again: the banner says that the connection is lost. */
function withSection(
  state: DashboardState,
  section: LoadedSection,
  content: SectionAction['content'],
): DashboardState['sections'] {
  const isLess = content.state === 'failed' && state.sections[section]?.state === 'ready';
  return isLess ? state.sections : { ...state.sections, [section]: content };
}

function withMember(set: ReadonlySet<string>, member: string, isMember: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (isMember) next.add(member);
  else next.delete(member);
  return next;
}
