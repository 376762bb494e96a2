// Keeps the state, renders it, and carries out what the user asks.
import { failureOf, type Client } from '../agent/protocol/client.ts';
import type { NoodleEvent } from '../agent/protocol/events.ts';
import type { ExecutionId, StepId, TestId } from '../agent/protocol/ids.ts';
import type { InputOf } from '../agent/protocol/operations.ts';
import type { Location } from '../agent/protocol/test.ts';
import type { Actions, PanelContext } from './actions.ts';
import type { Bridge } from './bridge/bridge.ts';
import type { FrameClock } from './frame-clock.ts';
import { RunDetails } from './run-details-loader.ts';
import { rememberedView, viewToRemember } from './state/remembered-view.ts';
import type { Connection } from './state/connection.ts';
import { reduce, type Action } from './state/reduce.ts';
import { nextTickMs } from './state/tick.ts';
import { summarizePlan } from './state/plan-summary.ts';
import {
  currentExecution,
  firstShown,
  initialState,
  type DashboardState,
  type ListName,
  type RunKind,
} from './state/state.ts';

/** Above this many results the plan of the last run is not worth their transfer. */
const maximumResultsToRead = 5000;

const requests: Readonly<Record<RunKind, InputOf<'startRun'>>> = {
  impacted: { trigger: 'editor' },
  all: { all: true, trigger: 'editor' },
  failed: { failed: true, trigger: 'editor' },
};

export interface ControllerOptions {
  readonly bridge: Bridge;
  readonly client: Client;
  readonly frames: FrameClock;
  readonly render: (state: DashboardState, context: PanelContext) => void;
}

export class Controller implements Actions {
  readonly #bridge: Bridge;
  readonly #client: Client;
  readonly #frames: FrameClock;
  readonly #render: ControllerOptions['render'];
  readonly #details: RunDetails;
  #state: DashboardState = initialState;
  #events: NoodleEvent[] = [];
  #isReading = false;
  #isStale = false;

  constructor({ bridge, client, frames, render }: ControllerOptions) {
    this.#bridge = bridge;
    this.#client = client;
    this.#frames = frames;
    this.#render = render;
    this.#details = new RunDetails({ client, dispatch: (action) => this.#dispatch(action) });
  }

  start(): void {
    this.#dispatch({ type: 'view', change: rememberedView(this.#bridge.recall()) });
    this.#frames.onFrame(() => this.#draw());
    this.#client.onEvent((event) => this.#received(event));
    this.#bridge.onConnection((connection) => this.#connectionChanged(connection));
    this.#bridge.start();
  }

