import assert from 'node:assert/strict';
import { groupedTests } from '../../../agent/cli/plan-groups.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { PlannedTest } from '../../../agent/protocol/plan.ts';
import { testId } from '../../../agent/tests/adapter.ts';

function planned(name: string, ...way: string[]): PlannedTest {
  const file = RepoPath.parse(`test/${name}.test.ts`);
  return {
    id: testId('vitest', file),
    file,
    framework: 'vitest',
    probability: 0.1,
    expectedMs: 5,
    why: [...way, file],
  };
}

const many = (count: number, name: string, ...way: string[]) =>
  Array.from({ length: count }, (_, index) => planned(`${name}${index}`, ...way));

describe('tests of a plan', () => {
  it('stand together where many have one reason, at the place of their first', () => {
    const tests = [
      planned('first', 'src/a.ts'),
      ...many(10, 'x', 'src/a.ts', 'src/b.ts'),
      ...many(3, 'y', 'src/c.ts'),
      ...many(2, 'z', 'src/a.ts', 'src/b.ts'),
    ];
    const groups = groupedTests(tests).map(({ way, tests: own }) => [way.join(' '), own.length]);
    assert.deepEqual(groups, [
      ['src/a.ts', 1],
      ['src/a.ts src/b.ts', 12],
      ['src/c.ts', 1],
      ['src/c.ts', 1],
      ['src/c.ts', 1],
    ]);
  });

  it('stand alone where they are few', () => {
    assert.deepEqual(
      groupedTests(many(12, 'x', 'src/a.ts')).map(({ tests }) => tests.length),
      Array.from({ length: 12 }, () => 1),
    );
  });
});
