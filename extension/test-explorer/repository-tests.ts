// The tests of one repository in the Test Explorer: found, run, streamed, outdated.
import * as vscode from 'vscode';
import type { NoodleEvent } from '../../agent/protocol/events.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import type { ExecutionId, TestId } from '../../agent/protocol/ids.ts';
import type { PlanRequest } from '../../agent/protocol/plan.ts';
import type { Repository } from '../repository.ts';
import { RunView } from './run-view.ts';
import type { TestItems } from './test-items.ts';

export interface RepositoryTestsOptions {
  readonly controller: vscode.TestController;
  readonly items: TestItems;
  readonly repository: Repository;
  readonly log: vscode.LogOutputChannel;
}

type EventOfRun = Extract<NoodleEvent, { executionId: ExecutionId }>;

export class RepositoryTests implements vscode.Disposable {
  readonly #options: RepositoryTestsOptions;
  readonly #runs = new Map<ExecutionId, RunView>();
  readonly #unsubscribe: (() => void)[];
  /** Events of executions that may be the answer to a request which is under way. */
  readonly #early: NoodleEvent[] = [];
  #pendingStarts = 0;
  #lastPlan: unknown = null;

  constructor(options: RepositoryTestsOptions) {
    this.#options = options;
    const { connection } = options.repository;
    this.#unsubscribe = [
      connection.onState((state) => {
        if (state.name === 'connected') this.#connected().catch((error: unknown) => options.log.error('tests', String(error)));
        else this.#endRuns();
      }),
      connection.onEvent((event) => this.#receive(event)),
      options.repository.onChange(() => this.#describe()),
    ];
  }

  /** Starts a run for a request of the Test Explorer; resolves when it has ended. */
  async run(planRequest: PlanRequest, request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const { repository, controller, items } = this.#options;
    const client = await repository.connection.ready();
    const testRun = controller.createTestRun(request);
    if (!client.ok) {
      testRun.appendOutput(`${client.failure.message}\r\n`);
      testRun.end();
      return;
    }
    const view = new RunView(testRun, items, repository);
    this.#pendingStarts++;
    try {
      const { executionId } = await client.value.startRun({ ...planRequest, trigger: 'editor' });
      this.#runs.set(executionId, view);
      const cancel = () => void client.value.cancelExecution({ id: executionId }).catch(() => {});
      const stop = [token.onCancellationRequested(cancel), testRun.token.onCancellationRequested(cancel)];
      if (token.isCancellationRequested) cancel();
      await this.#untilEnded(executionId);
      for (const subscription of stop) subscription.dispose();
    } catch (error) {
      view.say(error instanceof Error ? error.message : String(error));
      view.end();
    }
  }

  async watch(isWatching: boolean): Promise<void> {
    const client = await this.#options.repository.connection.ready();
    if (client.ok) await client.value.setWatching({ watching: isWatching });
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#endRuns();
    this.#options.items.removeRepository(this.#options.repository);
  }

  async #connected(): Promise<void> {
    const { repository, items } = this.#options;
    const { client } = repository.connection;
    if (client === null) return;
    const { files } = await client.listTests({});
    for (const file of files) items.putFile(repository, file);
    this.#describe();
    const { executions } = await client.listExecutions({ limit: 10 });
    const running = executions.filter((execution) => execution.state === 'running');
    await Promise.all(running.map((execution) => this.#find(execution)));
  }

  /** A run that goes on, found when the window was loaded anew: shown with what it has done so far. */
  async #find(execution: Execution): Promise<void> {
    const { repository } = this.#options;
    const { client } = repository.connection;
    if (client === null || this.#runs.has(execution.id)) return;
    const view = this.#createView(execution.name);
    this.#runs.set(execution.id, view);
    const { plan, tests } = await client.getExecutionResults({ id: execution.id });
    if (plan !== null) view.planned(plan);
    for (const result of tests) view.finished(result);
  }

  #receive(event: NoodleEvent): void {
    const { repository, items, controller } = this.#options;
    switch (event.type) {
      case 'tests.changed':
        for (const file of event.changed) items.putFile(repository, file);
        event.removed.forEach((id) => items.removeFile(id));
        return;
      case 'tests.outdated':
        controller.invalidateTestResults(event.ids.flatMap((id) => items.file(id) ?? []));
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
    if (event.type === 'run.started' && !isKnown) this.#runs.set(event.executionId, this.#createView(`noodle: ${event.trigger}`));
    const view = this.#runs.get(event.executionId);
    if (view === undefined) return;
    showEvent(view, event);
    if (event.type === 'run.finished') this.#runs.delete(event.executionId);
  }

  #createView(name: string): RunView {
    const { controller, items, repository } = this.#options;
    return new RunView(controller.createTestRun(new vscode.TestRunRequest(), name, true), items, repository);
  }

  #untilEnded(id: ExecutionId): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      const unsubscribe = [
        this.#options.repository.connection.onEvent((event) => {
          if (event.type === 'run.finished' && event.executionId === id) settle();
        }),
        this.#options.repository.connection.onState((state) => {
          if (state.name !== 'connected') settle();
        }),
      ];
      const settle = () => {
        for (const each of unsubscribe) each();
        resolve();
      };
      this.#releaseEarly((event) => {
        if (event.type === 'run.finished' && event.executionId === id) settle();
      });
    });
    return ended;
  }

  /** The request has its answer: what came meanwhile is shown now. */
  #releaseEarly(heard: (event: NoodleEvent) => void): void {
    this.#pendingStarts--;
    if (this.#pendingStarts > 0) return;
    for (const event of this.#early.splice(0)) {
      this.#receive(event);
      heard(event);
    }
  }

  #describe(): void {
    const { plan } = this.#options.repository.state;
    if (plan === this.#lastPlan || plan === null) return;
    this.#lastPlan = plan;
    const reasons = new Map<TestId, string>(plan.tests.map((test) => [test.id, test.why.length < 2 ? (test.why[0] ?? '') : `${test.why[0]} →`]));
    this.#options.items.describePlanned(reasons);
  }

  #endRuns(): void {
    for (const view of this.#runs.values()) view.end();
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
      return view.say(`build ${event.result.target}: ${event.result.status}, ${event.result.reason}`);
    case 'run.finished':
      for (const note of event.notes) view.say(note);
      return view.end();
    default:
  }
}