  startRun(kind: RunKind): void {
    if (this.#state.starting !== null) return;
    this.#dispatch({ type: 'starting', kind });
    void this.#attempt('run', () => this.#client.startRun(requests[kind])).then((isDone) => {
      if (!isDone) this.#dispatch({ type: 'starting', kind: null });
    });
  }

  cancelRun(id: ExecutionId): void {
    this.#dispatch({ type: 'cancelling', executionId: id });
    void this.#attempt('cancel', () => this.#client.cancelExecution({ id })).then((isDone) => {
      if (!isDone) this.#dispatch({ type: 'cancelling', executionId: null });
    });
  }

  resolveAlert(id: string): void {
    this.#dispatch({ type: 'resolving', alertId: id, isDone: false });
    void this.#attempt(`resolve ${id}`, async () => {
      this.#dispatch({ type: 'alert', alert: await this.#client.resolveAlert({ id }) });
    }).then(() => this.#dispatch({ type: 'resolving', alertId: id, isDone: true }));
  }

  retry(): void {
    if (this.#state.connection.state === 'connected') void this.#read();
    else this.#bridge.retry();
  }

  toggleRun(id: ExecutionId): void {
    const openRunId = this.#state.view.openRunId === id ? null : id;
    const shown = { ...this.#state.view.shown, results: firstShown.results };
    this.#changeView({ openRunId, logStepId: null, shown });
    this.#details.open(this.#state);
  }

  showTab(tab: DashboardState['view']['tab']): void {
    this.#changeView({ tab });
    this.#details.openTab(this.#state);
  }

  chooseLogStep(logStepId: StepId | null): void {
    this.#changeView({ logStepId });
    this.#details.openTab(this.#state);
  }

  readLogOn(): void {
    this.#details.readLogOn(this.#state);
  }

  toggleTest(id: TestId): void {
    const openTests = new Set(this.#state.view.openTests);
    if (!openTests.delete(id)) openTests.add(id);
    this.#changeView({ openTests });
    if (openTests.has(id) && this.#state.explanations.get(id)?.state !== 'ready') this.#details.explain(id);
  }

  showMore(list: ListName): void {
    const { shown } = this.#state.view;
    this.#changeView({ shown: { ...shown, [list]: shown[list] + firstShown[list] * 5 } });
  }

  toggleDurationTable(): void {
    this.#changeView({ isDurationTable: !this.#state.view.isDurationTable });
  }

  dismissNotice(id: string): void {
    this.#dispatch({ type: 'noticeDismissed', id });
  }

  openLocation(location: Location): void {
    this.#bridge.command({ kind: 'command', command: 'openLocation', arguments: location });
  }

  editorCommand(command: Parameters<Actions['editorCommand']>[0]): void {
    this.#bridge.command({ kind: 'command', command, arguments: {} });
  }

  #changeView(change: Partial<DashboardState['view']>): void {
    this.#dispatch({ type: 'view', change });
    this.#bridge.remember(viewToRemember(this.#state.view));
  }

  #connectionChanged(connection: Connection): void {
    this.#dispatch({ type: 'connection', connection });
    if (connection.state === 'connected') void this.#read();
  }

  #received(event: NoodleEvent): void {
    this.#events.push(event);
    this.#frames.request();
  }

  /** Reads everything; what happens meanwhile is held back and applied to what was read. */
  async #read(): Promise<void> {
    if (this.#isReading) {
      this.#isStale = true;
      return;
    }
    this.#isReading = true;
    do {
      this.#isStale = false;
      await this.#readOnce();
    } while (this.#isStale);
    this.#isReading = false;
    this.#frames.request();
  }

  async #readOnce(): Promise<void> {
    try {
      const snapshot = await this.#client.getAnalyticsDashboardData({});
      this.#dispatch({ type: 'snapshot', snapshot, at: this.#frames.now() });
      await this.#readCurrent();
    } catch (error) {
      this.#dispatch({ type: 'snapshotFailed', failure: failureOf(error) });
    }
    this.#details.open(this.#state);
  }

  async #readCurrent(): Promise<void> {
    const execution = currentExecution(this.#state);
    if (execution === null) {
      const { problems } = await this.#client.listTests({});
      this.#dispatch({ type: 'problems', problems });
      return;
    }
    if (this.#state.current?.plan !== null || execution.counts.total > maximumResultsToRead) return;
    const { plan, builds } = await this.#client.getExecutionResults({ id: execution.id });
    const results = { plan: plan === null ? null : summarizePlan(plan), builds, tests: [] };
    this.#dispatch({ type: 'currentResults', executionId: execution.id, results });
  }

  /** Whether it was done; a failure is shown as a notice. */
  async #attempt(id: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const { message, hint = null } = failureOf(error);
      this.#dispatch({ type: 'notice', notice: { id: `failed ${id}`, severity: 'error', message, hint } });
      return false;
    }
  }

  #dispatch(action: Action): void {
    this.#state = reduce(this.#state, action);
    this.#frames.request();
  }

  #applyEvents(): void {
    if (this.#isReading || this.#events.length === 0) return;
    const events = this.#events.splice(0);
    this.#state = reduce(this.#state, { type: 'events', events, at: this.#frames.now() });
    const hasNothingRun = currentExecution(this.#state) === null;
    if (events.some((event) => event.type === 'run.finished' || (hasNothingRun && event.type === 'tests.changed'))) {
      void this.#read();
    }
  }

  #draw(): void {
    this.#applyEvents();
    const now = this.#frames.now();
    this.#render(this.#state, { actions: this, now, hasEditor: this.#bridge.hasEditor, place: this.#bridge.place });
    this.#frames.requestIn(nextTickMs(this.#state, now));
  }
}
