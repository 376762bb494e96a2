import assert from 'node:assert/strict';
import { operations } from '../../../agent/protocol/operations.ts';
import { keysAt } from '../../../agent/server/schema-keys.ts';

describe('the keys of a schema', () => {
  const { input } = operations.createPipeline;

  it('are those of the object at the place', () => {
    assert.ok(keysAt(input, []).includes('steps'));
    assert.ok(keysAt(input, ['steps', 'a']).includes('command'));
    assert.deepEqual(keysAt(input, ['steps', 'a', 'matrix']), ['values', 'include', 'exclude']);
    assert.deepEqual(keysAt(input, ['concurrency']), ['group', 'cancelInProgress']);
  });

  it('are none where any key may stand, and where nothing does', () => {
    assert.deepEqual(keysAt(input, ['steps']), []);
    assert.deepEqual(keysAt(input, ['nothing', 'at', 'all']), []);
  });
});
