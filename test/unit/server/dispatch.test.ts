// The one way into the operations: the order of its checks, and what it does with what handlers do.
import assert from 'node:assert/strict';
import { createLog, silentLog } from '../../../agent/platform/log.ts';
import { FailureError, success } from '../../../agent/protocol/failure.ts';
import { operations, type OperationName } from '../../../agent/protocol/operations.ts';
import { createDispatcher, type AuditEntry, type Caller, type Handlers } from '../../../agent/server/dispatch.ts';
import { ManualClock } from '../../rig/manual-clock.ts';

const caller: Caller = {
  role: 'developer',
  via: 'rpc',
  client: 'test',
  connectionId: 'c1',
  signal: new AbortController().signal,
  onClosed: () => () => {},
};

function dispatcher(
  handler: (input: unknown, caller: Caller) => Promise<unknown>,
  audit: (entry: AuditEntry) => void = () => {},
  log = silentLog,
) {
  const entries = Object.keys(operations).map((name) => [name, handler] as const);
  const handlers = Object.fromEntries(entries) as unknown as Handlers;
  return createDispatcher({ handlers, audit, log, clock: new ManualClock(5) });
}

async function reasonOf(dispatching: Promise<{ ok: boolean }>): Promise<string> {
  const result = (await dispatching) as { ok: true } | { ok: false; failure: { reason: string } };
  return result.ok ? 'ok' : result.failure.reason;
}

describe('Dispatching', () => {
  for (const name of ['', 'noSuchOperation', '__proto__', 'constructor', 'toString', 'x'.repeat(10_000)]) {
    it(`knows no operation ${JSON.stringify(name.slice(0, 20))}`, async () => {
      const result = await dispatcher(async () => success({})).dispatch(name, {}, caller);
      assert.ok(!result.ok);
      assert.equal(result.failure.reason, 'unknown_method');
      assert.ok(result.failure.message.length < 400);
    });
  }

  it('looks at the input before the role', async () => {
    const { dispatch } = dispatcher(async () => assert.fail('must not run'));
    assert.equal(await reasonOf(dispatch('stopAgent', { now: true }, caller)), 'invalid_input');
    assert.equal(await reasonOf(dispatch('stopAgent', {}, caller)), 'forbidden');
  });

  it('fills in defaults', async () => {
    let seen: unknown;
    await dispatcher(async (input) => success((seen = input))).dispatch('listExecutions', null, caller);
    assert.deepEqual(seen, { limit: 50 });
  });

  it('does not start what was cancelled before', async () => {
    const { dispatch } = dispatcher(async () => assert.fail('must not run'));
    assert.equal(await reasonOf(dispatch('listTests', {}, { ...caller, signal: AbortSignal.abort() })), 'cancelled');
  });

  it('takes a thrown failure for the answer', async () => {
    const { dispatch } = dispatcher(async () => {
      throw new FailureError({ reason: 'unknown_revision', message: 'base: expected a revision, found "x".' });
    });
    assert.equal(await reasonOf(dispatch('getChanges', {}, caller)), 'unknown_revision');
  });

  it('takes what a handler throws after a cancellation for the cancellation', async () => {
    const controller = new AbortController();
    const lines: string[] = [];
    const { dispatch } = dispatcher(
      async () => {
        controller.abort();
        throw new Error('aborted somewhere deep');
      },
      () => {},
      createLog((line) => lines.push(line)),
    );
    assert.equal(await reasonOf(dispatch('makePlan', {}, { ...caller, signal: controller.signal })), 'cancelled');
    assert.deepEqual(lines, []);
  });

  it('survives a handler that throws before it returns a promise', async () => {
    const { dispatch } = dispatcher(() => {
      throw new Error('at once');
    });
    assert.equal(await reasonOf(dispatch('makePlan', {}, caller)), 'internal');
  });

  it('records audited operations when their outcome is known', async () => {
    const entries: AuditEntry[] = [];
    const { dispatch } = dispatcher(
      async () => {
        assert.deepEqual(entries, []);
        return success({});
      },
      (entry) => entries.push(entry),
    );
    await dispatch('cancelExecution', { id: 'run-1' }, caller);
    await dispatch('cancelExecution', { id: '' }, caller);
    assert.deepEqual(entries, [
      {
        at: 5,
        client: 'test',
        role: 'developer',
        via: 'rpc',
        operation: 'cancelExecution' satisfies OperationName,
        subject: 'run-1',
        outcome: 'ok',
      },
    ]);
  });
});
