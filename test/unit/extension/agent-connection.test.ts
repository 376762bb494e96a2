import assert from 'node:assert/strict';
import type { ConnectedClient } from '../../../agent/client/client.ts';
import type { Result } from '../../../agent/protocol/failure.ts';
import {
  AgentConnection,
  isOlder,
  type AgentConnectionOptions,
  type ConnectionState,
} from '../../../extension/agent-connection.ts';
import type { AgentContact } from '../../../extension/agent-contact.ts';

/** An agent that a test scripts: which of its contacts succeed, and when it goes away. */
class ScriptedContact {
  readonly clients: ScriptedClient[] = [];
  contacts = 0;
  version = '1.2.0';
  failure: Extract<Result<AgentContact>, { ok: false }> | null = null;
  /** Holds the next contact back until it is called. */
  release: Promise<void> = Promise.resolve();

  async contactAgent(): Promise<Result<AgentContact>> {
    this.contacts++;
    await this.release;
    return this.failure ?? { ok: true, value: { root: '/repository', pid: this.contacts, port: 1, token: 't' } };
  }

  async connect(): Promise<Result<ConnectedClient>> {
    const client = new ScriptedClient(this.version);
    this.clients.push(client);
    // The connection uses these members of a client and no others.
    return { ok: true, value: client as unknown as ConnectedClient };
  }
}

class ScriptedClient {
  readonly agent: { readonly agentVersion: string };
  isDisposed = false;
  isStopped = false;
  readonly #closed = new Set<(closed: { isOrderly: boolean }) => void>();

  constructor(agentVersion: string) {
    this.agent = { agentVersion };
  }

  onEvent(): () => void {
    return () => {};
  }

  onClosed(listener: (closed: { isOrderly: boolean }) => void): void {
    this.#closed.add(listener);
  }

  async stopAgent(): Promise<void> {
    this.isStopped = true;
    this.close(true);
  }

  dispose(): void {
    this.isDisposed = true;
    this.close(false);
  }

