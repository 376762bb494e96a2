import assert from 'node:assert/strict';
import {
  agoChangesInMs,
  formatAgo,
  formatChange,
  formatClock,
  formatPercent,
  median,
} from '../../../webview/format.ts';

describe('webview format', () => {
  it('writes shares with one decimal below ten per cent', () => {
    assert.deepEqual([0.002, 0.05, 0.0999, 0.824, 1].map(formatPercent), ['0.2 %', '5 %', '10 %', '82 %', '100 %']);
  });

  it('writes a change with its sign', () => {
    assert.equal(formatChange(69, 100), '−31 %');
    assert.equal(formatChange(126, 100), '+26 %');
    assert.equal(formatChange(100.2, 100), '±0 %');
    assert.equal(formatChange(5, 0), null);
  });

  it('says how long ago something was, in the unit that matters', () => {
    const ago = [0, 9_999, 44_000, 61_000, 3_700_000, 90_000_000].map((passed) => formatAgo(1e12 - passed, 1e12));
    assert.deepEqual(ago, ['just now', 'just now', '40 s ago', '1 min ago', '1 h ago', '1 d ago']);
    assert.equal(formatAgo(1e12 + 5000, 1e12), 'just now', 'a clock that was set back');
  });

  it('knows when that text changes', () => {
    for (const passed of [0, 9_999, 44_000, 61_000, 3_700_000, 90_000_000]) {
      const inMs = agoChangesInMs(1e12 - passed, 1e12);
      const text = formatAgo(1e12 - passed, 1e12);
      assert.equal(formatAgo(1e12 - passed, 1e12 + inMs - 1), text);
      assert.notEqual(formatAgo(1e12 - passed, 1e12 + inMs), text);
    }
  });

  it('writes the date beside the time of another day', () => {
    const noon = new Date(2026, 10, 23, 12, 41).getTime();
    assert.equal(formatClock(new Date(2026, 10, 23, 9, 5).getTime(), noon), '09:05');
    assert.equal(formatClock(new Date(2026, 10, 22, 23, 59).getTime(), noon), '22 Nov 23:59');
  });

  it('finds the median', () => {
    assert.equal(median([]), null);
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
  });
});
