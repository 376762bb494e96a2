import assert from 'node:assert/strict';
import type { EventOf } from '../../../agent/protocol/events.ts';
import { ExecutionId } from '../../../agent/protocol/ids.ts';
import { CommandRig } from '../../rig/command-rig.ts';
import { anExecution } from '../../rig/recorded.ts';

const first = ExecutionId.parse('run-1');
const second = ExecutionId.parse('run-2');

function watching(): CommandRig {
  return new CommandRig({
    setWatching: (input) => input,
    startRun: () => ({ executionId: first }),
    cancelExecution: () => anExecution(first),
  });
}

function started(executionId: ExecutionId): EventOf<'run.started'> {
  return { type: 'run.started', executionId, trigger: 'watch', base: 'HEAD', branch: 'main', changedFiles: 1 };
}

function finished(executionId: ExecutionId): EventOf<'run.finished'> {
  const counts = { total: 0, passed: 0, failed: 0, skipped: 0 };
  return { type: 'run.finished', executionId, status: 'succeeded', reason: null, counts, firstFailureAtMs: null, durationMs: 5, saved: { testsMs: 0, buildsMs: 0 }, notes: [] };
}

/** The command has asked the agent what it asks at the start. */
function begun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('noodle watch', () => {
  it('watches before the first run, so that what changes meanwhile is tested too', async () => {
    const rig = watching();
    const ended = rig.run('watch');
    await begun();
    assert.deepEqual(rig.calls, ['setWatching', 'startRun']);
    rig.interrupt();
    assert.equal(await ended, 0);
    assert.deepEqual(rig.calls.slice(2), ['setWatching', 'cancelExecution'], 'and leaves the agent as it found it');
  });

  it('shows every run, also one that starts before the first has ended', async () => {
    const rig = watching();
    const ended = rig.run('watch');
    await begun();
    rig.say(started(first));
    rig.say(started(second));
    rig.say(finished(second));
    rig.say(finished(first));
    rig.interrupt();
    await ended;
    assert.deepEqual(rig.lines(), [
      'repo · main · 1 file changed since HEAD',
      'repo · main · 1 file changed since HEAD',
      'succeeded in 5 ms',
      'watching · dashboard http://127.0.0.1:1 · Ctrl-C ends',
      'succeeded in 5 ms',
    ]);
  });

  it('prints nothing but JSON when programs read it', async () => {
    const rig = watching();
    const ended = rig.run('watch', '--json');
    await begun();
    rig.say(started(first));
    rig.say(finished(first));
    rig.interrupt();
    await ended;
    assert.deepEqual(rig.lines().map((line) => JSON.parse(line).type), ['run.started', 'run.finished']);
  });
});
