import assert from 'node:assert/strict';
import { planDuration } from '../../../agent/predictions/plan-duration.ts';
import { Fingerprint, RepoPath, TargetId, TestId } from '../../../agent/protocol/ids.ts';
import type { PlannedBuild, PlannedTest } from '../../../agent/protocol/plan.ts';
import { runnerOf } from '../../../agent/store/runner-starts.ts';

function test(name: string, expectedMs: number, project = '', isMeasured = true): PlannedTest {
  return {
    id: TestId.parse(`mocha:${name}`),
    file: RepoPath.parse(name),
    framework: 'mocha',
    probability: 0,
    expectedMs,
    ...(isMeasured ? { p90Ms: expectedMs * 2 } : {}),
    project,
    why: [],
  };
}

function build(target: string, expectedMs?: number): PlannedBuild {
  return {
    target: TargetId.parse(target),
    reason: '',
    fingerprint: Fingerprint.parse('0123456789abcdef'),
    cached: false,
    ...(expectedMs === undefined ? {} : { expectedMs }),
  };
}

const starts = new Map([
  [runnerOf({ framework: 'mocha' }), { startMs: 500, fileMs: 50, pace: 1 }],
  [runnerOf({ framework: 'mocha', project: 'b' }), { startMs: 100, fileMs: 0, pace: 0.5 }],
]);
const plain = { starts, testSlots: 1, buildSlots: 2, tests: [], builds: [], waits: () => false };

describe('how long a plan takes', () => {
  it('is the start of each runner, what each file takes beside its tests, and the tests', () => {
    const known = planDuration({ ...plain, tests: [test('a', 100), test('b', 200)] });
    assert.deepEqual([known?.medianMs, known?.startMs, known?.buildsMs], [500 + 50 + 300, 500, 0]);
    assert.ok((known?.p90Ms ?? 0) > (known?.medianMs ?? 0));
  });

  it('counts tests that run at once once, and projects side by side where there is room', () => {
    const tests = [test('a', 100), test('c', 1000, 'b')];
    assert.equal(planDuration({ ...plain, tests })?.medianMs, 600 + 600);
    assert.equal(planDuration({ ...plain, tests, testSlots: 2 })?.medianMs, 600);
  });

  it('adds the builds that tests wait for, and only those', () => {
    const input = { ...plain, tests: [test('a', 100)], builds: [build('x', 1000), build('y', 1000)] };
    assert.equal(planDuration(input)?.medianMs, 1000);
    assert.equal(planDuration({ ...input, waits: () => true })?.medianMs, 1600);
  });

  it('is wider where builds take now long, now short, and not by those that are cached', () => {
    const uneven = { ...build('x', 1000), p90Ms: 1300 };
    const kept = { ...build('y', 1000), p90Ms: 9000, cached: true };
    const known = planDuration({ ...plain, builds: [uneven, kept] });
    assert.deepEqual([known?.medianMs, known?.p90Ms], [1000, 1300]);
  });

  it('is not told where a build, most of the tests or a runner were never measured', () => {
    assert.equal(planDuration({ ...plain, tests: [test('a', 100)], builds: [build('x')] }), null);
    assert.equal(planDuration({ ...plain, tests: [test('a', 500, '', false)] }), null);
    assert.equal(planDuration({ ...plain, tests: [test('a', 100, 'elsewhere')] }), null);
    assert.equal(planDuration(plain), null);
  });
});
