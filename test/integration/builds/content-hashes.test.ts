import assert from 'node:assert/strict';
import { utimes, symlink } from 'node:fs/promises';
import { ContentHashes } from '../../../agent/builds/content-hashes.ts';
import { listOutputs } from '../../../agent/builds/output-files.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import { GitRig } from '../../rig/git-rig.ts';

describe('content hashes', () => {
  it('are of the content, whatever the times; missing files and folders are left out', async () => {
    await using folder = await GitRig.folder({ a: 'same', b: 'same', c: 'other', 'd/e': '' });
    const hashes = await new ContentHashes(folder.root, systemClock).of(['a', 'b', 'c', 'd', 'missing']);
    assert.deepEqual([...hashes.keys()], ['a', 'b', 'c']);
    assert.equal(hashes.get('a'), hashes.get('b'));
    assert.notEqual(hashes.get('a'), hashes.get('c'));
  });

  it('see a change that keeps size and time of modification', async () => {
    await using folder = await GitRig.folder({ a: 'one' });
    const hashes = new ContentHashes(folder.root, systemClock);
    const time = new Date(1_700_000_000_000);
    await utimes(folder.path('a'), time, time);
    const before = await hashes.of(['a']);
    await folder.write({ a: 'two' });
    await utimes(folder.path('a'), time, time);
    assert.notDeepEqual(await hashes.of(['a']), before);
  });

  it('read a large file in pieces', async () => {
    await using folder = await GitRig.folder({ a: 'x'.repeat(5_000_000), b: `${'x'.repeat(4_999_999)}y` });
    const hashes = await new ContentHashes(folder.root, systemClock).of(['a', 'b']);
    assert.notEqual(hashes.get('a'), hashes.get('b'));
  });

  it('once told of changes, look only at what was named', async () => {
    await using folder = await GitRig.folder({ a: 'one', b: 'one' });
    // Later than the files were written, or they would be read again for that.
    const hashes = new ContentHashes(folder.root, { now: () => Date.now() + 60_000 });
    hashes.filesChanged(null);
    const before = await hashes.of(['a', 'b']);
    await folder.write({ a: 'two', b: 'two' });
    assert.deepEqual(await hashes.of(['a', 'b']), before);
    hashes.filesChanged(['a']);
    const named = await hashes.of(['a', 'b']);
    assert.notEqual(named.get('a'), before.get('a'));
    assert.equal(named.get('b'), before.get('b'));
    hashes.filesChanged(null);
    const all = await hashes.of(['a', 'b']);
    assert.equal(all.get('b'), all.get('a'));
  });

  it('do not remember what changed a moment ago and may change again in the same tick', async () => {
    await using folder = await GitRig.folder({ a: 'one' });
    const hashes = new ContentHashes(folder.root, { now: () => 0 });
    hashes.filesChanged(null);
    const before = await hashes.of(['a']);
    await folder.write({ a: 'two' });
    assert.notDeepEqual(await hashes.of(['a']), before);
  });
});

describe('outputs', () => {
  it('are the files that match, beside links and compilers’ notes, without caches', async () => {
    await using folder = await GitRig.folder({
      'p/dist/a.js': '',
      'p/dist/deep/b.js': '',
      'p/dist/.cache/c': '',
      'p/dist/tsconfig.tsbuildinfo': '',
      'p/dist/node_modules/x/index.js': '',
      'p/index.js': '',
      'p/src/a.ts': '',
    });
    await symlink('a.js', folder.path('p/dist/link.js'));
    await folder.write({ 'p/own.tsbuildinfo': '' });
    assert.deepEqual(await listOutputs(folder.root, ['p/dist/**', 'p/index.js', 'p/missing/**', '!**/*.map'], 'p'), {
      files: ['p/dist/a.js', 'p/dist/deep/b.js', 'p/index.js'],
      links: ['p/dist/link.js'],
      notes: ['p/dist/tsconfig.tsbuildinfo', 'p/own.tsbuildinfo'],
    });
    assert.deepEqual(await listOutputs(folder.root, []), { files: [], links: [], notes: [] });
    assert.deepEqual((await listOutputs(folder.root, ['p/**/*.ts', 'p/src/**'])).files, ['p/src/a.ts']);
  });

  it('that lie right in a folder are found without looking deeper', async () => {
    await using folder = await GitRig.folder({ 'target/debug/app': '', 'target/debug/deps/app': '' });
    assert.deepEqual((await listOutputs(folder.root, ['target/debug/*', 'target/debug/app'])).files, [
      'target/debug/app',
    ]);
  });
});
