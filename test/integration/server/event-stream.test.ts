// Server-sent events: what a script or a page without a WebSocket follows.
import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { NoodleEvent } from '../../../agent/protocol/events.ts';
import { ExecutionId, StepId } from '../../../agent/protocol/ids.ts';
import { execution, runId } from '../../rig/contract-examples.ts';
import { ServerRig, tokens } from '../../rig/server-rig.ts';

const workspaceChanged: NoodleEvent = { type: 'workspace.changed', changedFiles: 2, branch: null };
const own: NoodleEvent = { type: 'execution.changed', execution };
const other: NoodleEvent = { type: 'execution.changed', execution: { ...execution, id: ExecutionId.parse('run-2') } };
const log: NoodleEvent = { type: 'log.appended', executionId: runId, stepId: StepId.parse('s'), text: 'two\nlines' };
const last: NoodleEvent = { type: 'tests.outdated', ids: [] };

class Stream {
  readonly response: IncomingMessage;
  readonly closed: Promise<void>;
  #text = '';
  #changed = () => {};

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      this.#text += text;
      this.#changed();
    });
    this.closed = new Promise((resolve) => response.once('close', resolve));
    response.on('error', () => {});
  }

  static open(rig: ServerRig, query = ''): Promise<Stream> {
    return new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${tokens.viewer}` };
      const request = httpRequest(
        { host: '127.0.0.1', port: rig.port, path: `/api/cicd/events${query}`, headers, agent: false },
        (response) => resolve(new Stream(response)),
      );
      request.on('error', reject);
      request.end();
    });
  }

  /** Resolves when `count` records have come, heartbeats among them. */
  async records(count: number): Promise<string[]> {
    for (;;) {
      const records = this.#text.split('\n\n').slice(0, -1);
      if (records.length >= count) return records;
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }

  /** The first `count` events. */
  async events(count: number): Promise<NoodleEvent[]> {
    const records = await this.records(count + 1);
    return records
      .filter((record) => record.startsWith('data: '))
      .map((record) => JSON.parse(record.slice(6)) as NoodleEvent);
  }
}

describe('The event stream', () => {
  it('carries every event but log output', async () => {
    await using rig = await ServerRig.start();
    const stream = await Stream.open(rig);
    assert.equal(stream.response.headers['content-type'], 'text/event-stream; charset=utf-8');
    for (const event of [workspaceChanged, log, own]) rig.events.emit(event);
    assert.deepEqual(await stream.events(2), [workspaceChanged, own]);
    stream.response.destroy();
  });

  it('carries one execution alone when asked, with its log output', async () => {
    await using rig = await ServerRig.start();
    const stream = await Stream.open(rig, '?execution=run-1&logs=true');
    for (const event of [workspaceChanged, other, log, last, own]) rig.events.emit(event);
    assert.deepEqual(await stream.events(2), [log, own]);
    stream.response.destroy();
  });

  it('beats now and then', async () => {
    await using rig = await ServerRig.start();
    const stream = await Stream.open(rig);
    await stream.records(1);
    rig.clock.advance(15_000);
    rig.clock.advance(15_000);
    assert.deepEqual(await stream.records(3), [':', ':', ':']);
    stream.response.destroy();
  });

  it('counts as a client while it lasts', async () => {
    const counted = Promise.withResolvers<void>();
    const counts: number[] = [];
    await using rig = await ServerRig.start({
      onClientCount: (count) => {
        counts.push(count);
        if (count === 0) counted.resolve();
      },
    });
    const stream = await Stream.open(rig);
    await stream.records(1);
    stream.response.destroy();
    await counted.promise;
    assert.deepEqual(counts, [1, 0]);
  });

  it('ends when the agent leaves', async () => {
    await using rig = await ServerRig.start();
    const stream = await Stream.open(rig);
    await rig.server.dispose();
    await stream.closed;
  });

  it('ends for a client that does not read', async () => {
    await using rig = await ServerRig.start({ limits: { bufferedBytes: 1_000_000 } });
    const stream = await Stream.open(rig, '?logs=true');
    stream.response.pause();
    const text = 'x'.repeat(100_000);
    for (let count = 0; count < 400; count++) rig.events.emit({ ...log, text });
    stream.response.resume();
    await stream.closed;
    assert.equal(rig.server.clientCount(), 0);
  });

  for (const [query, detail] of [
    ['?execution=', '`execution`: expected at least 1 character, found "".'],
    ['?logs=yes', '`logs`: expected "true" or "false", found "yes".'],
    ['?run=1', 'The input: unknown key "run"; expected one of `execution`, `logs`.'],
  ] as const) {
    it(`refuses ${query}`, async () => {
      await using rig = await ServerRig.start();
      const answer = await rig.rest('GET', `/events${query}`);
      assert.deepEqual([answer.status, (answer.json() as { detail: string }).detail], [400, detail]);
      assert.deepEqual(rig.counts, []);
    });
  }

  it('asks for a token', async () => {
    await using rig = await ServerRig.start();
    assert.equal((await rig.rest('GET', '/events', { role: null })).status, 401);
  });

  it('is refused when there are too many clients', async () => {
    await using rig = await ServerRig.start({ limits: { clients: 1 } });
    await rig.connect();
    assert.equal((await rig.rest('GET', '/events')).status, 503);
  });
});
