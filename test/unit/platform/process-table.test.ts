import assert from 'node:assert/strict';
import { groupsBelow, listProcesses, parsePs } from '../../../agent/platform/process-table.ts';

function entry(pid: number, parent: number, group: number) {
  return { pid, parent, group, isZombie: false };
}

describe('process table', () => {
  it('finds the groups of all descendants, in whatever order they are listed', () => {
    const entries = [entry(40, 30, 40), entry(30, 20, 10), entry(20, 10, 10), entry(10, 1, 10), entry(50, 1, 50)];
    assert.deepEqual(groupsBelow(entries, 10, new Set()), new Set([10, 40]));
  });

  it('finds what a member of the group opened after the leader was gone', () => {
    const entries = [entry(20, 1, 10), entry(30, 20, 30)];
    assert.deepEqual(groupsBelow(entries, 10, new Set()), new Set([10, 30]));
  });

  it('spares groups that are not to be touched', () => {
    const entries = [entry(10, 5, 10), entry(20, 10, 5)];
    assert.deepEqual(groupsBelow(entries, 10, new Set([5])), new Set([10]));
  });

  it('reads what ps prints', () => {
    assert.deepEqual(parsePs('    1     0     1 Ss\n  812     1   812 Z+\ngarbage\n\n'), [
      { pid: 1, parent: 0, group: 1, isZombie: false },
      { pid: 812, parent: 1, group: 812, isZombie: true },
    ]);
  });

  it('lists this very process', async function () {
    if (process.platform === 'win32') this.skip();
    const own = (await listProcesses()).find(({ pid }) => pid === process.pid);
    assert.equal(own?.parent, process.ppid);
  });
});
