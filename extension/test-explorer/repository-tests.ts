// The tests of one repository in the Test Explorer: found, run, streamed, outdated.
import * as vscode from 'vscode';
import type { NoodleEvent } from '../../agent/protocol/events.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import type { ExecutionId, TestId } from '../../agent/protocol/ids.ts';
import type { PlanRequest } from '../../agent/protocol/plan.ts';
import type { Framework, TestFile } from '../../agent/protocol/test.ts';
import { isUnfinished, type Repository } from '../repository.ts';
import { addCoverage } from './coverage.ts';
import { describePlan } from './planned-reason.ts';
import { RunView } from './run-view.ts';
import type { TestItems } from './test-items.ts';

export interface RepositoryTestsOptions {
  readonly controller: vscode.TestController;
  readonly items: TestItems;
  readonly repository: Repository;
  readonly log: vscode.LogOutputChannel;
  /** Tests of other frameworks are left to their own extension. */
  readonly isShown: (framework: Framework) => boolean;
}

/** So many are read and shown in a few hundredths of a second, with some dozens of cases each. */
const filesPerPage = 200;

type EventOfRun = Extract<NoodleEvent, { executionId: ExecutionId }>;

export class RepositoryTests implements vscode.Disposable {
  readonly #options: RepositoryTestsOptions;
  readonly #runs = new Map<ExecutionId, RunView>();
  readonly #unsubscribe: (() => void)[];
  /** Events of executions that may be the answer to a request which is under way. */
  readonly #early: EventOfRun[] = [];
  #pendingStarts = 0;
  #isWatching = false;
  /** What somebody follows item by item, with what to do when a change reaches it. */
  readonly #followed = new Set<(outdated: ReadonlySet<TestId>) => void>();
  #describedPlan: unknown = null;

