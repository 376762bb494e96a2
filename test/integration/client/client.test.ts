// The connecting client tells apart why there is no connection, and what becomes of one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { failureOf } from '../../../agent/protocol/client.ts';
import { success } from '../../../agent/protocol/failure.ts';
import { connectClient } from '../../../agent/client/client.ts';
import { ManualClock } from '../../rig/manual-clock.ts';
import { ServerRig, tokens } from '../../rig/server-rig.ts';

const options = { token: tokens.admin, client: 'test', clientVersion: '1.0.0' };

async function listening(server: Server, work: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function reasonAt(port: number, more: Partial<Parameters<typeof connectClient>[0]> = {}): Promise<string> {
  const connected = await connectClient({ port, ...options, ...more });
  if (connected.ok) connected.value.dispose();
  return connected.ok ? 'connected' : connected.failure.reason;
}

describe('Connecting', () => {
  it('says who answered', async () => {
    await using rig = await ServerRig.start();
    const client = await rig.connect();
    assert.deepEqual(client.agent, { protocolVersion: 1, agentVersion: '1.0.0', root: '/repository' });
  });

  it('tells that nothing listens', async () => {
    let free = 0;
    await listening(createServer(), async (port) => void (free = port));
    assert.equal(await reasonAt(free), 'not_running');
  });

  it('tells a wrong token', async () => {
    await using rig = await ServerRig.start();
    assert.equal(await reasonAt(rig.port, { token: 'wrong' }), 'unauthorized');
  });

  it('tells another version', async () => {
    const answer = {
      jsonrpc: '2.0',
      id: 'n:0',
      error: { code: -32010, message: 'no', data: { reason: 'version_mismatch', message: 'no' } },
    };
    await withScriptedSocket(answer, async (port) => assert.equal(await reasonAt(port), 'version_mismatch'));
  });

  it('tells a WebSocket that is not an agent', async () => {
    await withScriptedSocket({ jsonrpc: '2.0', id: 'n:0', result: { hello: 'world' } }, async (port) => {
      assert.equal(await reasonAt(port), 'not_an_agent');
    });
  });

  it('tells a web server that is not an agent', async () => {
    const server = createHttpServer((_request, response) => response.writeHead(200).end('<html>'));
    await listening(server, async (port) => assert.equal(await reasonAt(port), 'not_an_agent'));
  });

  it('tells a server of another kind', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).write('220 mail.example ESMTP\r\n'));
    await listening(server, async (port) => assert.equal(await reasonAt(port), 'not_an_agent'));
  });

  it('tells somebody who hangs up', async () => {
    const server = createServer((socket) => socket.resetAndDestroy());
    await listening(server, async (port) => assert.equal(await reasonAt(port), 'disconnected'));
  });

  it('tells somebody who says nothing', async () => {
    const clock = new ManualClock();
    const server = createServer((socket) => {
      socket.on('error', () => {});
      clock.advance(10_000);
    });
    await listening(server, async (port) => assert.equal(await reasonAt(port, { clock }), 'timed_out'));
  });

  it('tells an agent that does not answer the hello', async () => {
    const clock = new ManualClock();
    await withScriptedSocket(
      () => clock.advance(10_000),
      async (port) => assert.equal(await reasonAt(port, { clock }), 'timed_out'),
    );
  });

  it('tells an agent that has enough clients', async () => {
    await using rig = await ServerRig.start({ limits: { clients: 1 } });
    await rig.connect();
    assert.equal(await reasonAt(rig.port), 'too_many_connections');
  });
});

describe('A connected client', () => {
  it('learns that the agent has gone: by an event, and in what it asks', async () => {
    const rig = await ServerRig.start();
    const client = await rig.connect();
    rig.script('makePlan', () => new Promise(() => {}));
    const asked = assert.rejects(client.makePlan({}), (error) => failureOf(error).reason === 'disconnected');
    const closed = new Promise<void>((resolve) => client.onClosed(() => resolve()));
    await rig.server.dispose();
    await Promise.all([closed, asked]);
    await assert.rejects(client.makePlan({}), (error) => failureOf(error).reason === 'disconnected');
    let isToldAtOnce = false;
    client.onClosed(() => (isToldAtOnce = true));
    assert.equal(isToldAtOnce, true);
  });

  it('does not send what was cancelled before', async () => {
    await using rig = await ServerRig.start();
    const client = await rig.connect();
    await assert.rejects(client.makePlan({}, AbortSignal.abort()), (error) => failureOf(error).reason === 'cancelled');
    await client.listTests({});
    assert.deepEqual(
      rig.calls.map(({ operation }) => operation),
      ['listTests'],
    );
  });

  it('does not send what is too large', async () => {
    await using rig = await ServerRig.start();
    const client = await rig.connect();
    const subject = 'x'.repeat(64 * 1024 * 1024);
    await assert.rejects(client.explain({ subject }), (error) => failureOf(error).reason === 'too_large');
    assert.equal((await client.listTests({})).problems.length, 0);
  });

  it('hears events until it stops listening', async () => {
    await using rig = await ServerRig.start();
    const client = await rig.connect();
    const heard: number[] = [];
    const stop = client.onEvent((event) => event.type === 'workspace.changed' && heard.push(event.changedFiles));
    rig.script('listAlerts', async () => {
      rig.events.emit({ type: 'workspace.changed', changedFiles: rig.calls.length, branch: null });
      return success({ alerts: [] });
    });
    await client.listAlerts({});
    stop();
    await client.listAlerts({});
    assert.deepEqual(heard, [1]);
  });
});

async function withScriptedSocket(answer: object | (() => void), work: (port: number) => Promise<void>): Promise<void> {
  const http = createHttpServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    socket.on('message', () => (typeof answer === 'function' ? void answer() : socket.send(JSON.stringify(answer))));
  });
  await listening(http, work);
}
