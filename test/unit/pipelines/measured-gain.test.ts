import assert from 'node:assert/strict';
import { measuredGain } from '../../../agent/pipelines/measured-gain.ts';
import { Execution } from '../../../agent/protocol/execution.ts';
import { PipelinePlan, type PlannedStep } from '../../../agent/protocol/pipeline.ts';

interface Ran {
  readonly tookMs: number;
  readonly expectedMs: number | null;
  readonly decision?: PlannedStep['decision'];
}

/** Steps in the order of their declaration. */
function ran(
  steps: Readonly<Record<string, Ran>>,
  more: Partial<PipelinePlan> = {},
  state: Execution['state'] = 'succeeded',
) {
  const ids = Object.keys(steps);
  const of = (id: string) => steps[id] ?? { tookMs: 0, expectedMs: null };
  const execution = Execution.parse({
    id: 'run-1',
    kind: 'pipeline',
    name: 'p',
    state,
    reason: null,
    trigger: 'command',
    queuedAt: 0,
    startedAt: 0,
    finishedAt: 10,
    changedFiles: 0,
    plannedTests: 0,
    finishedTests: 0,
    counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
    firstFailureAtMs: null,
    steps: ids.map((id) => ({
      id,
      name: id,
      kind: 'command',
      state: 'succeeded',
      needs: [],
      startedAt: 0,
      finishedAt: of(id).tookMs,
      exitCode: 0,
      reason: null,
    })),
  });
  const plan = PipelinePlan.parse({
    pipeline: 'p',
    changedFiles: 0,
    steps: ids.toReversed().map((id) => ({
      id,
      name: id,
      kind: 'command',
      needs: [],
      decision: of(id).decision ?? 'run',
      why: '',
      expectedMs: of(id).expectedMs,
      failureProbability: null,
      isCritical: false,
    })),
    expectedMs: null,
    plainMs: null,
    failureProbability: null,
    notes: [],
    planMs: 0,
    ...more,
  });
  return measuredGain(execution, plan, 2);
}

describe('the gain of an execution', () => {
  const short = { tookMs: 100, expectedMs: 100 };
  const long = { tookMs: 300, expectedMs: 300 };

  it('is what the plain order would have taken more, by what was measured', () => {
    assert.deepEqual(ran({ a: short, b: short, long }), { plainMs: 400, orderingMs: 100, leavingOutMs: 0 });
    assert.deepEqual(ran({ a: short, b: short, long: { tookMs: 500, expectedMs: 300 } }), {
      plainMs: 600,
      orderingMs: 100,
      leavingOutMs: 0,
    });
    assert.equal(ran({ a: short, b: short, long }, { isOptimized: false })?.orderingMs, 0);
  });

  it('says when the order was a bad one', () => {
    const wrong = ran({
      long: { tookMs: 300, expectedMs: 1 },
      a: { ...short, expectedMs: 50 },
      b: { ...short, expectedMs: 50 },
    });
    assert.deepEqual(wrong, { plainMs: 300, orderingMs: -100, leavingOutMs: 0 });
  });

  it('counts what was left out as it was expected, and says nothing where that is not known', () => {
    const pruned = { tookMs: 0, expectedMs: 700, decision: 'pruned' } as const;
    assert.deepEqual(ran({ a: short, pruned }), { plainMs: 700, orderingMs: 0, leavingOutMs: 600 });
    assert.equal(ran({ a: short, pruned: { ...pruned, expectedMs: null } }), null);
    assert.equal(ran({ a: short }, {}, 'failed'), null);
  });
});
