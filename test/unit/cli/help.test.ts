import assert from 'node:assert/strict';
import { CommandRig } from '../../rig/command-rig.ts';

async function said(...argv: readonly string[]): Promise<{ readonly code: number; readonly lines: string[] }> {
  const rig = new CommandRig({});
  return { code: await rig.run(...argv), lines: rig.lines() };
}

describe('noodle help', () => {
  it('is the help of the command that it names', async () => {
    for (const command of [['explain'], ['pipeline', 'run']]) {
      const asked = await said('help', ...command);
      assert.equal(asked.code, 0);
      assert.ok(asked.lines.some((line) => line.startsWith(`Usage: noodle ${command.join(' ')}`)));
      assert.deepEqual(asked, await said(...command, '--help'));
    }
  });

  it('of an unknown command names the nearest', async () => {
    assert.equal((await said('help', 'explian')).code, 2);
  });
});
