import assert from 'node:assert/strict';
import { budgetNotes, budgetOf, cutToBudget, withBudgetAudit } from '../../../agent/pipelines/budget.ts';
import type { Calibration } from '../../../agent/predictions/predictions.ts';
import { RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import { auditReason, isBudgetAudited, type PlannedTest } from '../../../agent/protocol/plan.ts';

const asTold: Calibration = { calibrated: (probability) => probability, results: 100, failures: 10 };

function test(
  name: string,
  probability: number,
  expectedMs: number,
  why: readonly string[] = ['src/a.js', name],
): PlannedTest {
  return {
    id: TestId.parse(`mocha:${name}`),
    file: RepoPath.parse(name),
    framework: 'mocha',
    probability,
    expectedMs,
    p90Ms: expectedMs,
    why: [...why],
  };
}

/** One after the other, without any start. */
function sum() {
  let total = 0;
  return {
    add: (added: PlannedTest) => void (total += added.expectedMs),
    totalWith: (added: PlannedTest) => total + added.expectedMs,
  };
}

const tests = [test('slow', 0.3, 900), test('likely', 0.5, 100), test('unlikely', 0.01, 100), test('quick', 0.05, 10)];

function cut(
  asked: { kind: 'time' | 'confidence' | 'share'; target: number },
  calibration: Calibration | null = asTold,
  from = tests,
) {
  const { tests: kept, budget } = cutToBudget({ asked, tests: from, calibration, time: sum() });
  return { kept: kept.map((each) => String(each.file)), budget };
}

describe('a budget', () => {
  it('of time takes what is likeliest to fail a second, passing over what is too long', () => {
    const { kept, budget } = cut({ kind: 'time', target: 250 });
    assert.deepEqual(kept, ['likely', 'unlikely', 'quick']);
    assert.deepEqual(
      budget.leftOut.map((each) => String(each.file)),
      ['slow'],
    );
    assert.ok(Math.abs((budget.expectedMissed ?? 0) - 0.3) < 1e-9);
    assert.ok(Math.abs((budget.expectedShare ?? 0) - 0.56 / 0.86) < 1e-9);
  });

  it('runs the most urgent test, however short the time', () => {
    assert.deepEqual(cut({ kind: 'time', target: 1 }).kept, ['likely']);
  });

  it('of a share is the cheapest part that is expected to find it', () => {
    const { kept, budget } = cut({ kind: 'share', target: 0.6 });
    assert.deepEqual(kept, ['likely', 'quick']);
    assert.ok((budget.expectedShare ?? 0) >= 0.6);
    assert.deepEqual(cut({ kind: 'share', target: 1 }).kept, ['slow', 'likely', 'unlikely', 'quick']);
  });

  it('of confidence leaves out what passes together with that probability', () => {
    const { kept, budget } = cut({ kind: 'confidence', target: 0.98 });
    assert.deepEqual(kept, ['slow', 'likely', 'quick']);
    assert.ok((budget.missProbability ?? 1) <= 0.02);
  });

  it('is told by what estimates were worth, not by what they said', () => {
    const doubled: Calibration = { ...asTold, calibrated: (probability) => probability * 2 };
    assert.ok(Math.abs((cut({ kind: 'time', target: 250 }, doubled).budget.expectedMissed ?? 0) - 0.6) < 1e-9);
  });

  it('without known probabilities keeps to a time by what is near and short, and promises nothing else', () => {
    const near = [
      test('far', 0.1, 10, ['a', 'b', 'c']),
      test('near', 0.1, 100),
      test('failed', 0.8, 100, ['a', 'b', 'c', 'd']),
    ];
    const timed = cut({ kind: 'time', target: 200 }, null, near);
    assert.deepEqual(timed.kept, ['near', 'failed']);
    assert.deepEqual([timed.budget.expectedShare, timed.budget.expectedMissed], [null, null]);
    assert.match(timed.budget.basis, /too few results/);
    const share = cut({ kind: 'share', target: 0.1 }, null, near);
    assert.deepEqual(share.budget.leftOut, []);
    assert.match(share.budget.basis, /nothing is left out/);
  });

  it('leaves tests that check the selection alone, and puts what it left out before them to be measured', () => {
    const audited = test('checked', 0.001, 10, [auditReason, 'checked']);
    const from = [...tests, audited];
    const result = cutToBudget({ asked: { kind: 'time', target: 100 }, tests: from, calibration: asTold, time: sum() });
    assert.deepEqual(
      result.tests.map((each) => String(each.file)),
      ['likely', 'checked'],
    );
    const all = withBudgetAudit(result.tests, result.budget);
    assert.deepEqual(
      all.map((each) => String(each.file)),
      ['likely', 'slow', 'unlikely', 'quick', 'checked'],
    );
    assert.deepEqual(all.map(isBudgetAudited), [false, true, true, true, false]);
  });

  it('says before the run what it may miss', () => {
    const { tests: kept, budget } = cutToBudget({
      asked: { kind: 'time', target: 250 },
      tests,
      calibration: asTold,
      time: sum(),
    });
    assert.deepEqual(budgetNotes({ tests: [...kept], budget }), [
      'budget of 0.3 s: 1 test file of 4 left out; expected to find 65 % of the failures; what is left out fails with probability 0.30, 0.30 failing test files expected',
      'the probabilities are calibrated by 100 recorded results with 10 failures',
    ]);
  });

  it('is one at a time, and about tests', () => {
    const both = budgetOf({ share: 0.5, budgetMs: 10 });
    assert.equal(!both.ok && both.failure.message, 'found budgetMs and share; expected at most one budget');
    assert.equal(budgetOf({ confidence: 0.9, buildsOnly: true }).ok, false);
    assert.deepEqual(budgetOf({ all: true }), { ok: true, value: null });
  });

  it('takes 10,000 tests', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      test(`t${index}`, 0.0001 + (index % 97) / 10_000, 10 + (index % 13)),
    );
    const { budget } = cut({ kind: 'confidence', target: 0.9 }, asTold, many);
    assert.ok((budget.missProbability ?? 1) <= 0.1 + 1e-9);
  });
});
