import assert from 'node:assert/strict';
import { runNotes } from '../../../agent/pipelines/run-notes.ts';
import { StepId } from '../../../agent/protocol/ids.ts';
import type { Step } from '../../../agent/protocol/execution.ts';

function aStep(name: string, more: Partial<Step>): Step {
  return {
    id: StepId.parse(name),
    name,
    kind: 'tests',
    state: 'succeeded',
    needs: [],
    startedAt: 1,
    finishedAt: 2,
    exitCode: null,
    reason: null,
    ...more,
  };
}

describe('the notes of a run', () => {
  it('name every step of tests that broke, with its reason', () => {
    const steps = [
      aStep('pytest', { state: 'failed', reason: 'python is not installed' }),
      aStep('vitest', { state: 'timed_out', reason: 'no output for 300 s' }),
      aStep('mocha', { state: 'skipped', reason: 'core failed' }),
    ];
    assert.deepEqual(runNotes({ steps }), [
      'pytest: python is not installed',
      'vitest: no output for 300 s',
      'mocha: core failed',
    ]);
  });

  it('leave out builds, which say it in their results, and steps that ended as they should', () => {
    const steps = [
      aStep('core', { kind: 'build', state: 'failed', reason: 'exit code 1' }),
      aStep('jest', { state: 'failed' }),
      aStep('vitest', { state: 'succeeded', reason: 'nothing to run' }),
      aStep('mocha', { state: 'cancelled', reason: 'cancelled by noodle run' }),
    ];
    assert.deepEqual(runNotes({ steps }), []);
  });
});
