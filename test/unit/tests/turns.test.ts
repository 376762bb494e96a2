import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { turnsOf, type RankedProject } from '../../../agent/tests/turns.ts';

/** A project whose files stand at these places of the plan. */
function project(name: string, ranks: readonly number[], { eachMs = 1000, startMs = 500 } = {}): RankedProject {
  const files = ranks.map((rank) => ({ file: RepoPath.parse(`${name}${rank}`), rank, expectedMs: eachMs }));
  return { files, startMs };
}

/** `a0 a1 | a5`, one line a project. */
function shown(projects: readonly RankedProject[], slots: number): string[] {
  return turnsOf(projects, slots).map((turns) => turns.map(({ files }) => files.join(' ')).join(' | '));
}

describe('turns of projects', () => {
  it('are one each where all run at once', () => {
    assert.deepEqual(shown([project('a', [0, 3]), project('b', [1, 2])], 2), ['a0 a3', 'b1 b2']);
  });

  it('let the first file of a project that waits come before what is less urgent than it', () => {
    const projects = [project('a', [0, 1, 4, 6]), project('b', [2, 5]), project('c', [3])];
    assert.deepEqual(shown(projects, 2), ['a0 a1 | a4 a6', 'b2 | b5', 'c3']);
  });

  it('have the place of their first file as their priority', () => {
    const [first] = turnsOf([project('a', [0, 3]), project('b', [1])], 1);
    assert.deepEqual(
      first?.map(({ priority }) => priority).map((priority) => (priority === 0 ? 'first' : priority)),
      ['first', -3],
    );
  });

  it('are not cut where what is left takes less time than another start', () => {
    const projects = [project('a', [0, 2], { eachMs: 400 }), project('b', [1])];
    assert.deepEqual(shown(projects, 1), ['a0 a2', 'b1']);
  });

  it('do not cost more than three further starts', () => {
    const ranks = [0, 2, 4, 6, 8, 10];
    const others = [1, 3, 5, 7, 9].map((rank) => project('x', [rank]));
    assert.equal(turnsOf([project('a', ranks), ...others], 1)[0]?.length, 4);
  });
});
