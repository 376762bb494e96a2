import assert from 'node:assert/strict';
import { valueText } from '../../../agent/analytics/value-text.ts';

describe('a value in words', () => {
  it('has three digits, so that values near each other can be told apart', () => {
    const texts = [0.42, 4.2, 95.51, 126, 139.4, 999.4, 999.6, 1250, 12_340, 59_940, 62_000].map((value) =>
      valueText(value, 'ms'),
    );
    assert.deepEqual(texts, [
      '0.42 ms',
      '4.2 ms',
      '95.5 ms',
      '126 ms',
      '139 ms',
      '999 ms',
      '1 s',
      '1.25 s',
      '12.3 s',
      '59.9 s',
      '1 min 2 s',
    ]);
    assert.deepEqual(
      [512, 60_000, 61_500, 999_900, 1_250_000].map((value) => valueText(value, 'bytes')),
      ['512 B', '60 kB', '61.5 kB', '1 MB', '1.25 MB'],
    );
  });

  it('keeps its sign and its unit', () => {
    assert.equal(valueText(-1500, 'ms'), '−1.5 s');
    assert.equal(valueText(1234, 'requests'), '1,234 requests');
    assert.equal(valueText(0.1234, '1'), '0.123');
  });
});
