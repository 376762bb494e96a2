// One repository in the window: its connection, and what the views show of it, kept current by events.
import type { Disposer } from '../agent/protocol/client.ts';
import type { DashboardSnapshot } from '../agent/protocol/analytics.ts';
import type { NoodleEvent } from '../agent/protocol/events.ts';
import type { Execution } from '../agent/protocol/execution.ts';
import type { Plan } from '../agent/protocol/plan.ts';
import type { AgentConnection } from './agent-connection.ts';

/** What is known of the repository; parts are null until the agent has told them. */
export interface RepositoryState {
  readonly connection: AgentConnection['state']['name'];
  readonly connectionMessage: string | null;
  readonly plan: Plan | null;
  readonly snapshot: DashboardSnapshot | null;
  /** The latest first. */
  readonly executions: readonly Execution[];
}

export const unknownState: RepositoryState = { connection: 'stopped', connectionMessage: null, plan: null, snapshot: null, executions: [] };

const keptExecutions = 50;

/** Queued or running. */
export function isUnfinished({ state }: Execution): boolean {
  return state === 'queued' || state === 'running';
}

/** The state after an event of the agent. */
export function stateAfter(state: RepositoryState, event: NoodleEvent): RepositoryState {
  switch (event.type) {
    case 'plan.updated':
      return { ...state, plan: event.plan };
    case 'execution.changed':
      return { ...state, executions: withExecution(state.executions, event.execution) };
    default:
      return state;
  }
}

function withExecution(executions: readonly Execution[], execution: Execution): readonly Execution[] {
  const others = executions.filter((other) => other.id !== execution.id);
  return [execution, ...others].toSorted((a, b) => b.queuedAt - a.queuedAt).slice(0, keptExecutions);
}

export class Repository {
  /** A folder of the window in this repository, absolute; the root once the agent has told it. */
  readonly folder: string;
  readonly connection: AgentConnection;
  readonly #listeners = new Set<(state: RepositoryState) => void>();
  #state: RepositoryState = unknownState;

  constructor(folder: string, connection: AgentConnection) {
    this.folder = folder;
    this.connection = connection;
    connection.onState(() => void this.#connectionChanged());
    connection.onEvent((event) => {
      this.#become(stateAfter(this.#state, event));
      if (event.type === 'run.finished' || event.type === 'alert.changed') void this.refresh();
    });
  }

  get root(): string {
    return this.connection.state.name === 'connected' ? this.connection.state.contact.root : this.folder;
  }

  get state(): RepositoryState {
    return this.#state;
  }

  onChange(listener: (state: RepositoryState) => void): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what failing tests and figures the agent knows now. */
  async refresh(): Promise<void> {
    const { client } = this.connection;
    if (client === null) return;
    try {
      const [snapshot, { executions }] = await Promise.all([client.getAnalyticsDashboardData({}), client.listExecutions({ limit: keptExecutions })]);
      this.#become({ ...this.#state, snapshot, executions });
    } catch {
      // The connection went away meanwhile; its state tells so.
    }
  }

  dispose(): void {
    this.#listeners.clear();
    this.connection.dispose();
  }

  async #connectionChanged(): Promise<void> {
    const { state } = this.connection;
    const connectionMessage = state.name === 'failed' ? state.failure.message : null;
    this.#become({ ...this.#state, connection: state.name, connectionMessage });
    if (state.name !== 'connected') return;
    await this.refresh();
    const plan = await state.client.makePlan({}).catch(() => null);
    if (plan !== null) this.#become({ ...this.#state, plan });
  }

  #become(state: RepositoryState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}
