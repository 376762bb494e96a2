import assert from 'node:assert/strict';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

describe('files that nobody wrote for the repository', () => {
  it('are no changes and no sources: virtual environments, temporary files of bundlers', async () => {
    await using repository = await GitRig.create({ 'a.js': '1' });
    await using rig = await WorkspaceRig.open(repository.root);
    const { workspace } = rig;
    await repository.write({
      'env/pyvenv.cfg': 'home = /usr',
      'env/lib/site.py': 'x = 1',
      'tsup.config.bundled_a1b2c3.mjs': 'x',
      'vite.config.ts.timestamp-1700000000000-0a1b2c.mjs': 'x',
      'b.js': '2',
    });
    const changes = await workspace.changes();
    assert.ok(changes.ok);
    assert.deepEqual(
      changes.value.files.map((file) => file.path),
      ['b.js'],
    );
    assert.deepEqual(await workspace.files(), ['a.js', 'b.js']);
  });
});
