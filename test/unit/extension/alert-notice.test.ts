import assert from 'node:assert/strict';
import { alertsLine, isWorthNotice, noticeKey } from '../../../extension/alert-notice.ts';
import { anAlert } from '../../rig/recorded.ts';

const serious = anAlert('a', { severity: 'error', message: 'the disk is nearly full' });

describe('alerts in the editor', () => {
  it('are worth a notification when they are serious and nothing keeps them quiet', () => {
    assert.equal(isWorthNotice(serious), true);
    const quiet = [
      { severity: 'warning' },
      { state: 'resolved' },
      { state: 'pending' },
      { silencedBy: 's' },
      { inhibitedBy: 'r' },
      { isFlapping: true },
      { acknowledged: { at: 1, by: 'me', note: '' } },
    ] as const;
    assert.deepEqual(
      quiet.filter((more) => isWorthNotice({ ...serious, ...more })),
      [],
    );
  });

  it('are told once each time that they fire', () => {
    assert.equal(noticeKey(serious), noticeKey({ ...serious, message: 'other words' }));
    assert.notEqual(noticeKey(serious), noticeKey({ ...serious, occurrences: 2 }));
    assert.notEqual(noticeKey(serious), noticeKey({ ...serious, escalatedAt: 5 }));
  });

  it('have a line in the status bar, the worst first', () => {
    assert.equal(alertsLine([]), null);
    assert.equal(alertsLine([anAlert('i', { severity: 'info' })]), null);
    assert.deepEqual(alertsLine([anAlert('w'), serious]), {
      line: 'the disk is nearly full (and 1 more alert)',
      isSerious: true,
    });
    assert.deepEqual(alertsLine([anAlert('w')]), { line: 'runs take 12 s', isSerious: false });
  });
});
