import assert from 'node:assert/strict';
import { nearest } from '../../../agent/protocol/nearest.ts';
import { counted, formatBytes, formatDuration } from '../../../agent/protocol/quantities.ts';

describe('the nearest known word', () => {
  it('finds one letter off, swapped letters and other case', () => {
    assert.equal(nearest('pln', ['plan', 'run']), 'plan');
    assert.equal(nearest('rnu', ['plan', 'run']), 'run');
    assert.equal(nearest('PLAN', ['plan', 'run']), 'plan');
  });

  it('finds nothing when nothing is near', () => {
    assert.equal(nearest('deploy', ['plan', 'run']), null);
    assert.equal(nearest('x', []), null);
  });
});

describe('quantities', () => {
  it('gives each its unit', () => {
    assert.deepEqual([0, 0.2, 12.4, 99.6, 799, 9949, 9951, 59_600, 112_000, 7_500_000].map(formatDuration), [
      '0 ms',
      '< 1 ms',
      '12 ms',
      '100 ms',
      '0.8 s',
      '9.9 s',
      '10 s',
      '1 min',
      '1 min 52 s',
      '2 h 5 min',
    ]);
    assert.deepEqual([0, 999, 1000, 96_000_000, 1_200_000_000].map(formatBytes), [
      '0 B',
      '999 B',
      '1.0 kB',
      '96 MB',
      '1.2 GB',
    ]);
    assert.deepEqual([counted(1, 'test'), counted(1204, 'test')], ['1 test', '1,204 tests']);
  });
});
