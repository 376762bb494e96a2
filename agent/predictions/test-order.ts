// The order of a plan's tests: by the estimate, or by the simple order that was surely better in this repository.
import type { PlannedTest, PlanOrder } from '../protocol/plan.ts';
import { getLearned } from '../store/learned.ts';
import type { Reader } from '../store/sql.ts';
import { fileHistory, testHistory } from '../store/tests.ts';
import { noPast, OrderChoice, pastAfter, urgency, type OrderPast } from './orders.ts';
import { distanceOf } from './recorded-cycles.ts';

/** The name under which the choice is kept. */
export const orderChoiceName = 'test-order';

export interface OrderedTests {
  readonly tests: readonly PlannedTest[];
  readonly order: PlanOrder;
}

/** `tests` come in the order of the estimate. One look at the records where that order stays. */
export function orderTests(store: Reader, tests: readonly PlannedTest[]): OrderedTests {
  const choice = getLearned(store, orderChoiceName, OrderChoice);
  if (choice === null) return { tests, order: { by: 'estimate', because: 'orders were not compared here yet' } };
  const order = { by: choice.by, because: choice.because };
  if (choice.by === 'estimate') return { tests, order };
  const pasts = pastsOf(store, tests, choice.by);
  const keys = new Map(
    tests.map((test) => [
      test,
      urgency(choice.by, { ...test, distance: distanceOf(test), past: pasts.get(test.id) ?? noPast }),
    ]),
  );
  return { tests: tests.toSorted((one, other) => (keys.get(other) ?? 0) - (keys.get(one) ?? 0)), order };
}

const failures: ReadonlySet<string> = new Set(['failed', 'errored', 'timed_out']);
/** Runs that count: before them a failure weighs an eighth. */
const countedRuns = 15;

function pastsOf(store: Reader, tests: readonly PlannedTest[], order: OrderChoice['by']): Map<string, OrderPast> {
  const histories = fileHistory(store);
  return new Map(
    tests.flatMap(({ id }) => {
      const known = histories.get(id);
      if (known === undefined) return [];
      const { runs, failures: failed, lastStatus } = known;
      const decay = order === 'decay / duration' ? decayOf(store, id) : 0;
      return [[id, { runs, failures: failed, decay, hasFailedLast: failures.has(lastStatus) }]];
    }),
  );
}

function decayOf(store: Reader, id: PlannedTest['id']): number {
  const last = testHistory(store, id, countedRuns).toReversed();
  return last.reduce((past, { status }) => pastAfter(past, failures.has(status)), noPast).decay;
}
