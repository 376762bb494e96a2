import assert from 'node:assert/strict';
import { KnownFolders } from '../../../agent/workspace/watching/known-folders.ts';

function known(): KnownFolders {
  const folders = new KnownFolders();
  for (const folder of ['', 'src', 'src/deep']) folders.add(folder);
  folders.ignore({ path: 'node_modules', isFolder: true });
  folders.ignore({ path: 'src/a.log', isFolder: false });
  return folders;
}

describe('the subject of an event', () => {
  for (const [path, subject] of [
    ['a.ts', 'a.ts'],
    ['src/a.ts', 'src/a.ts'],
    ['src/deep', 'src/deep'],
    ['src/a.log', null],
    ['node_modules', null],
    ['node_modules/x/y.js', null],
    ['new/x/y.js', 'new'],
    ['src/new/y.ts', 'src/new'],
    ['src/deep/y.ts', 'src/deep/y.ts'],
  ] as const) {
    it(`of ${path} is ${subject}`, () => assert.equal(known().subjectOf(path), subject));
  }

  it('below a folder that was removed is the folder', () => {
    const folders = known();
    folders.remove('src');
    assert.equal(folders.subjectOf('src/deep/a.ts'), 'src');
    assert.equal(folders.subjectOf('src/a.log'), 'src');
    assert.equal(folders.subjectOf('node_modules/a'), null);
  });

  it('is a file again once ignored files are forgotten, and ignored folders stay', () => {
    const folders = known();
    folders.forgetIgnoredFiles();
    assert.equal(folders.subjectOf('src/a.log'), 'src/a.log');
    assert.equal(folders.subjectOf('node_modules/a'), null);
  });

  it('does not depend on how many files are ignored', () => {
    const folders = known();
    for (let index = 0; index < 25_000; index++) folders.ignore({ path: `src/${index}.tmp`, isFolder: false });
    assert.equal(folders.subjectOf('src/24999.tmp'), null);
    assert.equal(folders.subjectOf('src/1.tmp'), 'src/1.tmp');
  });
});