  constructor(options: RepositoryTestsOptions) {
    this.#options = options;
    const { connection } = options.repository;
    this.#unsubscribe = [
      connection.onState((state) => {
        if (state.name === 'connected')
          this.#connected().catch((error: unknown) => options.log.error('tests', String(error)));
        else this.#endRuns();
      }),
      connection.onEvent((event) => this.#receive(event)),
      options.repository.onChange(() => this.#describe()),
    ];
  }

  /** Starts a run for a request of the Test Explorer; resolves when it has ended. */
  async run(planRequest: PlanRequest, request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const { repository, controller, items } = this.#options;
    const testRun = controller.createTestRun(request);
    const chosen = planRequest.tests === undefined ? null : new Set<string>(planRequest.tests);
    const view = new RunView({ run: testRun, items, repository, chosen });
    const client = await repository.connection.ready();
    if (!client.ok) return view.endWith(client.failure.message);
    const cancelled = new AbortController();
    const stop = [token, testRun.token].map((each) => each.onCancellationRequested(() => cancelled.abort()));
    if (token.isCancellationRequested) cancelled.abort();
    this.#pendingStarts++;
    try {
      const { executionId } = await client.value.startRun({ ...planRequest, trigger: 'editor' });
      const cancel = () => void client.value.cancelExecution({ id: executionId }).catch(() => {});
      cancelled.signal.addEventListener('abort', cancel);
      if (cancelled.signal.aborted) cancel();
      if (planRequest.coverage === true)
        view.beforeEnd = () => addCoverage(testRun, { repository, items, executionId });
      this.#runs.set(executionId, view);
    } catch (error) {
      view.endWith(error instanceof Error ? error.message : String(error));
    } finally {
      this.#pendingStarts--;
      this.#releaseEarly();
    }
    await view.ended;
    for (const subscription of stop) subscription.dispose();
  }

  /** Runs at every change, or does no longer; an agent that is started anew is told again. */
  async watch(isWatching: boolean): Promise<void> {
    this.#isWatching = isWatching;
    const { connection } = this.#options.repository;
    if (!isWatching && connection.client === null) return;
    const client = await connection.ready();
    if (client.ok) await client.value.setWatching({ watching: isWatching });
  }

  /** Calls `run` with the files that a change has reached, until the subscription is disposed of. */
  follow(run: (outdated: ReadonlySet<TestId>) => void): vscode.Disposable {
    this.#followed.add(run);
    return new vscode.Disposable(() => this.#followed.delete(run));
  }

  /** Makes the cases of a file: those on record, else what its source says. */
  async resolve(item: vscode.TestItem): Promise<void> {
    const { items, repository } = this.#options;
    const file = items.fileOf(item);
    if (file === null) return;
    const client = await repository.connection.ready();
    if (!client.ok) return;
    item.busy = true;
    try {
      const { cases } = await client.value.listTestCases({ id: file.id });
      items.putCases(item, cases);
      item.canResolveChildren = false;
    } catch {
      items.putCases(item, file.cases);
    } finally {
      item.busy = false;
    }
  }

  /** The cases of a test file that somebody looks at, with the lines at which they stand now. */
  async resolveDocument(uri: vscode.Uri): Promise<void> {
    const item = this.#options.items.fileAt(uri);
    if (item !== null) await this.resolve(item);
  }

  /** Looks for tests anew. */
  async refresh(): Promise<void> {
    await this.#options.repository.read();
    await this.list();
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#endRuns();
    this.#options.items.removeAll();
  }

  async #connected(): Promise<void> {
    const { client } = this.#options.repository.connection;
    if (client === null) return;
    if (this.#isWatching) await client.setWatching({ watching: true });
    await this.list();
    const { executions } = await client.listExecutions({ limit: 10 });
    await Promise.all(executions.filter(isUnfinished).map((execution) => this.#find(execution)));
  }

  /** Shows the tests that the agent knows now, a page at a time: between two of them the window answers. */
  async list(): Promise<void> {
    const { repository, items, isShown } = this.#options;
    const gone = new Set(items.fileIds);
    let cursor: string | undefined;
    do {
      const { client } = repository.connection;
      if (client === null) return;
      const page = await client.listTests({ limit: filesPerPage, cursor });
      for (const file of page.files) {
        if (!isShown(file.framework)) continue;
        gone.delete(file.id);
        this.#put(file);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    for (const id of gone) items.removeFile(id);
    this.#describedPlan = null;
    this.#describe();
    await Promise.all([this.#resolveVisible(), this.#markFlaky()]);
  }

  async #markFlaky(): Promise<void> {
    const { repository, items } = this.#options;
    const known = await repository.connection.client?.listFlakyTests({});
    if (known !== undefined) items.markFlaky(known.tests);
  }

  /** Of open test files the cases have their places, for the marks beside them. */
  async #resolveVisible(): Promise<void> {
    await Promise.all(vscode.window.visibleTextEditors.map(({ document }) => this.resolveDocument(document.uri)));
  }

  /** A run that goes on, found when the window was loaded anew: shown with what it has done so far. */
  async #find(execution: Execution): Promise<void> {
    const { client } = this.#options.repository.connection;
    if (client === null || this.#runs.has(execution.id)) return;
    const view = this.#createView(execution.name);
    this.#runs.set(execution.id, view);
    const { plan, tests } = await client.getExecutionResults({ id: execution.id });
    if (plan !== null) view.planned(plan);
    for (const result of tests) view.finished(result);
    // It may have ended while we asked.
    if (!isUnfinished(await client.getExecutionStatus({ id: execution.id })) && this.#runs.delete(execution.id))
      view.end();
  }

  #put(file: TestFile): void {
    const { items } = this.#options;
    items.putFile(file);
    const item = items.file(file.id);
    if (item !== null && items.isStale(file)) this.resolve(item).catch(() => {});
  }

  #receive(event: NoodleEvent): void {
    const { items, controller } = this.#options;
    switch (event.type) {
      case 'tests.changed':
        for (const file of event.changed) if (this.#options.isShown(file.framework)) this.#put(file);
        event.removed.forEach((id) => items.removeFile(id));
        return;
      case 'tests.outdated':
        controller.invalidateTestResults(event.ids.flatMap((id) => items.file(id) ?? []));
        for (const run of this.#followed) run(new Set(event.ids));
        return;
      default:
        if ('executionId' in event) this.#receiveOfRun(event);
    }
  }

  #receiveOfRun(event: EventOfRun): void {
    const isKnown = this.#runs.has(event.executionId);
    if (this.#pendingStarts > 0 && !isKnown) {
      this.#early.push(event);
      return;
    }
    if (event.type === 'run.started' && !isKnown)
      this.#runs.set(event.executionId, this.#createView(this.#nameOf(event.executionId)));
    const view = this.#runs.get(event.executionId);
    if (view === undefined) return;
    showEvent(view, event);
    if (event.type !== 'run.finished') return;
    this.#runs.delete(event.executionId);
    Promise.all([this.#resolveVisible(), this.#markFlaky()]).catch(() => {});
  }

  #nameOf(id: ExecutionId): string {
    return this.#options.repository.state.executions.find((execution) => execution.id === id)?.name ?? 'Noodle';
  }

  #createView(name: string): RunView {
    const { controller, items, repository } = this.#options;
    return new RunView({ run: controller.createTestRun(new vscode.TestRunRequest(), name, true), items, repository });
  }

  /** Every request has its answer: what came meanwhile is shown now. */
  #releaseEarly(): void {
    if (this.#pendingStarts === 0) for (const event of this.#early.splice(0)) this.#receiveOfRun(event);
  }

  /** Why the plan has a file in it stands beside its name. */
  #describe(): void {
    const { plan } = this.#options.repository.state;
    if (plan === this.#describedPlan || plan === null) return;
    this.#describedPlan = plan;
    this.#options.items.describePlanned(describePlan(plan));
  }

  /** The agent is gone, and what ran with it. */
  #endRuns(): void {
    for (const view of this.#runs.values())
      view.endWith('The agent ended before the run did: the run was interrupted.');
    this.#runs.clear();
  }
}

function showEvent(view: RunView, event: EventOfRun): void {
  switch (event.type) {
    case 'plan.made':
      return view.planned(event.plan);
    case 'test.started':
      return view.started(event.id);
    case 'test.finished':
      return view.finished(event.result);
    case 'build.finished':
      return view.built(event.result);
    case 'log.appended':
      return view.printed(event.text);
    case 'run.finished':
      for (const note of event.notes) view.say(note);
      if (event.status !== 'succeeded' && event.status !== 'failed')
        view.say(`The run was ${event.status.replace('_', ' ')}${event.reason === null ? '' : `: ${event.reason}`}.`);
      return view.end();
    default:
  }
}
