import assert from 'node:assert/strict';
import type { EventOf } from '../../../agent/protocol/events.ts';
import { ExecutionId } from '../../../agent/protocol/ids.ts';
import { CommandRig } from '../../rig/command-rig.ts';

const executionId = ExecutionId.parse('run-1');

/** What `noodle run --json` does with a run that ends like this. */
async function ran(end: Partial<EventOf<'run.finished'>>): Promise<{ readonly code: number; readonly lines: string[] }> {
  const rig = new CommandRig({ startRun: () => ({ executionId }) });
  const ended = rig.run('run', '--json');
  const counts = { total: 1, passed: 1, failed: 0, skipped: 0 };
  const finished: EventOf<'run.finished'> = {
    type: 'run.finished',
    executionId,
    status: 'succeeded',
    reason: null,
    counts,
    firstFailureAtMs: null,
    durationMs: 5,
    saved: { testsMs: 0, buildsMs: 0 },
    notes: [],
    ...end,
  };
  await new Promise((resolve) => setImmediate(resolve));
  rig.say(finished);
  return { code: await ended, lines: rig.lines().filter((line) => !line.startsWith('{')) };
}

describe('noodle run --json', () => {
  const failed = { total: 1, passed: 0, failed: 1, skipped: 0 };

  it('ends with 0 when everything passed, and with 1 when a test or a build failed', async () => {
    assert.deepEqual(await ran({}), { code: 0, lines: [] });
    assert.deepEqual(await ran({ status: 'failed', counts: failed, firstFailureAtMs: 3, reason: '1 test failed' }), { code: 1, lines: [] });
    assert.deepEqual(await ran({ status: 'failed', firstFailureAtMs: 3, reason: 'core failed' }), { code: 1, lines: [] });
  });

  it('ends with 2 when it could not run, and says why beside the JSON', async () => {
    assert.deepEqual(await ran({ status: 'failed', reason: "there is no revision 'nowhere'" }), { code: 2, lines: ["noodle: there is no revision 'nowhere'"] });
    const notes = ['jest: jest is not installed'];
    assert.deepEqual(await ran({ status: 'failed', reason: 'jest broke', notes }), { code: 2, lines: ['noodle: jest broke', '        jest: jest is not installed'] });
  });
});
