import assert from 'node:assert/strict';
import { ProcessPriority, yieldingNiceness, type Taken } from '../../../agent/platform/process-priority.ts';
import { ManualClock } from '../../rig/manual-clock.ts';

function rig(answers: Taken[] = []) {
  const clock = new ManualClock();
  const set: string[] = [];
  const priority = new ProcessPriority(clock, (leader, niceness) => {
    const taken = answers.shift() ?? 'yes';
    set.push(`${leader} ${niceness} ${taken}`);
    return taken;
  });
  return { clock, set, priority };
}

describe('the priority of processes', () => {
  it('is lowered for what runs and what begins, and given back', () => {
    const { set, priority } = rig();
    priority.add(1);
    priority.yield(true);
    priority.add(2);
    priority.remove(1);
    priority.yield(false);
    priority.add(3);
    assert.deepEqual(set, [`1 ${yieldingNiceness} yes`, `2 ${yieldingNiceness} yes`, '2 0 yes']);
  });

  it('is asked for again where the system takes so few changes a second', () => {
    const { clock, set, priority } = rig(['yes', 'busy', 'busy', 'yes']);
    priority.add(1);
    priority.add(2);
    priority.yield(true);
    clock.advance(1000);
    assert.deepEqual(set, [`1 10 yes`, `2 10 busy`, `2 10 busy`, `2 10 yes`]);
  });

  it('is given back though lowering it was still waiting', () => {
    const { clock, set, priority } = rig(['yes', 'busy']);
    priority.add(1);
    priority.add(2);
    priority.yield(true);
    priority.yield(false);
    clock.advance(1000);
    assert.deepEqual(set, ['1 10 yes', '2 10 busy', '1 0 yes']);
  });

  it('is asked for once of a process that takes none', () => {
    const { set, priority } = rig(['no']);
    priority.add(1);
    priority.yield(true);
    priority.yield(true);
    assert.deepEqual(set, ['1 10 no']);
  });
});
