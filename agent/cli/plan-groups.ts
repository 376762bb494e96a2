// The tests of a plan in few lines: those that are selected for one reason stand together.
import type { PlannedTest } from '../protocol/plan.ts';

/** Tests of one reason, in running order. */
export interface TestGroup {
  /** The way from the change, without the test file. */
  readonly way: readonly string[];
  readonly tests: readonly PlannedTest[];
}

/** Up to so many tests are shown one by one. */
const shownOneByOne = 12;
/** As few as these of one reason need no group. */
const leastGrouped = 4;

/** In the order of each group's first test; of a small plan, and of few tests of one reason, a group a test. */
export function groupedTests(tests: readonly PlannedTest[]): TestGroup[] {
  const alone = (test: PlannedTest): TestGroup => ({ way: wayTo(test), tests: [test] });
  if (tests.length <= shownOneByOne) return tests.map(alone);
  const byWay = new Map<string, PlannedTest[]>();
  for (const test of tests) {
    const key = wayTo(test).join('\n');
    byWay.set(key, [...(byWay.get(key) ?? []), test]);
  }
  return [...byWay.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined || group.length < leastGrouped
      ? group.map(alone)
      : [{ way: wayTo(first), tests: group }];
  });
}

function wayTo({ why, file }: PlannedTest): readonly string[] {
  return why.at(-1) === file ? why.slice(0, -1) : why;
}
