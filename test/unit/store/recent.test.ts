import assert from 'node:assert/strict';
import { medianOf, withDuration } from '../../../agent/store/recent.ts';

describe('recent durations', () => {
  it('keep the last nine', () => {
    let text = '[]';
    for (let ms = 1; ms <= 12; ms += 1) ({ text } = withDuration(text, ms, { replacesLast: false }));
    assert.equal(text, '[4,5,6,7,8,9,10,11,12]');
  });

  it('replace the last one while the same run goes on', () => {
    assert.deepEqual(withDuration('[5,1]', 3, { replacesLast: true }), { text: '[5,3]', medianMs: 4 });
  });

  it('begin anew when the column is damaged', () => {
    assert.deepEqual(withDuration('{"no', 2.3456, { replacesLast: false }), { text: '[2.35]', medianMs: 2.35 });
  });

  it('have a median', () => {
    assert.equal(medianOf([]), 0);
    assert.equal(medianOf([3]), 3);
    assert.equal(medianOf([9, 1]), 5);
    assert.equal(medianOf([9, 1, 2]), 2);
  });
});
