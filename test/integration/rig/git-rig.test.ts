import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { GitRig } from '../../rig/git-rig.ts';

describe('GitRig', () => {
  it('makes the same history every time', async () => {
    const make = async () => {
      await using rig = await GitRig.create({ 'src/a.ts': 'one' });
      await rig.commit('Second', { 'src/b.ts': 'two' });
      return await rig.head();
    };
    assert.equal(await make(), await make());
  });

  it('renames, removes and switches branches', async () => {
    await using rig = await GitRig.create({ 'a.txt': 'a lot of text that stays the same\n', 'b.txt': 'b' });
    await rig.branch('other');
    await rig.rename('a.txt', 'deep/c.txt');
    await rig.remove('b.txt');
    await rig.commit('Move');
    assert.equal(await rig.git('show', '--name-status', '--format=', '-M'), 'D\tb.txt\nR100\ta.txt\tdeep/c.txt');
    await rig.checkout('main');
    assert.equal(await rig.read('b.txt'), 'b');
  });

  it('leaves nothing behind', async () => {
    let root = '';
    {
      await using rig = await GitRig.create({ 'a.txt': 'a' });
      root = rig.root;
    }
    assert.equal(existsSync(root), false);
  });
});
