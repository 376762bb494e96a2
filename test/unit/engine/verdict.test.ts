import assert from 'node:assert/strict';
import { calledOff, tookTooLong } from '../../../agent/engine/deadlines.ts';
import { verdictOf } from '../../../agent/engine/verdict.ts';
import type { ExecutionState, Step, StepKind } from '../../../agent/protocol/execution.ts';
import { StepId } from '../../../agent/protocol/ids.ts';

const going = new AbortController().signal;

function ended(name: string, state: ExecutionState, reason: string | null = null, kind: StepKind = 'build'): Step {
  return { id: StepId.parse(name), name, kind, state, reason, needs: [], startedAt: 1, finishedAt: 2, exitCode: null };
}

describe('the verdict on an execution', () => {
  it('is a success when every step succeeded or had nothing to do', () => {
    assert.deepEqual(verdictOf([ended('a', 'succeeded'), ended('b', 'skipped')], going), {
      state: 'succeeded',
      reason: null,
    });
    assert.deepEqual(verdictOf([], going), { state: 'succeeded', reason: null });
  });

  it('names what failed, the first three of many', () => {
    assert.equal(verdictOf([ended('core', 'failed')], going).reason, 'core failed');
    assert.equal(
      verdictOf([ended('core', 'failed', 'exit code 2'), ended('web', 'skipped', 'core failed')], going).reason,
      'core failed: exit code 2',
    );
    assert.equal(
      verdictOf([ended('tests', 'timed_out', 'no progress for 5.0 s')], going).reason,
      'tests timed out: no progress for 5.0 s',
    );
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => ended(name, 'failed'));
    assert.deepEqual(verdictOf(many, going), { state: 'failed', reason: '5 steps failed: a, b, c, and 2 more' });
  });

  it('gives the sentence of a plan that could not be made as it is', () => {
    assert.equal(
      verdictOf([ended('plan', 'failed', 'there is no revision abc', 'plan')], going).reason,
      'there is no revision abc',
    );
  });

  it('tells cancelling and running out of time from failing', () => {
    const steps = [ended('a', 'failed'), ended('b', 'cancelled')];
    assert.deepEqual(verdictOf(steps, AbortSignal.abort(calledOff('by the user'))), {
      state: 'cancelled',
      reason: 'by the user',
    });
    const late = AbortSignal.abort(tookTooLong(60_000, 'the run'));
    assert.deepEqual(verdictOf(steps, late), { state: 'timed_out', reason: 'the run took longer than 1 min' });
  });

  it('does not mind a cancellation after everything had ended well', () => {
    assert.equal(verdictOf([ended('a', 'succeeded')], AbortSignal.abort(calledOff('late'))).state, 'succeeded');
  });
});
