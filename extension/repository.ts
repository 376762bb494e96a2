// One repository in the window: its connection, and what the views show of it, kept current by events.
import path from 'node:path';
import type { Disposer } from '../agent/protocol/client.ts';
import type { DashboardSnapshot } from '../agent/protocol/analytics.ts';
import { answerTo, type Answer } from '../agent/protocol/answer.ts';
import type { NoodleEvent } from '../agent/protocol/events.ts';
import type { Execution } from '../agent/protocol/execution.ts';
import type { ExecutionId } from '../agent/protocol/ids.ts';
import type { Plan } from '../agent/protocol/plan.ts';
import { plannedFiles } from '../agent/protocol/planned-files.ts';
import type { AgentConnection } from './agent-connection.ts';

/** What is known of the repository; parts are null until the agent has told them. */
export interface RepositoryState {
  readonly connection: AgentConnection['state']['name'];
  /** Why it is not connected, where that has a reason. */
  readonly connectionMessage: string | null;
  /** The agent was asked for everything once since it is connected. */
  readonly isRead: boolean;
  /** What would run for the working tree as it is. */
  readonly plan: Plan | null;
  /** Of the plan of the latest run, what the answer needs. */
  readonly runPlan: {
    readonly executionId: ExecutionId;
    readonly skippedTests: number;
    readonly builds: number;
  } | null;
  readonly snapshot: DashboardSnapshot | null;
  /** The latest first. */
  readonly executions: readonly Execution[];
}

export const unknownState: RepositoryState = {
  connection: 'stopped',
  connectionMessage: null,
  isRead: false,
  plan: null,
  runPlan: null,
  snapshot: null,
  executions: [],
};

const keptExecutions = 50;

/** Queued or running. */
export function isUnfinished({ state }: Execution): boolean {
  return state === 'queued' || state === 'running';
}

/** The run that goes on, else the latest; null before the first. */
export function currentExecution({ executions }: RepositoryState): Execution | null {
  return executions.find(isUnfinished) ?? executions[0] ?? null;
}

/** Whether there is any test that could run. */
export function hasTests({ plan }: RepositoryState): boolean {
  return plan !== null && plannedFiles(plan) > 0;
}

/** The sentence that the dashboard shows too. */
export function answerOf(state: RepositoryState): Answer {
  const execution = currentExecution(state);
  const { runPlan, snapshot } = state;
  const plan = runPlan !== null && runPlan.executionId === execution?.id ? runPlan : null;
  return answerTo({ execution, failing: snapshot?.failing ?? [], mended: 0, plan });
}

/** The state after an event of the agent. */
export function stateAfter(state: RepositoryState, event: NoodleEvent): RepositoryState {
  switch (event.type) {
    case 'plan.updated':
      return { ...state, plan: event.plan };
    case 'plan.made':
      return { ...state, runPlan: summaryOf(event.executionId, event.plan) };
    case 'execution.changed':
      return { ...state, executions: withExecution(state.executions, event.execution) };
    default:
      return state;
  }
}

function summaryOf(executionId: ExecutionId, plan: Plan): RepositoryState['runPlan'] {
  return { executionId, skippedTests: plan.skipped.count, builds: plan.builds.length };
}

/** Events may come late: what has ended does not begin to run again. */
function withExecution(executions: readonly Execution[], execution: Execution): readonly Execution[] {
  const known = executions.find((other) => other.id === execution.id);
  if (known !== undefined && !isUnfinished(known) && isUnfinished(execution)) return executions;
  const others = executions.filter((other) => other.id !== execution.id);
  return [execution, ...others].toSorted((a, b) => b.queuedAt - a.queuedAt).slice(0, keptExecutions);
}

export class Repository {
  /** A folder of the window in this repository, absolute; the root once the agent has told it. */
  readonly folder: string;
  readonly connection: AgentConnection;
  readonly #listeners = new Set<(state: RepositoryState) => void>();
  #state: RepositoryState = unknownState;
  #root: string;
  #refreshing: Promise<void> | null = null;
  #isStale = false;

  constructor(folder: string, connection: AgentConnection) {
    this.folder = folder;
    this.connection = connection;
    this.#root = folder;
    connection.onState(() => void this.#connectionChanged());
    connection.onEvent((event) => {
      this.#become(stateAfter(this.#state, event));
      if (event.type === 'run.finished' || event.type === 'alert.changed' || event.type === 'tests.changed')
        void this.refresh();
    });
  }

  get root(): string {
    return this.#root;
  }

  get name(): string {
    return path.basename(this.#root);
  }

  get state(): RepositoryState {
    return this.#state;
  }

  onChange(listener: (state: RepositoryState) => void): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what failing tests and figures the agent knows now; asked for while it reads, it reads once more. */
  refresh(): Promise<void> {
    this.#isStale = true;
    this.#refreshing ??= this.#refreshWhileStale().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refreshWhileStale(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      await this.#refresh();
    }
  }

  async #refresh(): Promise<void> {
    const { client } = this.connection;
    if (client === null) return;
    try {
      const [snapshot, { executions }] = await Promise.all([
        client.getAnalyticsDashboardData({}),
        client.listExecutions({ limit: keptExecutions }),
      ]);
      if (client === this.connection.client) this.#become({ ...this.#state, snapshot, executions });
    } catch {
      // The connection went away meanwhile; its state tells so.
    }
  }

  /** Has the plan made anew and reads everything: after a connection, new settings, or newly given trust. */
  async read(): Promise<void> {
    const { client } = this.connection;
    if (client === null) return;
    // The plan looks for tests and targets, which the figures tell of.
    const plan = await client.makePlan({}).catch(() => null);
    await this.refresh();
    if (client !== this.connection.client) return;
    this.#become({ ...this.#state, isRead: true, ...(plan === null ? {} : { plan }) });
    const execution = currentExecution(this.#state);
    if (execution === null || this.#state.runPlan !== null) return;
    const results = await client.getExecutionResults({ id: execution.id }).catch(() => null);
    if (results !== null && results.plan !== null && this.#state.runPlan === null)
      this.#become({ ...this.#state, runPlan: summaryOf(execution.id, results.plan) });
  }

  dispose(): void {
    this.#listeners.clear();
    this.connection.dispose();
  }

  async #connectionChanged(): Promise<void> {
    const { state } = this.connection;
    if (state.name === 'connected') this.#root = state.contact.root;
    const connectionMessage =
      state.name === 'failed' ? state.failure.message : state.name === 'stopped' ? state.reason : null;
    const isRead = state.name === 'connected' && this.#state.isRead;
    this.#become({ ...this.#state, connection: state.name, connectionMessage, isRead });
    if (state.name === 'connected') await this.read();
  }

  #become(state: RepositoryState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}
