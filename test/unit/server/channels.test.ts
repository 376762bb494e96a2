// Two conversations over one socket do not get in each other's way.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fromWire,
  parseMessage,
  toWire,
  type Channel,
  type MessageId,
  type WireMessage,
} from '../../../agent/protocol/channels.ts';
import { splitChannels } from '../../../agent/protocol/message-streams.ts';

const jsonrpc = '2.0';

describe('Channels', () => {
  it('mark the ids of requests, and keep numbers and texts apart', () => {
    assert.deepEqual(toWire('noodle', { jsonrpc, id: 1, method: 'noodle/listTests' }).id, 'n:1');
    assert.deepEqual(toWire('language', { jsonrpc, id: 1, method: 'initialize' }).id, 'l:1');
    assert.deepEqual(toWire('language', { jsonrpc, id: '1', method: 'initialize' }).id, 'l:"1"');
  });

  it('leave notifications and answers as they are', () => {
    for (const message of [
      { jsonrpc, method: 'noodle/event', params: {} },
      { jsonrpc, id: 'n:1', result: 5 },
    ] as const) {
      assert.deepEqual(toWire('noodle', message), message);
    }
  });

  it('tell requests and notifications apart by their method', () => {
    for (const [method, channel] of [
      ['noodle/hello', 'noodle'],
      ['noodle/event', 'noodle'],
      ['initialize', 'language'],
      ['textDocument/codeLens', 'language'],
      ['$/progress', 'language'],
      ['noodlebar', 'language'],
    ] as const) {
      assert.equal(fromWire({ jsonrpc, method }).channel, channel, method);
      assert.equal(fromWire({ jsonrpc, id: 1, method }).channel, channel, method);
    }
  });

  it('give every answer back to the channel that asked, with the id that it knows', () => {
    const id = fc.oneof(fc.integer(), fc.string());
    const channel = fc.constantFrom<Channel>('noodle', 'language');
    fc.assert(
      fc.property(channel, id, (asking, own) => {
        const request = fromWire(toWire(asking, { jsonrpc, id: own, method: asking === 'noodle' ? 'noodle/x' : 'x' }));
        const answer = fromWire({ jsonrpc, id: request.message.id as MessageId, result: null });
        assert.deepEqual([request.channel, answer.channel, answer.message.id], [asking, asking, own]);
      }),
    );
  });

  it('give a cancellation to the channel that asked, with the id that its request came with', () => {
    for (const channel of ['noodle', 'language'] as const) {
      const request = toWire(channel, { jsonrpc, id: 7, method: channel === 'noodle' ? 'noodle/x' : 'x' });
      const cancellation = fromWire(toWire(channel, { jsonrpc, method: '$/cancelRequest', params: { id: 7 } }));
      assert.deepEqual(cancellation, {
        channel,
        message: { jsonrpc, method: '$/cancelRequest', params: { id: request.id } },
      });
    }
  });

  it('take what a peer with one conversation did not mark for the operations', () => {
    assert.equal(fromWire({ jsonrpc, id: 3, result: 1 }).channel, 'noodle');
    assert.equal(fromWire({ jsonrpc, id: null, error: {} }).channel, 'noodle');
    assert.deepEqual(fromWire({ jsonrpc, method: '$/cancelRequest', params: { id: 3 } }), {
      channel: 'noodle',
      message: { jsonrpc, method: '$/cancelRequest', params: { id: 3 } },
    });
  });

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const message = parseMessage(text);
        if (message !== null) fromWire(message);
      }),
    );
    const shaped = fc.record(
      {
        jsonrpc: fc.constant('2.0'),
        id: fc.jsonValue(),
        method: fc.jsonValue(),
        params: fc.jsonValue(),
        result: fc.jsonValue(),
      },
      { requiredKeys: ['jsonrpc'] },
    );
    fc.assert(
      fc.property(shaped, (message) => {
        const parsed = parseMessage(JSON.stringify(message));
        if (parsed !== null) fromWire(parsed);
      }),
    );
  });
});

describe('parseMessage', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '5',
    '{"jsonrpc":"1.0","id":1,"method":"x"}',
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":true,"method":"x"}',
    '{"jsonrpc":"2.0","id":1,"method":5}',
    '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":[]}}',
  ]) {
    it(`refuses ${text}`, () => assert.equal(parseMessage(text), null));
  }

  for (const text of [
    '{"jsonrpc":"2.0","method":"x"}',
    '{"jsonrpc":"2.0","id":"a","method":"x"}',
    '{"jsonrpc":"2.0","id":null,"error":{}}',
    '{"jsonrpc":"2.0","id":1,"result":null}',
  ]) {
    it(`takes ${text}`, () => assert.deepEqual(parseMessage(text), JSON.parse(text)));
  }
});

describe('Channel streams', () => {
  function received(reader: { listen(callback: (message: WireMessage) => void): unknown }): WireMessage[] {
    const messages: WireMessage[] = [];
    reader.listen((message) => messages.push(message));
    return messages;
  }

  it('write with the mark of their channel', async () => {
    const sent: string[] = [];
    const splitter = splitChannels((text) => sent.push(text));
    await splitter.open('language').writer.write({ jsonrpc, id: 0, method: 'initialize' });
    assert.deepEqual(sent, ['{"jsonrpc":"2.0","id":"l:0","method":"initialize"}']);
  });

  it('reject a message that could not be sent', async () => {
    const splitter = splitChannels(() => {
      throw new Error('too large');
    });
    await assert.rejects(splitter.open('noodle').writer.write({ jsonrpc, method: 'noodle/x' }), /too large/);
  });

  it('keep what comes before somebody listens, in order', () => {
    const waiting: Channel[] = [];
    const splitter = splitChannels(
      () => {},
      (channel) => waiting.push(channel),
    );
    const first = { jsonrpc, method: 'first' };
    const second = { jsonrpc, method: 'second' };
    splitter.deliver(first);
    splitter.deliver(second);
    assert.deepEqual(waiting, ['language']);
    const { reader } = splitter.open('language');
    splitter.deliver({ jsonrpc, method: 'third' });
    assert.deepEqual(
      received(reader).map(({ method }) => method),
      ['first', 'second', 'third'],
    );
  });

  it('start over for a language client that restarts', () => {
    const splitter = splitChannels(() => {});
    const former = received(splitter.open('language').reader);
    splitter.shut('language');
    splitter.deliver({ jsonrpc, id: 1, method: 'initialize' });
    const present = received(splitter.open('language').reader);
    assert.deepEqual([former.length, present.length], [0, 1]);
  });

  it('tell both channels when the socket closes, and those opened later', () => {
    const splitter = splitChannels(() => {});
    const closed: string[] = [];
    splitter.open('noodle').reader.onClose(() => closed.push('noodle'));
    splitter.close();
    assert.deepEqual(closed, ['noodle']);
  });

  it('say whether a frame was a message', () => {
    const splitter = splitChannels(() => {});
    assert.deepEqual([splitter.receive('{"jsonrpc":"2.0","method":"x"}'), splitter.receive('nonsense')], [true, false]);
  });
});
