import assert from 'node:assert/strict';
import { targetsNamed } from '../../../agent/builds/target-names.ts';
import { aTarget } from '../../rig/recorded.ts';

const targets = [
  aTarget('@shop/core', { folder: 'packages/core' }),
  aTarget('@shop/web', { folder: 'packages/web' }),
  aTarget('@tools/core', { folder: 'tools/core' }),
  aTarget('web', { folder: '' }),
];

function named(name: string): string[] {
  return targetsNamed(name, targets).map(({ id }) => id);
}

describe('the name of a target', () => {
  it('is its id or its folder', () => {
    assert.deepEqual(named('@shop/core'), ['@shop/core']);
    assert.deepEqual(named('tools/core'), ['@tools/core']);
  });

  it('may leave the scope out, which several targets can answer to', () => {
    assert.deepEqual(named('core'), ['@shop/core', '@tools/core']);
  });

  it('means the target of exactly that id before all others', () => {
    assert.deepEqual(named('web'), ['web']);
  });

  it('is no part of a name, and nothing that does not exist', () => {
    assert.deepEqual(named('ore'), []);
    assert.deepEqual(named(''), []);
    assert.deepEqual(named('missing'), []);
  });
});
