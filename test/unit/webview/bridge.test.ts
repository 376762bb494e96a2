import assert from 'node:assert/strict';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { retryDelayMs } from '../../../webview/bridge/back-off.ts';
import { PendingRequests } from '../../../webview/bridge/pending-requests.ts';
import { failureOfRpcError, parseRpcMessage } from '../../../webview/bridge/rpc-message.ts';
import { editorAddress } from '../../../webview/editor-address.ts';
import { repoPath } from '../../rig/dashboard-data.ts';

describe('the back-off', () => {
  it('doubles up to half a minute', () => {
    assert.deepEqual(
      [1, 2, 3, 7, 8, 1000].map((attempt) => retryDelayMs(attempt, 1)),
      [500, 1000, 2000, 30_000, 30_000, 30_000],
    );
  });

  it('is spread by a fifth', () => {
    assert.equal(retryDelayMs(1, 0), 400);
  });
});

describe('a message of JSON-RPC', () => {
  it('is a notification, an answer or an error', () => {
    assert.deepEqual(parseRpcMessage('{"jsonrpc":"2.0","method":"noodle/event","params":{"a":1}}'), {
      method: 'noodle/event',
      params: { a: 1 },
    });
    assert.deepEqual(parseRpcMessage('{"jsonrpc":"2.0","id":3,"result":null}'), { id: 3, result: null });
    assert.deepEqual(parseRpcMessage('{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"no"}}'), {
      id: 3,
      error: { code: -32601, message: 'no' },
    });
  });

  it('is nothing when it is garbage', () => {
    assert.equal(parseRpcMessage('{'), null);
    assert.equal(parseRpcMessage('[]'), null);
  });

  it('fails with the failure that it carries, else with that of its code', () => {
    const failure = { reason: 'not_trusted', message: 'not trusted' } as const;
    assert.deepEqual(failureOfRpcError({ code: 0, message: 'x', data: failure }), failure);
    assert.deepEqual(failureOfRpcError({ code: -32601, message: 'no' }), { reason: 'unknown_method', message: 'no' });
    assert.deepEqual(failureOfRpcError({ code: 7, message: 'odd' }), { reason: 'internal', message: 'odd' });
  });
});

describe('pending requests', () => {
  const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'no failure',
      (error: unknown) => (error instanceof FailureError ? error.failure.reason : error),
    );

  it('are settled by their id', async () => {
    const pending = new PendingRequests();
    const sent: number[] = [];
    const [first, second] = [1, 2].map(() =>
      pending.add(
        (id) => sent.push(id),
        () => {},
      ),
    );
    pending.resolve(2, 'two');
    pending.fail(1, { reason: 'conflict', message: 'no' });
    assert.deepEqual(sent, [1, 2]);
    assert.equal(await second, 'two');
    assert.equal(await reasonOf(first ?? Promise.resolve()), 'conflict');
  });

  it('end with the connection', async () => {
    const pending = new PendingRequests();
    const request = pending.add(
      () => {},
      () => {},
    );
    pending.failAll();
    assert.equal(await reasonOf(request), 'shutting_down');
  });

  it('are cancelled at both ends', async () => {
    const pending = new PendingRequests();
    const cancelled: number[] = [];
    const controller = new AbortController();
    const request = pending.add(
      () => {},
      (id) => cancelled.push(id),
      controller.signal,
    );
    controller.abort();
    assert.equal(await reasonOf(request), 'cancelled');
    assert.deepEqual(cancelled, [1]);
  });
});

describe('the address of a place in the editor', () => {
  const location = { file: repoPath('src/a b#1.ts'), line: 4, column: 2 };

  it('is absolute and encoded', () => {
    assert.equal(editorAddress('/home/me/app', location), 'vscode://file/home/me/app/src/a%20b%231.ts:4:2');
  });

  it('keeps the drive of Windows', () => {
    assert.equal(
      editorAddress('C:\\work\\app', { file: location.file, line: 4 }),
      'vscode://file/C:/work/app/src/a%20b%231.ts:4',
    );
  });
});