  close(isOrderly: boolean): void {
    for (const listener of [...this.#closed]) listener({ isOrderly });
  }
}

function rig(change: Partial<AgentConnectionOptions> = {}) {
  const agent = new ScriptedContact();
  const clock = { now: 0 };
  const introduced: unknown[] = [];
  const states: string[] = [];
  const connection = new AgentConnection({
    contactAgent: () => agent.contactAgent(),
    connect: () => agent.connect(),
    introduce: async (client) => void introduced.push(client),
    version: '1.2.0',
    log: () => {},
    now: () => clock.now,
    ...change,
  });
  connection.onState((state) => states.push(state.name));
  return { agent, clock, connection, introduced, states };
}

/** Resolves when the connection is in a state. */
function until(connection: AgentConnection, name: ConnectionState['name']): Promise<void> {
  return new Promise((resolve) => {
    const stop = connection.onState((state) => {
      if (state.name !== name) return;
      stop();
      resolve();
    });
  });
}

describe('the connection to an agent', () => {
  it('introduces itself before it is called connected', async () => {
    const { connection, states, introduced } = rig({
      introduce: async () => assert.equal(states.at(-1), 'starting'),
    });
    await connection.start();
    assert.deepEqual(states, ['starting', 'connected']);
    assert.deepEqual(introduced, []);
    assert.ok(connection.client);
  });

  it('starts once, however often it is asked meanwhile', async () => {
    const { agent, connection } = rig();
    const [first, second] = await Promise.all([connection.ready(), connection.ready(), connection.start()]);
    assert.equal(agent.contacts, 1);
    assert.ok(first.ok && second.ok);
  });

  it('says why it cannot be reached, and tries again when it is asked', async () => {
    const { agent, connection } = rig();
    agent.failure = { ok: false, failure: { reason: 'timed_out', message: 'too slow' } };
    const refused = await connection.ready();
    assert.deepEqual(refused, agent.failure);
    assert.equal(connection.state.name, 'failed');
    agent.failure = null;
    assert.ok((await connection.ready()).ok);
  });

  it('starts a lost agent anew', async () => {
    const { agent, connection, states } = rig();
    await connection.start();
    const again = until(connection, 'connected');
    agent.clients[0]?.close(false);
    await again;
    assert.deepEqual(states, ['starting', 'connected', 'stopped', 'starting', 'connected']);
  });

  it('gives up after three restarts in five minutes', async () => {
    const { agent, connection } = rig();
    await connection.start();
    for (let loss = 1; loss <= 3; loss++) {
      const again = until(connection, 'connected');
      agent.clients.at(-1)?.close(false);
      await again;
    }
    agent.clients.at(-1)?.close(false);
    const { state } = connection;
    assert.equal(state.name === 'failed' && state.failure.message, 'the agent ended 4 times in 5 minutes');
    assert.equal(agent.contacts, 4);
  });

  it('forgives what is longer ago', async () => {
    const { agent, clock, connection } = rig();
    await connection.start();
    for (let loss = 1; loss <= 8; loss++) {
      clock.now += 2 * 60_000;
      const again = until(connection, 'connected');
      agent.clients.at(-1)?.close(false);
      await again;
    }
    assert.equal(connection.state.name, 'connected');
  });

  it('leaves an agent alone that was told to stop', async () => {
    const { agent, connection } = rig();
    await connection.start();
    agent.clients[0]?.close(true);
    assert.deepEqual(connection.state, { name: 'stopped', reason: 'The agent was stopped.' });
    assert.equal(agent.contacts, 1);
    assert.ok((await connection.ready()).ok);
  });

  it('restarts by ending the agent first', async () => {
    const { agent, connection, states } = rig();
    await connection.start();
    await connection.restart();
    assert.deepEqual(
      agent.clients.map(({ isStopped }) => isStopped),
      [true, false],
    );
    assert.deepEqual(states, ['starting', 'connected', 'starting', 'starting', 'connected']);
  });

  it('may be restarted after it has given up', async () => {
    const { agent, connection } = rig();
    await connection.start();
    for (let loss = 1; loss <= 3; loss++) {
      const again = until(connection, 'connected');
      agent.clients.at(-1)?.close(false);
      await again;
    }
    agent.clients.at(-1)?.close(false);
    await connection.restart();
    assert.equal(connection.state.name, 'connected');
  });

  it('replaces an agent that is older than the extension', async () => {
    const { agent, connection } = rig();
    agent.version = '1.1.9';
    const contacted = connection.start();
    await Promise.resolve();
    agent.version = '1.1.9';
    await contacted;
    assert.equal(agent.clients[0]?.isStopped, true);
    assert.equal(agent.contacts, 2);
    assert.equal(connection.state.name, 'connected');
  });

  it('lets go of an agent that it reached too late', async () => {
    const { agent, connection } = rig();
    const held = Promise.withResolvers<void>();
    agent.release = held.promise;
    const started = connection.start();
    connection.dispose();
    held.resolve();
    await started;
    assert.equal(agent.clients[0]?.isDisposed, true);
    assert.equal(connection.client, null);
  });

  it('is not started by the end that it makes itself', async () => {
    const { agent, connection } = rig();
    await connection.start();
    connection.dispose();
    assert.equal(agent.clients[0]?.isDisposed, true);
    assert.equal(agent.contacts, 1);
    await connection.start();
    assert.equal(agent.contacts, 1);
  });
});

describe('versions', () => {
  it('are compared number by number', () => {
    assert.equal(isOlder('0.9.0', '0.10.0'), true);
    assert.equal(isOlder('0.10.0', '0.9.0'), false);
    assert.equal(isOlder('1.0', '1.0.1'), true);
    assert.equal(isOlder('1.0.0', '1.0.0'), false);
    assert.equal(isOlder('2.0.0-beta.1', '2.0.0'), false);
    assert.equal(isOlder('unknown', '1.0.0'), false);
  });
});
