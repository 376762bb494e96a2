// JSON-RPC over the WebSocket: the hello, requests, cancellation, events, and what is wrong with a message.
import assert from 'node:assert/strict';
import { failureOf } from '../../../agent/protocol/client.ts';
import type { NoodleEvent } from '../../../agent/protocol/events.ts';
import { success } from '../../../agent/protocol/failure.ts';
import { StepId } from '../../../agent/protocol/ids.ts';
import { closeCodes, protocolVersion } from '../../../agent/protocol/wire.ts';
import { execution, runId } from '../../rig/contract-examples.ts';
import { ServerRig, tokens } from '../../rig/server-rig.ts';

const hello = { protocolVersion, client: 'test', clientVersion: '1.0.0', token: tokens.admin };
const workspaceChanged: NoodleEvent = { type: 'workspace.changed', changedFiles: 2, branch: 'main' };
const logAppended: NoodleEvent = {
  type: 'log.appended',
  executionId: runId,
  stepId: StepId.parse('build:core'),
  text: 'line\n',
};

describe('JSON-RPC', () => {
  describe('the hello', () => {
    it('answers who the agent is', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.socket();
      socket.send({ id: 'a', method: 'noodle/hello', params: hello });
      assert.deepEqual(await socket.next(), {
        jsonrpc: '2.0',
        id: 'a',
        result: { protocolVersion, agentVersion: '1.0.0', root: '/repository' },
      });
      assert.deepEqual(rig.counts, [1]);
      socket.socket.close();
      await socket.closed;
    });

    for (const [name, message, reason, closeCode] of [
      [
        'a wrong token',
        { id: 1, method: 'noodle/hello', params: { ...hello, token: 'wrong' } },
        'unauthorized',
        closeCodes.unauthorized,
      ],
      [
        'an empty token from a program',
        { id: 1, method: 'noodle/hello', params: { ...hello, token: '' } },
        'unauthorized',
        closeCodes.unauthorized,
      ],
      [
        'another version',
        { id: 1, method: 'noodle/hello', params: { protocolVersion: 99 } },
        'version_mismatch',
        closeCodes.versionMismatch,
      ],
      [
        'parameters that do not fit',
        { id: 1, method: 'noodle/hello', params: { ...hello, client: '' } },
        'invalid_input',
        closeCodes.noHello,
      ],
      ['no parameters', { id: 1, method: 'noodle/hello' }, 'invalid_input', closeCodes.noHello],
      ['an operation before it', { id: 1, method: 'noodle/stopAgent', params: {} }, 'unauthorized', closeCodes.noHello],
      ['a language message before it', { id: 1, method: 'initialize', params: {} }, 'unauthorized', closeCodes.noHello],
      ['a notification', { method: 'noodle/hello', params: hello }, 'unauthorized', closeCodes.noHello],
    ] as const) {
      it(`is refused and the socket closed: ${name}`, async () => {
        await using rig = await ServerRig.start();
        const socket = await rig.socket();
        socket.send(message);
        const answer = await socket.next();
        assert.deepEqual([answer.id, answer.error?.data?.reason], ['id' in message ? 1 : null, reason]);
        assert.equal(await socket.closed, closeCode);
        assert.deepEqual([rig.calls, rig.counts], [[], []]);
      });
    }

    it('is awaited for a while only', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.socket();
      rig.clock.advance(10_000);
      assert.equal(await socket.closed, closeCodes.noHello);
    });

    it('leaves no alarm behind', async () => {
      await using rig = await ServerRig.start();
      const client = await rig.connect();
      rig.clock.advance(60_000);
      assert.equal((await client.setWatching({ watching: true })).watching, true);
    });

    it('does not let a stranger send much', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.socket();
      socket.socket.on('error', () => {});
      socket.socket.send('x'.repeat(5_000_000));
      assert.equal(await socket.closed, 1006);
    });

    it('is said once', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.greetedSocket();
      socket.send({ id: 1, method: 'noodle/hello', params: hello });
      assert.equal((await socket.next()).error?.data?.reason, 'conflict');
    });
  });

  describe('the upgrade', () => {
    for (const [name, headers, status] of [
      ['a page from elsewhere', { Origin: 'https://evil.example' }, 403],
      ['another host', { Host: 'evil.example' }, 403],
    ] as const) {
      it(`is refused to ${name}`, async () => {
        await using rig = await ServerRig.start();
        const answer = await rig.http('GET', '/rpc', {
          headers: {
            Connection: 'Upgrade',
            Upgrade: 'websocket',
            'Sec-WebSocket-Version': '13',
            'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
            ...headers,
          },
        });
        assert.deepEqual([answer.status, (answer.json() as { reason: string }).reason], [status, 'forbidden']);
      });
    }

    it('is refused anywhere but at /rpc', async () => {
      await using rig = await ServerRig.start();
      const answer = await rig.http('GET', '/api/cicd/status', {
        headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
      });
      assert.equal(answer.status, 404);
    });

    it('is refused when there are too many', async () => {
      await using rig = await ServerRig.start({ limits: { clients: 2 } });
      await rig.connect();
      await rig.connect();
      await assert.rejects(rig.connect(), /Expected at most 2 clients at once/);
    });
  });

  describe('messages', () => {
    for (const [name, text, code] of [
      ['broken JSON', '{"jsonrpc":', -32700],
      ['another value', '5', -32600],
      ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"noodle/listTests"}]', -32600],
      ['another version', '{"jsonrpc":"1.0","id":1,"method":"noodle/listTests"}', -32600],
      ['an id that is none', '{"jsonrpc":"2.0","id":{},"method":"noodle/listTests"}', -32600],
      ['a cancellation of nothing', '{"jsonrpc":"2.0","method":"$/cancelRequest"}', -32600],
      [
        'much nesting',
        `{"jsonrpc":"2.0","id":1,"method":"noodle/listTests","params":${'['.repeat(200)}${']'.repeat(200)}}`,
        -32600,
      ],
    ] as const) {
      it(`that do not fit are answered, and the connection goes on: ${name}`, async () => {
        await using rig = await ServerRig.start();
        const socket = await rig.greetedSocket();
        socket.socket.send(text);
        const answer = await socket.next();
        assert.deepEqual([answer.id, answer.error?.code], [null, code]);
        socket.send({ id: 2, method: 'noodle/listAlerts', params: {} });
        assert.equal((await socket.next()).id, 2);
      });
    }

    it('of an unknown method name the nearest that there is', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.greetedSocket();
      socket.send({ id: 1, method: 'noodle/startRuns', params: {} });
      const { error } = await socket.next();
      assert.deepEqual(
        [error?.code, error?.message],
        [-32601, 'There is no operation "startRuns"; perhaps `startRun` is meant.'],
      );
    });

    it('need no parameters where an operation takes none', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.greetedSocket();
      socket.send({ id: 1, method: 'noodle/listTests' });
      assert.equal((await socket.next()).error, undefined);
    });

    it('with parameters by position are refused', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.greetedSocket();
      socket.send({ id: 1, method: 'noodle/listAlerts', params: [5] });
      assert.deepEqual((await socket.next()).error?.message, 'The input: expected an object, found an array of 1.');
    });

    it('that are binary close the connection', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.greetedSocket();
      socket.socket.send(Buffer.from([1, 2, 3]));
      assert.equal(await socket.closed, 1003);
    });

    it('that are too large close the connection', async () => {
      await using rig = await ServerRig.start({ limits: { messageBytes: 10_000 } });
      const socket = await rig.greetedSocket();
      socket.socket.send(JSON.stringify({ text: 'x'.repeat(10_000) }));
      assert.equal(await socket.closed, closeCodes.tooLarge);
    });

    it('whose answer is too large get a failure', async () => {
      await using rig = await ServerRig.start({ limits: { messageBytes: 10_000 } });
      const client = await rig.connect();
      rig.script('getExecutionLog', async () =>
        success({ text: 'x'.repeat(20_000), nextOffset: null, droppedBytes: 0 }),
      );
      await assert.rejects(client.getExecutionLog({ id: runId }), (error) => failureOf(error).reason === 'too_large');
      assert.equal((await client.listAlerts({})).alerts.length, 1);
    });
  });

  describe('cancellation', () => {
    it('reaches the handler, and the caller learns of it', async () => {
      await using rig = await ServerRig.start();
      const client = await rig.connect();
      const controller = new AbortController();
      rig.script('makePlan', async (_input, caller) => {
        const aborted = new Promise((_, reject) =>
          caller.signal.addEventListener('abort', () => reject(new Error('gone'))),
        );
        controller.abort();
        await aborted;
        throw new Error('unreachable');
      });
      await assert.rejects(client.makePlan({}, controller.signal), (error) => failureOf(error).reason === 'cancelled');
      assert.deepEqual(rig.logLines, []);
    });

    it('happens to what is under way when the connection closes', async () => {
      await using rig = await ServerRig.start();
      const client = await rig.connect();
      const aborted = Promise.withResolvers<void>();
      rig.script('makePlan', async (_input, caller) => {
        caller.signal.addEventListener('abort', () => aborted.resolve());
        client.dispose();
        return await new Promise(() => {});
      });
      await assert.rejects(client.makePlan({}), (error) => failureOf(error).reason === 'disconnected');
      await aborted.promise;
    });
  });

  describe('the caller', () => {
    it('is told when its connection has closed, once', async () => {
      await using rig = await ServerRig.start();
      const client = await rig.connect('developer');
      const closed = Promise.withResolvers<void>();
      let times = 0;
      rig.script('setWatching', async ({ watching }, caller) => {
        caller.onClosed(() => (times++, closed.resolve()));
        const taken = caller.onClosed(() => assert.fail('was taken back'));
        taken();
        return success({ watching });
      });
      await client.setWatching({ watching: true });
      client.dispose();
      await closed.promise;
      assert.deepEqual([times, rig.calls[0]?.caller.role, rig.calls[0]?.caller.client], [1, 'developer', 'test']);
    });

    it('has the same connection id in every request, and another than others', async () => {
      await using rig = await ServerRig.start();
      const [one, other] = [await rig.connect(), await rig.connect()];
      await one.listAlerts({});
      await one.listTests({});
      await other.listTests({});
      const [first, second, third] = rig.calls.map(({ caller }) => caller.connectionId);
      assert.equal(first, second);
      assert.notEqual(first, third);
    });
  });

  describe('events', () => {
    it('reach every client, log output only those who asked for it', async () => {
      await using rig = await ServerRig.start();
      const [quiet, logging] = [await rig.connect(), await rig.connect('viewer', true)];
      const received: Record<string, NoodleEvent[]> = { quiet: [], logging: [] };
      quiet.onEvent((event) => received['quiet']?.push(event));
      logging.onEvent((event) => received['logging']?.push(event));
      for (const event of [logAppended, workspaceChanged]) rig.events.emit(event);
      await Promise.all([quiet.listTests({}), logging.listTests({})]);
      assert.deepEqual(received, { quiet: [workspaceChanged], logging: [logAppended, workspaceChanged] });
    });

    it('come in order with the answers around them', async () => {
      await using rig = await ServerRig.start();
      const client = await rig.connect();
      const seen: string[] = [];
      client.onEvent((event) => seen.push(event.type));
      rig.script('startRun', async () => {
        rig.events.emit({ type: 'execution.changed', execution });
        return success({ executionId: runId });
      });
      await client.startRun({}).then(() => seen.push('answer'));
      assert.deepEqual(seen, ['execution.changed', 'answer']);
    });

    it('are not made for nobody', async () => {
      let listeners = 0;
      const rig = await ServerRig.start({
        events: { emit: () => {}, on: () => () => {}, onAny: () => (listeners++, () => listeners--) },
      });
      assert.equal(listeners, 0);
      const client = await rig.connect();
      assert.equal(listeners, 1);
      const closed = new Promise<void>((resolve) => client.onClosed(() => resolve()));
      client.dispose();
      await closed;
      await rig[Symbol.asyncDispose]();
      assert.equal(listeners, 0);
    });

    it('that nobody reads cost the client its connection, not the agent its memory', async () => {
      await using rig = await ServerRig.start({ limits: { bufferedBytes: 1_000_000 } });
      const [slow, quick] = [await rig.greetedSocket('admin', { logs: true }), await rig.connect()];
      // The receiving side of the socket is not read from here on.
      slow.socket.pause();
      const text = 'x'.repeat(100_000);
      for (let count = 0; count < 400; count++) rig.events.emit({ ...logAppended, text });
      await quick.listTests({});
      assert.match(rig.logLines.join('\n'), /a client does not read and was dropped/);
      assert.equal(rig.server.clientCount(), 1);
      slow.socket.resume();
      assert.equal(await slow.closed, 1006);
    });
  });

  it('serves fifty connections at once, each its own answers', async () => {
    await using rig = await ServerRig.start();
    rig.script('getMetricsSummary', async ({ id }) => {
      const definition = { id, name: id, description: '', type: 'gauge', unit: '1' } as const;
      return success({ definition, count: 0, minimum: null, median: null, p90: null, p95: null, p99: null, maximum: null, series: { count: 0, isFull: false }, sum: 0, percentileError: 0.01, values: [] });
    });
    const clients = await Promise.all(Array.from({ length: 50 }, () => rig.connect('viewer')));
    assert.equal(rig.server.clientCount(), 50);
    const events = clients.map((client) => new Promise((resolve) => client.onEvent(resolve)));
    const answers = await Promise.all(
      clients.flatMap((client, index) =>
        Array.from({ length: 10 }, (_, turn) => client.getMetricsSummary({ id: `m${index}.${turn}` })),
      ),
    );
    assert.deepEqual(
      answers.map(({ definition }) => definition.id),
      clients.flatMap((_, index) => Array.from({ length: 10 }, (__, turn) => `m${index}.${turn}`)),
    );
    rig.events.emit(workspaceChanged);
    assert.deepEqual(
      await Promise.all(events),
      clients.map(() => workspaceChanged),
    );
  });

  describe('leaving', () => {
    it('tells clients, and waits until they have hung up', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.greetedSocket();
      await rig.server.dispose();
      assert.equal(await socket.closed, closeCodes.leaving);
      assert.deepEqual(rig.counts, [1, 0]);
    });

    it('does not wait for ever', async () => {
      await using rig = await ServerRig.start();
      const socket = await rig.greetedSocket();
      socket.socket.pause();
      const disposed = rig.server.dispose();
      rig.clock.advance(1000);
      await disposed;
    });
  });
});
