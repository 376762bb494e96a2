import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

describe('the files of a repository', () => {
  it('are the tracked and the new ones that exist and are not ignored, sorted', async () => {
    await using repository = await GitRig.create({
      'b/z.ts': 'x',
      'b.ts': 'x',
      'gone.ts': 'x',
      '.gitignore': 'dist/\n*.log\n',
      'B.ts': 'x',
    });
    await repository.write({ 'dist/out.js': 'x', 'a.log': 'x', 'new/ü.ts': 'x', 'forced.log': 'x' });
    await repository.git('add', '--force', 'forced.log');
    await repository.remove('gone.ts');
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.workspace.files(), ['.gitignore', 'B.ts', 'b.ts', 'b/z.ts', 'forced.log', 'new/ü.ts']);
  });

  it('do not follow symbolic links, not even in a circle, nor repositories inside', async () => {
    await using repository = await GitRig.create({ 'src/a.ts': 'x' });
    await symlink('..', repository.path('src/loop'));
    await symlink('a.ts', repository.path('src/link.ts'));
    await repository.commit('Links');
    await symlink('a.ts', repository.path('src/new-link.ts'));
    await repository.write({ 'inner/b.ts': 'x' });
    await repository.git('init', '--quiet', repository.path('inner'));
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.workspace.files(), ['src/a.ts']);
  });

  it('are listed once during a conflict', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'one\n' });
    await repository.branch('other');
    await repository.commit('Other', { 'a.ts': 'theirs\n' });
    await repository.checkout('main');
    await repository.commit('Ours', { 'a.ts': 'ours\n' });
    await repository.git('merge', 'other').catch(() => {});
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.workspace.files(), ['a.ts']);
  });

  it('are without what a sparse checkout leaves out', async () => {
    await using repository = await GitRig.create({ 'a/a.ts': 'x', 'b/b.ts': 'x', 'top.ts': 'x' });
    await repository.git('sparse-checkout', 'set', 'a');
    await repository.git('update-index', '--skip-worktree', 'top.ts');
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.workspace.files(), ['a/a.ts', 'top.ts']);
  });

  it('may be 50,000', async function () {
    // Writing them is what takes long.
    this.timeout(120_000);
    await using repository = await GitRig.create();
    makeFiles(repository.root, 50_000);
    await using rig = await WorkspaceRig.open(repository.root);
    const files = await rig.workspace.files();
    assert.deepEqual([files.length, files[0], files.at(-1)], [50_000, 'd0/f0.ts', 'd99/f99.ts']);
    const { files: changed, notes } = await rig.changes();
    assert.equal(changed.length, 50_000);
    assert.deepEqual(notes, [
      'the repository has no commit yet, so every file counts as added',
      'the lines of 50000 new files are not counted',
    ]);
  });
});

describe('the files of a folder without git', () => {
  it('are those that its .gitignore files let through, without what is never looked at', async () => {
    await using folder = await GitRig.folder({
      '.gitignore': '*.log\n/build/\nsecret\n!keep.log\n',
      'a.ts': 'x',
      'a.log': 'x',
      'keep.log': 'x',
      'build/out.js': 'x',
      'src/build/kept.ts': 'x',
      'src/.gitignore': '*.tmp\n!special.log\n',
      'src/b.tmp': 'x',
      'src/special.log': 'x',
      'src/secret/x.ts': 'x',
      'node_modules/x/index.js': 'x',
      'src/__pycache__/a.pyc': 'x',
    });
    await symlink('.', folder.path('loop'));
    await using rig = await WorkspaceRig.open(folder.root);
    assert.equal(rig.workspace.hasGit, false);
    assert.deepEqual(await rig.workspace.files(), [
      '.gitignore',
      'a.ts',
      'keep.log',
      'src/.gitignore',
      'src/build/kept.ts',
      'src/special.log',
    ]);
  });

  it('are the same where git is not installed, which is said', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x', '.gitignore': '*.log\n' });
    await repository.write({ 'a.log': 'x' });
    await using rig = await WorkspaceRig.open(repository.root, { PATH: '/nowhere' });
    assert.equal(rig.workspace.hasGit, false);
    assert.deepEqual(await rig.workspace.files(), ['.gitignore', 'a.ts']);
    assert.equal(
      (await rig.changes()).notes[0],
      'git is not installed: changes are told by the times and sizes of files',
    );
  });
});

describe('reading a file', () => {
  it('gives its text, and null for what is none', async () => {
    await using repository = await GitRig.create({
      'a.ts': 'text\r\n',
      'latin.ts': Buffer.from([0x61, 0xe9]),
      'b.bin': 'a\0b',
      'empty.ts': '',
    });
    await repository.write({ 'big.ts': 'x'.repeat(2 * 1024 * 1024 + 1), 'fits.ts': 'x'.repeat(2 * 1024 * 1024) });
    await symlink('a.ts', repository.path('link.ts'));
    await mkdir(repository.path('folder'));
    execFileSync('mkfifo', [repository.path('pipe.ts')]);
    await using rig = await WorkspaceRig.open(repository.root);
    const read = (path: string) => rig.workspace.read(RepoPath.parse(path));
    assert.equal(read('a.ts'), 'text\r\n');
    assert.equal(read('latin.ts'), 'a\uFFFD');
    assert.equal(read('empty.ts'), '');
    assert.equal(read('fits.ts')?.length, 2 * 1024 * 1024);
    for (const path of [
      'missing.ts',
      'b.bin',
      'big.ts',
      'link.ts',
      'folder',
      'pipe.ts',
      '../outside.ts',
      '/etc/hostname',
      'a\0b',
    ])
      assert.equal(read(path), null, path);
    await rm(repository.path('a.ts'));
    assert.equal(read('a.ts'), null);
  });
});

/** Written by one process, in a tenth of the time that a promise for each file takes. */
function makeFiles(root: string, count: number): void {
  const script =
    'for (let d = 0; d < n / 100; d++) { fs.mkdirSync("d" + d); for (let f = 0; f < 100; f++) fs.writeFileSync(`d${d}/f${f}.ts`, "x\\n"); }';
  execFileSync(process.execPath, ['-e', script.replace('n /', `${count} /`)], { cwd: root });
}
