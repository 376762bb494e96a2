// The connection to one repository's agent: one observable state, one client, the language server's streams beside it.
//
//   stopped ──start()──▶ starting ──hello answered──▶ connected ──lost──▶ starting (at most 3 times in 5 minutes)
//      ▲                  │    ▲                        │   │
//      │                  │    └─older than us: stopped─┘   │
//      ├──────────────────┴──── failed(why) ◀───────────────┤
//      └──────────────── the agent was told to leave ◀──────┘
import type { ConnectedClient } from '../agent/client/client.ts';
import type { NoodleEvent } from '../agent/protocol/events.ts';
import type { Failure, Result } from '../agent/protocol/failure.ts';
import type { AgentContact } from './agent-contact.ts';

export type ConnectionState =
  /** `reason`: who stopped it, where somebody did. */
  | { readonly name: 'stopped'; readonly reason: string | null }
  | { readonly name: 'starting' }
  | { readonly name: 'connected'; readonly client: ConnectedClient; readonly contact: AgentContact }
  | { readonly name: 'failed'; readonly failure: Failure };

export interface AgentConnectionOptions {
  /** Starts the agent or finds the living one. */
  readonly contactAgent: () => Promise<Result<AgentContact>>;
  readonly connect: (contact: AgentContact) => Promise<Result<ConnectedClient>>;
  /** Called on every new connection before anybody hears of it: trust and settings are sent here. */
  readonly introduce: (client: ConnectedClient) => Promise<void>;
  /** Version of this extension: an agent that is older is replaced by the one that came with it. */
  readonly version: string;
  readonly log: (line: string) => void;
  readonly now: () => number;
}

const mostRestarts = 3;
const restartWindowMs = 5 * 60_000;

export class AgentConnection {
  readonly #options: AgentConnectionOptions;
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #eventListeners = new Set<(event: NoodleEvent) => void>();
  #state: ConnectionState = { name: 'stopped', reason: null };
  #starting: Promise<void> | null = null;
  #losses: number[] = [];
  #isDisposed = false;

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
    if (this.#state.name === 'connected' || this.#isDisposed) return Promise.resolve();
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** The client, once connected; fails with what keeps it from connecting. */
  async ready(): Promise<Result<ConnectedClient>> {
    await this.start();
    if (this.#state.name === 'connected') return { ok: true, value: this.#state.client };
    if (this.#state.name === 'failed') return { ok: false, failure: this.#state.failure };
    return { ok: false, failure: { reason: 'disconnected', message: 'the agent of this repository is stopped' } };
  }

  /** Ends the agent, for every window, and starts a new one. */
  async restart(): Promise<void> {
    const { client } = this;
    this.#losses = [];
    if (client !== null) {
      // From here on its end is none that needs an answer.
      this.#become({ name: 'starting' });
      await leave(client);
    }
    await this.start();
  }

  /** Lets go of the agent, which goes on for other windows. */
  dispose(): void {
    const { client } = this;
    this.#isDisposed = true;
    this.#become({ name: 'stopped', reason: null });
    this.#stateListeners.clear();
    this.#eventListeners.clear();
    client?.dispose();
  }

  async #start(): Promise<void> {
    this.#become({ name: 'starting' });
    const connected = await this.#connect();
    if (connected.ok || this.#isDisposed) return;
    this.#options.log(`not connected: ${connected.failure.message}`);
    this.#become({ name: 'failed', failure: connected.failure });
  }

  async #connect(): Promise<Result<null>> {
    const { introduce, version, log } = this.#options;
    let reached = await this.#reach();
    if (reached.ok && isOlder(reached.value.client.agent.agentVersion, version)) {
      log(`the agent is of version ${reached.value.client.agent.agentVersion}: it is replaced by ${version}`);
      await leave(reached.value.client);
      reached = await this.#reach();
    }
    if (!reached.ok) return reached;
    const { client, contact } = reached.value;
    if (this.#isDisposed) {
      client.dispose();
      return { ok: true, value: null };
    }
    client.onEvent((event) => {
      for (const listener of [...this.#eventListeners]) listener(event);
    });
    await introduce(client);
    this.#become({ name: 'connected', client, contact });
    client.onClosed(({ isOrderly }) => {
      if (this.client === client) this.#lost(isOrderly);
    });
    return { ok: true, value: null };
  }

  async #reach(): Promise<Result<{ readonly client: ConnectedClient; readonly contact: AgentContact }>> {
    const contact = await this.#options.contactAgent();
    if (!contact.ok) return contact;
    const client = await this.#options.connect(contact.value);
    return client.ok ? { ok: true, value: { client: client.value, contact: contact.value } } : client;
  }

  #lost(isOrderly: boolean): void {
    const { now, log } = this.#options;
    if (isOrderly) {
      log('the agent has left');
      this.#become({ name: 'stopped', reason: 'The agent was stopped.' });
      return;
    }
    this.#losses = [...this.#losses.filter((at) => now() - at < restartWindowMs), now()];
    log(`the connection to the agent was lost (${this.#losses.length} in 5 minutes)`);
    if (this.#losses.length > mostRestarts) {
      const message = `the agent ended ${this.#losses.length} times in 5 minutes`;
      this.#become({
        name: 'failed',
        failure: { reason: 'disconnected', message, hint: 'Restart it, and see the log.' },
      });
      return;
    }
    this.#become({ name: 'stopped', reason: null });
    void this.start();
  }

  #become(state: ConnectionState): void {
    // Whoever hears that a start has ended may ask for the next one.
    if (state.name !== 'starting') this.#starting = null;
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }
}

/** Tells an agent to stop and waits until it has. */
async function leave(client: ConnectedClient): Promise<void> {
  const gone = new Promise<void>((resolve) => client.onClosed(() => resolve()));
  await client.stopAgent({}).catch(() => {});
  await gone;
}

/** Whether `version` comes before `own`, number by number; what is no version is as good as ours. */
export function isOlder(version: string, own: string): boolean {
  const numbers = (text: string) => text.split('-')[0]?.split('.').map(Number) ?? [];
  const [theirs, ours] = [numbers(version), numbers(own)];
  if ([...theirs, ...ours].some((number) => !Number.isInteger(number))) return false;
  const difference = ours.map((number, index) => number - (theirs[index] ?? 0)).find((each) => each !== 0);
  return difference !== undefined && difference > 0;
}
