import assert from 'node:assert/strict';
import { chmod, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { systemClock } from '../../../agent/platform/clock.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

const tenLines = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join('');

describe('a change set against HEAD', () => {
  it('has staged, unstaged and new files alike, with their changed lines', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines, 'b.ts': tenLines });
    await repository.write({
      'a.ts': tenLines.replace('line 3\n', 'changed\nand more\n'),
      'b.ts': tenLines.replace('line 9\n', 'changed\n'),
      'src/c.ts': 'one\ntwo',
    });
    await repository.git('add', 'a.ts');
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['modified a.ts 3-4', 'modified b.ts 9', 'added src/c.ts 1-2']);
    const { base, head, branch, notes } = await rig.changes();
    assert.deepEqual(
      { base, head, branch, notes },
      { base: 'HEAD', head: await repository.head(), branch: 'main', notes: [] },
    );
  });

  it('has several ranges, and none for lines that were taken out', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines });
    await repository.write({ 'a.ts': `first\n${tenLines.replace('line 5\n', '').replace('line 10\n', 'last\n')}` });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['modified a.ts 1,10']);
  });

  it('has a file that was staged and changed again once', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines });
    await repository.write({ 'a.ts': tenLines.replace('line 1\n', 'staged\n') });
    await repository.git('add', 'a.ts');
    await repository.write({ 'a.ts': tenLines.replace('line 1\n', 'staged\n').replace('line 2\n', 'unstaged\n') });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['modified a.ts 1-2']);
  });

  it('leaves out ignored files and what was only touched', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines, '.gitignore': '*.log\nnode_modules/\n' });
    await repository.write({ 'a.log': 'x', 'node_modules/x/index.js': 'x', 'a.ts': tenLines, 'new.ts': 'x\n' });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['added new.ts 1']);
  });

  it('knows a deletion, staged or not', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines, 'b.ts': 'other', 'c.ts': 'third' });
    await repository.remove('a.ts');
    await repository.git('rm', '--quiet', 'b.ts');
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['deleted a.ts', 'deleted b.ts']);
  });

  it('knows a rename by git, and one with an edit', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines, 'b.ts': tenLines.replaceAll('line', 'row') });
    await repository.git('mv', 'a.ts', 'moved.ts');
    await repository.git('mv', 'b.ts', 'edited.ts');
    await repository.write({ 'edited.ts': tenLines.replaceAll('line', 'row').replace('row 4', 'ROW 4') });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['renamed b.ts → edited.ts 4', 'renamed a.ts → moved.ts']);
  });

  it('knows a rename that git was not told of, and one with an edit', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines, 'b.ts': tenLines.replaceAll('line', 'row') });
    await repository.rename('a.ts', 'folder/moved.ts');
    await repository.remove('b.ts');
    await repository.write({
      'edited.ts': tenLines.replaceAll('line', 'row').replace('row 4', 'ROW 4'),
      'other.ts': 'new\n',
    });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), [
      'renamed b.ts → edited.ts 4',
      'renamed a.ts → folder/moved.ts',
      'added other.ts 1',
    ]);
    assert.equal(
      await repository.git('status', '--porcelain'),
      ' D a.ts\n D b.ts\n?? edited.ts\n?? folder/\n?? other.ts',
    );
  });

  it('has binary files, large files and changes of mode without lines', async () => {
    await using repository = await GitRig.create({ 'a.bin': 'a\0b', 'big.ts': 'x\n', 'run.sh': 'echo\n' });
    await repository.write({
      'a.bin': 'a\0c',
      'big.ts': 'line\n'.repeat(10_000_000),
      'new.bin': 'a\0b',
      'new-big.ts': 'line\n'.repeat(10_000_000),
    });
    await chmod(repository.path('run.sh'), 0o755);
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), [
      'modified a.bin',
      'modified big.ts',
      'added new-big.ts',
      'added new.bin',
      'modified run.sh',
    ]);
  });

  it('is told without lines when there are too many of them', async () => {
    const names = Array.from({ length: 17 }, (_, index) => `f${index}.ts`);
    const content = 'a line\n'.repeat(590_000);
    await using repository = await GitRig.create(Object.fromEntries(names.map((name) => [name, 'x\n'])));
    await repository.write(Object.fromEntries(names.map((name) => [name, content])));
    await using rig = await WorkspaceRig.open(repository.root);
    const { files, notes } = await rig.changes();
    assert.deepEqual(
      files.map(({ path, kind, lines }) => [path, kind, lines]),
      names.toSorted().map((name) => [name, 'modified', []]),
    );
    assert.deepEqual(notes, ['the difference is over 64 MB, so the changed lines are not worked out']);
  });

  it('has a file that became a symbolic link, and one that was a link', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines, 'z.ts': 'x\n' });
    await symlink('z.ts', repository.path('link.ts'));
    await repository.commit('Add a link');
    await repository.remove('a.ts');
    await symlink('z.ts', repository.path('a.ts'));
    await repository.remove('link.ts');
    await repository.write({ 'link.ts': 'one\ntwo\n', 'z.ts': 'y\n' });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['modified a.ts', 'modified link.ts 1-2', 'modified z.ts 1']);
  });

  it('has paths of any characters', async () => {
    const names = [
      'with space.ts',
      'with "quotes".ts',
      "it's.ts",
      'new\nline.ts',
      'tab\t.ts',
      'ünïcode 漢字.ts',
      'back\\slash.ts',
      '-option.ts',
      '@@ -1 +1 @@.ts',
      'a => b.ts',
      '[glob]*.ts',
    ];
    await using repository = await GitRig.create({
      ...Object.fromEntries(names.map((name) => [name, 'one\n'])),
      'keep.ts': 'x\n',
    });
    await repository.write(Object.fromEntries(names.map((name) => [name, 'one\ntwo\n'])));
    await repository.write(Object.fromEntries(names.map((name) => [`new/${name}`, 'one\n'])));
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(
      await rig.summary(),
      [...names.map((name) => `modified ${name} 2`), ...names.map((name) => `added new/${name} 1`)].sort(byPath),
    );
    assert.deepEqual(await rig.workspace.files(), [...names, ...names.map((name) => `new/${name}`), 'keep.ts'].sort());
  });

  it('leaves out a name that is not UTF-8, and says so', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x\n' });
    await writeFile(
      Buffer.concat([Buffer.from(`${repository.root}/bad`), Buffer.from([0xff]), Buffer.from('.ts')]),
      'x\n',
    );
    await using rig = await WorkspaceRig.open(repository.root);
    const { files, notes } = await rig.changes('HEAD');
    assert.deepEqual(files, []);
    assert.deepEqual(notes, ['bad\uFFFD.ts is left out: its name is not valid UTF-8']);
    assert.deepEqual(await rig.workspace.files(), ['a.ts']);
  });

  it('counts lines with CRLF and lines that are not UTF-8', async () => {
    await using repository = await GitRig.create({
      'crlf.ts': 'one\r\ntwo\r\nthree\r\n',
      'latin.ts': Buffer.from([0x61, 0xe9, 0x0a, 0x62, 0x0a]),
    });
    await repository.write({
      'crlf.ts': 'one\r\nTWO\r\nthree\r\n',
      'latin.ts': Buffer.from([0x61, 0xe9, 0x0a, 0xe8, 0x0a]),
    });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['modified crlf.ts 2', 'modified latin.ts 2']);
  });

  it('has files in conflict', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'one\n', 'gone.ts': 'one\n' });
    await repository.branch('other');
    await repository.commit('Other', { 'a.ts': 'theirs\n', 'gone.ts': 'theirs\n' });
    await repository.checkout('main');
    await repository.remove('gone.ts');
    await repository.commit('Ours', { 'a.ts': 'ours\n' });
    await repository.git('merge', 'other').catch(() => {});
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['modified a.ts 1,3-5', 'added gone.ts 1']);
  });

  it('is not led astray by the configuration of the user', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines });
    const settings = {
      'diff.noprefix': 'true',
      'diff.mnemonicPrefix': 'true',
      'diff.context': '7',
      'diff.interHunkContext': '9',
      'diff.renames': 'copies',
      'color.ui': 'always',
      'diff.submodule': 'log',
      'status.showUntrackedFiles': 'no',
      'diff.wordRegex': '.',
      'core.quotePath': 'true',
      'diff.relative': 'true',
    };
    for (const [key, value] of Object.entries(settings)) await repository.git('config', key, value);
    await repository.git('mv', 'a.ts', 'b.ts');
    await repository.write({ 'b.ts': tenLines.replace('line 2\n', 'x\n').replace('line 5\n', 'y\n'), 'ü.ts': 'x\n' });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['renamed a.ts → b.ts 2,5', 'added ü.ts 1']);
  });

  it('runs nothing that the repository brings along', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'one\n', '.gitattributes': '*.ts filter=evil diff=evil\n' });
    const touch = `touch ${repository.path('ran')}; cat`;
    const settings = {
      'core.fsmonitor': touch,
      'filter.evil.clean': touch,
      'filter.evil.smudge': touch,
      'filter.evil.required': 'true',
      'diff.evil.textconv': touch,
      'diff.evil.command': touch,
      'diff.external': touch,
      'core.pager': touch,
      'log.showSignature': 'true',
      'gpg.program': touch,
    };
    for (const [key, value] of Object.entries(settings)) await repository.git('config', key, value);
    await repository.write({ '.git/hooks/post-index-change': `#!/bin/sh\n${touch}\n` });
    await chmod(repository.path('.git/hooks/post-index-change'), 0o755);
    await repository.write({ 'a.ts': 'two\n', 'b.ts': 'x\n' });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['modified a.ts 1', 'added b.ts 1']);
    assert.deepEqual(await rig.workspace.files(), ['.gitattributes', 'a.ts', 'b.ts']);
    await repository.rename('a.ts', 'c.ts');
    assert.deepEqual(await rig.summary(), ['deleted a.ts', 'added b.ts 1', 'added c.ts 1']);
    await assert.rejects(repository.read('ran'), { code: 'ENOENT' });
  });

  it('does not write into the repository, not even its index', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'one\n', 'b.ts': 'b\n' });
    await repository.rename('b.ts', 'c.ts');
    await repository.write({ 'a.ts': 'one\n' });
    await utimes(repository.path('a.ts'), 1_100_000_000, 1_100_000_000);
    const index = await repository.read('.git/index');
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['renamed b.ts → c.ts']);
    assert.equal(await repository.read('.git/index'), index);
    assert.equal(await repository.git('status', '--porcelain'), ' D b.ts\n?? c.ts');
  });
});

describe('what is left of an agent that was killed while it looked for renames', () => {
  it('is removed by the next one', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x\n' });
    await repository.write({ '.git/noodle/index-old': 'x', '.git/noodle/store/database': 'x' });
    await (
      await WorkspaceRig.open(repository.root, {}, { ...systemClock, now: () => Date.now() + 600_000 })
    )[Symbol.asyncDispose]();
    assert.deepEqual(await readdir(repository.path('.git/noodle')), ['store']);
  });

  it('may still be in use when it is young', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x\n' });
    await repository.write({ '.git/noodle/index-new': 'x' });
    await (await WorkspaceRig.open(repository.root))[Symbol.asyncDispose]();
    assert.deepEqual(await readdir(repository.path('.git/noodle')), ['index-new']);
  });
});

function byPath(a: string, b: string): number {
  const pathOf = (line: string) => line.replace(/^(added|modified) /, '').replace(/ \d$/, '');
  return pathOf(a) < pathOf(b) ? -1 : 1;
}
