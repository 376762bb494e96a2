// What events of the agent change in the state. Results come in floods, so those that follow each other are applied together.
import type { Alert } from '../../agent/protocol/alerts.ts';
import type { EventOf, EventType, NoodleEvent } from '../../agent/protocol/events.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import { changeExecution, isOver, withExecution, withStep } from './executions.ts';
import { withOutdated, withoutFiles, withoutMended, withResults } from './failing.ts';
import { summarizePlan } from './plan-summary.ts';
import { currentExecution, type DashboardState, type Notice } from './state.ts';

const maximumAlerts = 100;
const maximumDurations = 50;

/** The state after `events`, which arrived at `at`. */
export function applyEvents(state: DashboardState, events: readonly NoodleEvent[], at: number): DashboardState {
  let next = state;
  let results: EventOf<'test.finished'>[] = [];
  for (const event of events) {
    if (event.type === 'test.finished' && (results.length === 0 || results[0]?.executionId === event.executionId)) {
      results.push(event);
      continue;
    }
    next = applyResults(next, results, at);
    results = [];
    if (event.type === 'test.finished') results.push(event);
    else next = applyEvent(next, event, at);
  }
  return applyResults(next, results, at);
}

/** The list with this alert in its place, or before all others when it is new. */
export function withAlert(alerts: readonly Alert[], alert: Alert): readonly Alert[] {
  const index = alerts.findIndex((each) => each.id === alert.id);
  return index === -1 ? [alert, ...alerts].slice(0, maximumAlerts) : alerts.with(index, alert);
}

function applyResults(state: DashboardState, events: readonly EventOf<'test.finished'>[], at: number): DashboardState {
  const [first] = events;
  if (first === undefined) return state;
  const { executionId } = first;
  const plan = state.current?.executionId === executionId ? state.current.plan : null;
  const results = events.map((event) => event.result);
  return { ...state, failing: withResults(state.failing, results, { executionId, plan, at }) };
}

type OtherType = Exclude<EventType, 'test.finished'>;
type Apply<T extends EventType> = (state: DashboardState, event: EventOf<T>, at: number) => DashboardState;

function applyEvent(state: DashboardState, event: EventOf<OtherType>, at: number): DashboardState {
  // The table is typed by the same key; TypeScript cannot relate a union of events to a union of functions.
  const apply = appliers[event.type] as Apply<OtherType>;
  return apply(state, event, at);
}

const unchanged = (state: DashboardState): DashboardState => state;

const appliers: { readonly [T in OtherType]: Apply<T> } = {
  'run.started': runStarted,
  'plan.made': (state, event) => withCurrent(state, event, { plan: summarizePlan(event.plan) }),
  'build.started': unchanged,
  'build.finished': (state, event) => {
    const builds = new Map(state.current?.builds).set(event.result.target, event.result.status);
    return withCurrent(state, event, { builds });
  },
  'test.started': unchanged,
  'test.flaky': unchanged,
  'run.finished': runFinished,
  'execution.changed': (state, event) => executionChanged(state, event.execution),
  'step.changed': (state, event) => {
    const executions = changeExecution(state.executions, event.executionId, (each) => withStep(each, event.step));
    return { ...state, executions };
  },
  'problems.found': unchanged,
  'log.appended': unchanged,
  'approval.changed': unchanged,
  'remote-run.imported': unchanged,
  'metrics.recorded': unchanged,
  'workspace.changed': (state, { changedFiles, branch }) => withRepository(state, { changedFiles, branch }),
  'plan.updated': (state, event) => ({ ...state, nextPlan: summarizePlan(event.plan) }),
  'tests.changed': (state, event) =>
    event.removed.length === 0 ? state : { ...state, failing: withoutFiles(state.failing, event.removed) },
  'tests.outdated': (state, event) => ({ ...state, failing: withOutdated(state.failing, event.ids) }),
  'alert.changed': (state, event) => ({ ...state, alerts: withAlert(state.alerts, event.alert) }),
  'notice.raised': (state, event) => ({ ...state, notices: withNotice(state.notices, { ...event, hint: null }) }),
};

function runStarted(state: DashboardState, event: EventOf<'run.started'>): DashboardState {
  const begun = withRepository(state, { changedFiles: event.changedFiles, branch: event.branch });
  return {
    ...begun,
    current: { executionId: event.executionId, plan: null, builds: new Map(), notes: [] },
    failing: withoutMended(state.failing),
    starting: null,
  };
}

function runFinished(state: DashboardState, event: EventOf<'run.finished'>, at: number): DashboardState {
  const executions = changeExecution(state.executions, event.executionId, (execution) => ({
    ...execution,
    state: event.status,
    reason: event.reason,
    counts: event.counts,
    firstFailureAtMs: event.firstFailureAtMs,
    finishedAt: execution.finishedAt ?? at,
  }));
  const { executionId, durationMs, firstFailureAtMs, status } = event;
  const entry = { executionId, at, durationMs, firstFailureAtMs, state: status };
  const others = state.durations.filter((each) => each.executionId !== executionId);
  const durations = [...others, entry].slice(-maximumDurations);
  const finished = { ...state, executions, durations, cancelling: null };
  return withCurrent(finished, event, { notes: event.notes });
}

/** The run that was queued last is the one that the page is about, unless another still runs. */
function executionChanged(state: DashboardState, execution: Execution): DashboardState {
  const executions = withExecution(state.executions, execution);
  const shown = currentExecution(state);
  const isNewer = shown === null || (execution.queuedAt > shown.queuedAt && isOver(shown.state));
  if (!isNewer || state.current?.executionId === execution.id) return { ...state, executions };
  const current = { executionId: execution.id, plan: null, builds: new Map(), notes: [] };
  return { ...state, executions, current, starting: null };
}

function withCurrent(
  state: DashboardState,
  event: { readonly executionId: string },
  change: Partial<NonNullable<DashboardState['current']>>,
): DashboardState {
  if (state.current?.executionId !== event.executionId) return state;
  return { ...state, current: { ...state.current, ...change } };
}

function withRepository(
  state: DashboardState,
  change: { changedFiles: number; branch: string | null },
): DashboardState {
  return state.repository === null ? state : { ...state, repository: { ...state.repository, ...change } };
}

/** The list with this notice at its end, in place of an earlier one of the same id. */
export function withNotice(notices: readonly Notice[], { id, severity, message, hint }: Notice): readonly Notice[] {
  return [...notices.filter((each) => each.id !== id), { id, severity, message, hint }];
}
