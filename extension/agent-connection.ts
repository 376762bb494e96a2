// The connection to one repository's agent: one observable state, one client, the language server's streams beside it.
//
//   stopped ──start()──▶ starting ──hello answered──▶ connected ──lost──▶ starting (at most 3 times in 5 minutes)
//      ▲                    │                             │
//      └──────stop()────────┴───── failed(why) ◀──────────┘
import type { NoodleEvent } from '../agent/protocol/events.ts';
import { failure, success, type Failure, type Result } from '../agent/protocol/failure.ts';
import { connectClient, type ConnectedClient } from '../agent/client/client.ts';
import type { AgentContact } from './agent-process.ts';

export type ConnectionState =
  | { readonly name: 'stopped' }
  | { readonly name: 'starting' }
  | { readonly name: 'connected'; readonly client: ConnectedClient; readonly contact: AgentContact }
  | { readonly name: 'failed'; readonly failure: Failure };

export interface AgentConnectionOptions {
  /** Starts the agent or finds the living one. */
  readonly contactAgent: () => Promise<Result<AgentContact>>;
  readonly clientVersion: string;
  /** Called on every new connection before anybody hears of it: trust and settings are sent here. */
  readonly introduce: (client: ConnectedClient) => Promise<void>;
  readonly log: (line: string) => void;
  readonly now: () => number;
}

const mostRestarts = 3;
const restartWindowMs = 5 * 60_000;

export class AgentConnection {
  readonly #options: AgentConnectionOptions;
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #eventListeners = new Set<(event: NoodleEvent) => void>();
  #state: ConnectionState = { name: 'stopped' };
  #starting: Promise<void> | null = null;
  #losses: number[] = [];
  #isStopping = false;

  constructor(options: AgentConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The client when connected, else null. */
  get client(): ConnectedClient | null {
    return this.#state.name === 'connected' ? this.#state.client : null;
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  onEvent(listener: (event: NoodleEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Connects once, however often it is asked meanwhile. */
  start(): Promise<void> {
    if (this.#state.name === 'connected') return Promise.resolve();
    this.#starting ??= this.#start().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  /** The client, once connected; fails with what keeps it from connecting. */
  async ready(): Promise<Result<ConnectedClient>> {
    await this.start();
    if (this.#state.name === 'connected') return success(this.#state.client);
    if (this.#state.name === 'failed') return { ok: false, failure: this.#state.failure };
    return failure('disconnected', 'the agent of this repository is stopped');
  }

  /** Ends the agent, for every window, and starts a new one. */
  async restart(): Promise<void> {
    const { client } = this;
    this.#isStopping = true;
    try {
      if (client !== null) {
        const gone = new Promise<void>((resolve) => client.onClosed(resolve));
        await client.stopAgent({}).catch(() => {});
        await gone;
      }
    } finally {
      this.#isStopping = false;
    }
    this.#losses = [];
    this.#become({ name: 'stopped' });
    await this.start();
  }

  /** Lets go of the agent, which goes on for other windows. */
  dispose(): void {
    this.#isStopping = true;
    this.client?.dispose();
    this.#become({ name: 'stopped' });
    this.#stateListeners.clear();
    this.#eventListeners.clear();
  }

  async #start(): Promise<void> {
    this.#become({ name: 'starting' });
    const connected = await this.#connect();
    if (!connected.ok) {
      this.#options.log(`not connected: ${connected.failure.message}`);
      this.#become({ name: 'failed', failure: connected.failure });
    }
  }

  async #connect(): Promise<Result<null>> {
    const { contactAgent, clientVersion, introduce } = this.#options;
    const contact = await contactAgent();
    if (!contact.ok) return contact;
    const { port, token } = contact.value;
    const connected = await connectClient({ port, token, client: 'VS Code', clientVersion, logs: false });
    if (!connected.ok) return connected;
    const client = connected.value;
    client.onEvent((event) => {
      for (const listener of [...this.#eventListeners]) listener(event);
    });
    client.onClosed(() => this.#lost());
    await introduce(client);
    this.#become({ name: 'connected', client, contact: contact.value });
    return success(null);
  }

  #lost(): void {
    if (this.#isStopping) return;
    const { now, log } = this.#options;
    this.#losses = [...this.#losses.filter((at) => now() - at < restartWindowMs), now()];
    log(`the connection to the agent was lost (${this.#losses.length} times in 5 minutes)`);
    if (this.#losses.length > mostRestarts) {
      const message = `the agent ended ${this.#losses.length} times in 5 minutes`;
      this.#become({ name: 'failed', failure: { reason: 'disconnected', message, hint: 'Restart it, and see the log.' } });
      return;
    }
    this.#become({ name: 'stopped' });
    void this.start();
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }
}
