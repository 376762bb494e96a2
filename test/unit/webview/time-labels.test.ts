// What stands below an axis of time.
import assert from 'node:assert/strict';
import { timeLabels } from '../../../webview/charts/time-labels.ts';

const at = (...parts: readonly [number, number, number?, number?, number?, number?]): number =>
  new Date(parts[0], parts[1], parts[2] ?? 1, parts[3] ?? 0, parts[4] ?? 0, parts[5] ?? 0).getTime() / 1000;

describe('labels of an axis of time', () => {
  it('are hours of 24, with the day where it changes', () => {
    const splits = [at(2026, 10, 22, 12), at(2026, 10, 22, 18), at(2026, 10, 23, 0), at(2026, 10, 23, 6)];
    assert.deepEqual(timeLabels(splits, 6 * 3600), ['12:00\n22 Nov', '18:00', '00:00\n23 Nov', '06:00']);
  });

  it('are seconds where less than a minute is between them', () => {
    const splits = [at(2026, 10, 22, 13, 5, 30), at(2026, 10, 22, 13, 5, 45)];
    assert.deepEqual(timeLabels(splits, 15), ['13:05:30\n22 Nov', '13:05:45']);
    assert.deepEqual(timeLabels([splits[0] ?? 0, (splits[0] ?? 0) + 0.25], 0.25), [
      '13:05:30.000\n22 Nov',
      '13:05:30.250',
    ]);
  });

  it('are days and months, with the year where it changes', () => {
    const days = [at(2026, 11, 30), at(2027, 0, 1)];
    assert.deepEqual(timeLabels(days, 2 * 86_400), ['30 Dec\n2026', '1 Jan\n2027']);
    const months = [at(2026, 10), at(2026, 11), at(2027, 0)];
    assert.deepEqual(timeLabels(months, 28 * 86_400), ['Nov\n2026', 'Dec', 'Jan\n2027']);
  });
});
