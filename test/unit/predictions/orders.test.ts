import assert from 'node:assert/strict';
import { chooseOrder, OrderName, scoreOrders, urgency, type OrderEvidence } from '../../../agent/predictions/orders.ts';
import type { RecordedCycle, RecordedTest } from '../../../agent/predictions/recorded-cycles.ts';
import { ExecutionId, TestId } from '../../../agent/protocol/ids.ts';

function test(name: string, more: Partial<RecordedTest> = {}): RecordedTest {
  return {
    id: TestId.parse(name),
    probability: 0.1,
    expectedMs: 100,
    durationMs: 100,
    p90Ms: null,
    distance: 1,
    hasFailed: false,
    ...more,
  };
}

function cycle(index: number, tests: readonly RecordedTest[]): RecordedCycle {
  return { executionId: ExecutionId.parse(`run-${index}`), at: index, tests };
}

/** The estimate is wrong about what fails, the graph is right. */
const misled = Array.from({ length: 30 }, (_, index) =>
  cycle(index, [
    test('a', { probability: 0.9, distance: 3 }),
    test('b', { probability: 0.8, distance: 2 }),
    test(`c${index}`, { probability: 0.01, distance: 1, hasFailed: true }),
  ]),
);

describe('orders of tests', () => {
  it('are scored by what was known before each run', () => {
    const scores = scoreOrders([
      cycle(1, [test('a'), test('b'), test('c', { hasFailed: true })]),
      cycle(2, [test('a'), test('b'), test('c', { hasFailed: true })]),
    ]);
    const last = scores.find(({ order }) => order === 'last failed first');
    // At first nothing is known: by name, so last of three. Then first.
    assert.ok(Math.abs((last?.all ?? 0) - (1 / 6 + 5 / 6) / 2) < 1e-9, String(last?.all));
    assert.ok(Math.abs((last?.newFailures ?? 0) - 1 / 6) < 1e-9);
    assert.deepEqual(
      scores.map(({ order }) => order),
      [...OrderName.options],
    );
  });

  it('are not told apart by runs in which nothing or everything failed, or by fewer than three tests', () => {
    const scores = scoreOrders([
      cycle(1, [test('a'), test('b'), test('c')]),
      cycle(2, [test('a', { hasFailed: true }), test('b', { hasFailed: true }), test('c', { hasFailed: true })]),
      cycle(3, [test('a', { hasFailed: true }), test('b')]),
    ]);
    assert.deepEqual([scores[0]?.cycles, scores[0]?.all], [0, null]);
  });

  it('stay that of the estimate while little is recorded', () => {
    const choice = chooseOrder(scoreOrders(misled.slice(0, 10)));
    assert.deepEqual([choice.by, choice.cycles], ['estimate', 10]);
    assert.match(choice.because, /only 10 recorded runs/);
  });

  it('give way to a simple one that is surely better here', () => {
    const choice = chooseOrder(scoreOrders(misled));
    assert.equal(choice.by, 'graph distance');
    assert.match(choice.because, /30 recorded runs.*earlier than the estimate/);
  });

  it('take durations of zero, no past, and no distance', () => {
    const evidence: OrderEvidence = {
      probability: 0,
      expectedMs: 0,
      distance: null,
      past: { runs: 0, failures: 0, decay: 0, hasFailedLast: false },
    };
    for (const name of OrderName.options) assert.ok(Number.isFinite(urgency(name, evidence)), name);
  });
});
