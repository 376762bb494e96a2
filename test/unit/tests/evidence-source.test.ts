import assert from 'node:assert/strict';
import { random } from '../../../agent/tests/evidence-source.ts';

describe('a test works with random values', () => {
  it('where it asks for any, not where it says which', () => {
    for (const text of [
      'import random\n',
      '    from random import Random, choice\n',
      'from random import Random\nr = Random()\n',
      'from random import Random\nr = Random(seed)\n',
      'from secrets import token_hex\n',
      'const x = Math.random();',
    ])
      assert.ok(random.test(text), text);
    for (const text of ['from random import Random\nr = Random(1984)\n', 'from randomly import x\n', 'random = 4;'])
      assert.ok(!random.test(text), text);
  });
});
