import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { ContentCache } from '../../../agent/tests/content-cache.ts';
import { GitRig } from '../../rig/git-rig.ts';

describe('contents of files', () => {
  const path = (text: string) => RepoPath.parse(text);

  it('are looked at again when they were written, also with the size of before', async () => {
    await using rig = await GitRig.folder({ 'a.js': 'one' });
    const contents = new ContentCache(rig.root);
    await utimes(rig.path('a.js'), 1, 1);
    const before = contents.hashOf(path('a.js'));
    assert.equal(contents.says(path('a.js'), /one/), true);
    await rig.write({ 'a.js': 'two' });
    await utimes(rig.path('a.js'), 2, 2);
    assert.notEqual(contents.hashOf(path('a.js')), before);
    assert.equal(contents.says(path('a.js'), /two/), true);
  });

  it('are none of what is absent, a folder, or has a name that no file can have', async () => {
    await using rig = await GitRig.folder({ 'folder/a.js': '' });
    const contents = new ContentCache(rig.root).snapshot();
    for (const file of ['gone.js', 'folder', 'folder/a.js/b', 'long/'.repeat(2000), `${'x'.repeat(300)}.js`])
      assert.deepEqual(
        [contents.hashOf(path(file.replace(/\/$/, ''))), contents.writtenAt(path(file.replace(/\/$/, '')))],
        [null, null],
      );
  });
});
