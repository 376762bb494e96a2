import assert from 'node:assert/strict';
import { answerMs, workingMs } from '../../../agent/protocol/execution-time.ts';
import type { StepKind } from '../../../agent/protocol/execution.ts';

function step(kind: StepKind, startedAt: number | null, finishedAt: number | null) {
  return { kind, startedAt, finishedAt };
}

describe('the time of an execution', () => {
  it('leaves out what it only waited for an answer', () => {
    const steps = [
      step('plan', 0, 10),
      step('command', 10, 30),
      step('approval', 30, 1030),
      step('command', 1030, 1050),
    ];
    assert.equal(answerMs({ startedAt: 0, finishedAt: 1050, steps }, 5000), 1000);
    assert.equal(workingMs({ startedAt: 0, finishedAt: 1050, steps }, 5000), 50);
  });

  it('counts what ran while somebody was asked, once', () => {
    const steps = [
      step('approval', 100, 200),
      step('approval', 150, 400),
      step('command', 180, 250),
      step('command', 240, 260),
    ];
    assert.equal(answerMs({ startedAt: 0, finishedAt: 400, steps }, 400), 300 - 80);
  });

  it('counts no waiting beyond the end of what was cancelled, so that both never exceed the whole', () => {
    const steps = [step('command', 0, 40), step('approval', 40, 300), step('command', 60, 90)];
    const cancelled = { startedAt: 0, finishedAt: 273, steps };
    assert.equal(answerMs(cancelled, 9000), 203);
    assert.equal((workingMs(cancelled, 9000) ?? 0) + answerMs(cancelled, 9000), 273);
  });

  it('leaves out what was taken over from another execution', () => {
    const steps = [step('approval', 10, 1000), step('command', 2000, 2030)];
    assert.equal(workingMs({ startedAt: 2000, finishedAt: 2030, steps }, 9000), 30);
  });

  it('goes on to now while nobody has answered, and knows no time before the start', () => {
    const steps = [step('command', 0, 100), step('approval', 100, null), step('service', 0, null)];
    assert.equal(workingMs({ startedAt: 0, finishedAt: null, steps }, 900), 100);
    assert.equal(workingMs({ startedAt: null, finishedAt: null, steps: [step('approval', null, null)] }, 900), null);
  });
});
