// Keeps the state, renders it, and carries out what the user asks.
import type { AlertRule } from '../agent/protocol/alerts.ts';
import { failureOf, type Client } from '../agent/protocol/client.ts';
import type { NoodleEvent } from '../agent/protocol/events.ts';
import type { ExecutionId, StepId, TargetId, TestId } from '../agent/protocol/ids.ts';
import type { Approval } from '../agent/protocol/pipeline.ts';
import type { InputOf } from '../agent/protocol/operations.ts';
import type { Location } from '../agent/protocol/test.ts';
import type { Actions, PanelContext } from './actions.ts';
import type { Bridge } from './bridge/bridge.ts';
import type { FrameClock } from './frame-clock.ts';
import type { PageLink } from './page-link.ts';
import { RunDetails } from './run-details-loader.ts';
import { SectionLoader } from './section-loader.ts';
import { rememberedLink, rememberedView, viewToRemember } from './state/remembered-view.ts';
import { filtersIn, linkOf, type Filters } from './state/sections.ts';
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
  readonly link: PageLink;
  readonly render: (state: DashboardState, context: PanelContext) => void;
}

export class Controller implements Actions {
  readonly #bridge: Bridge;
  readonly #client: Client;
  readonly #frames: FrameClock;
  readonly #render: ControllerOptions['render'];
  readonly #details: RunDetails;
  readonly #sections: SectionLoader;
  readonly #link: PageLink;
  #state: DashboardState = initialState;
  #events: NoodleEvent[] = [];
  #isReading = false;
  #isStale = false;

  constructor({ bridge, client, frames, link, render }: ControllerOptions) {
    this.#link = link;
    this.#bridge = bridge;
    this.#client = client;
    this.#frames = frames;
    this.#render = render;
    const dispatch = (action: Action) => this.#dispatch(action);
    this.#details = new RunDetails({ client, dispatch });
    this.#sections = new SectionLoader({ client, dispatch, now: () => frames.now() });
  }

  start(): void {
    const kept = this.#bridge.recall();
    this.#dispatch({ type: 'view', change: rememberedView(kept) });
    this.#dispatch({ type: 'filters', filters: filtersIn(this.#link.read() || rememberedLink(kept)) });
    this.#link.onChange((text) => {
      this.#dispatch({ type: 'filters', filters: filtersIn(text) });
      this.#sections.open(this.#state.filters);
    });
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

  show(change: Partial<Filters>): void {
    const filters = { ...this.#state.filters, ...change };
    this.#dispatch({ type: 'filters', filters });
    this.#link.write(linkOf(filters));
    this.#bridge.remember(this.#toRemember());
    this.#sections.open(filters);
  }

  runPipeline(id: string): void {
    this.#change(`pipeline ${id}`, () => this.#client.executePipeline({ id, trigger: 'editor' }));
  }

  decideApproval({ executionId, stepId }: Approval, decision: 'approve' | 'reject'): void {
    this.#change(`approval ${executionId}`, () => this.#client.decideApproval({ id: executionId, stepId, decision }));
  }

  rerun(id: ExecutionId, failed: boolean): void {
    this.#change(`rerun ${id}`, () => this.#client.rerunExecution({ id, failed, trigger: 'editor' }));
  }

  toggleTarget(id: TargetId): void {
    const openTargets = new Set(this.#state.view.openTargets);
    if (!openTargets.delete(id)) openTargets.add(id);
    this.#changeView({ openTargets });
    if (openTargets.has(id)) this.#details.explain(id);
  }

  quarantine(test: TestId, until: number): void {
    this.#change(`quarantine ${test}`, () => this.#client.quarantineTest({ test, until }));
  }

  liftQuarantine(test: TestId): void {
    this.#change(`lift ${test}`, () => this.#client.liftQuarantine({ test }));
  }

  acknowledgeAlert(id: string): void {
    this.#change(`acknowledge ${id}`, () => this.#client.acknowledgeAlert({ id }));
  }

  silenceRule(rule: string, durationSeconds: number): void {
    this.#change(`silence ${rule}`, () => this.#client.createSilence({ rule, durationSeconds }));
  }

  endSilence(id: string): void {
    this.#change(`end ${id}`, () => this.#client.deleteSilence({ id }));
  }

  switchRule(rule: AlertRule, isEnabled: boolean): void {
    this.#change(`switch ${rule.id}`, () => this.#client.createAlertRule({ ...rule, isEnabled }));
  }

  applyProposal(id: string): void {
    this.#change(`apply ${id}`, () => this.#client.applyTuningProposal({ id }));
  }

  undoProposal(id: string): void {
    this.#change(`undo ${id}`, () => this.#client.undoTuningProposal({ id }));
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
    this.#bridge.remember(this.#toRemember());
  }

  #toRemember(): unknown {
    return { ...viewToRemember(this.#state.view), link: linkOf(this.#state.filters) };
  }

  /** Carries a change of the open section out, and shows what became of it. */
  #change(id: string, work: () => Promise<unknown>): void {
    void this.#attempt(id, work).then(() => this.#sections.open(this.#state.filters));
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
    this.#sections.open(this.#state.filters);
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
    this.#sections.follow(this.#state.filters, events);
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
