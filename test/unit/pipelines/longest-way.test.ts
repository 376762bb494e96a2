import assert from 'node:assert/strict';
import type { StepDefinition } from '../../../agent/engine/engine.ts';
import { withLongestWay } from '../../../agent/pipelines/longest-way.ts';
import { StepId } from '../../../agent/protocol/ids.ts';

function step(name: string, expectedMs: number | null, after: readonly string[] = []): StepDefinition {
  return {
    id: StepId.parse(name),
    name,
    kind: 'build',
    needs: [],
    after: after.map((each) => StepId.parse(each)),
    slot: 'build',
    timeoutMs: 1000,
    ...(expectedMs === null ? {} : { expectedMs }),
    run: () => Promise.resolve({ state: 'succeeded' }),
  };
}

function marked(steps: readonly StepDefinition[]): string[] {
  return withLongestWay(steps)
    .filter(({ isCritical }) => isCritical === true)
    .map(({ name }) => name);
}

describe('the longest way through a run', () => {
  it('leads over what takes longest and what waits for it', () => {
    assert.deepEqual(marked([step('core', 2000), step('docs', 1500), step('tests', 3000, ['core'])]), [
      'core',
      'tests',
    ]);
    assert.deepEqual(marked([step('core', 2000), step('docs', 6000), step('tests', 3000, ['core'])]), ['docs']);
  });

  it('is not told where it says nothing: of one step, or where no duration is known', () => {
    assert.deepEqual(marked([step('core', 2000)]), []);
    assert.deepEqual(marked([step('core', 2000), step('tests', 3000, ['core'])]), []);
    assert.deepEqual(marked([step('core', null), step('docs', null)]), []);
  });
});
