import assert from 'node:assert/strict';
import { parseFileList } from '../../../agent/workspace/git-files.ts';
import { findGit, neutralSettings } from '../../../agent/workspace/git.ts';
import { allLines } from '../../../agent/workspace/new-files.ts';

describe('parseFileList', () => {
  it('tells regular files from links, submodules, missing ones, new ones and those git does not look at', () => {
    const object = 'a'.repeat(40);
    const output = [
      `H 100644 ${object} 0\ta.ts`,
      `H 100755 ${object} 0\trun\twith tab.sh`,
      `H 120000 ${object} 0\tlink`,
      `H 160000 ${object} 0\tsub`,
      `H 100644 ${object} 0\tgone.ts`,
      `R 100644 ${object} 0\tgone.ts`,
      `M 100644 ${object} 1\tconflict.ts`,
      `M 100644 ${object} 2\tconflict.ts`,
      `S 100644 ${object} 0\tsparse.ts`,
      '? new\nline.ts',
      '? nested/',
      '',
    ].join('\0');
    const { certain, uncertain } = parseFileList(output);
    assert.deepEqual([...certain], ['a.ts', 'run\twith tab.sh', 'conflict.ts']);
    assert.deepEqual(uncertain, ['sparse.ts', 'new\nline.ts']);
  });
});

describe('neutralSettings', () => {
  it('switches off the filters of the repository, and leaves those of the user', () => {
    const output = [
      'system\0core.editor\nvi',
      'global\0filter.lfs.clean\ngit-lfs clean',
      'local\0filter.evil.clean\nrm -rf /',
      'local\0filter.a.b.process\nx',
      'worktree\0filter.w.smudge\nx\ny',
      'local\0filter.evil.required\ntrue',
      'local\0core.bare',
      '',
    ].join('\0');
    assert.deepEqual(neutralSettings(output), [
      'filter.evil.clean=',
      'filter.a.b.process=',
      'filter.w.smudge=',
      'filter.evil.required=false',
    ]);
  });
});

describe('findGit', () => {
  it('looks only into absolute folders of the PATH', () => {
    assert.equal(findGit({ PATH: '.:bin:/nowhere' }), null);
    assert.equal(findGit({}), null);
    assert.match(findGit({ PATH: process.env['PATH'] }) ?? '', /^\/.*git$/);
  });
});

describe('allLines', () => {
  for (const [text, lines] of [
    ['', []],
    ['a', [[1, 1]]],
    ['a\n', [[1, 1]]],
    ['a\nb', [[1, 2]]],
    ['\n\n', [[1, 2]]],
    ['a\r\nb\r\n', [[1, 2]]],
    ['a\0b\n', []],
  ] as const) {
    it(`of ${JSON.stringify(text)} are ${JSON.stringify(lines)}`, () =>
      assert.deepEqual(allLines(Buffer.from(text)), lines));
  }

  it('of a file that is gone are none', () => assert.deepEqual(allLines(null), []));
});
