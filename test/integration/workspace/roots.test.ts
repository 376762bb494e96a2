import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findRoot } from '../../../agent/workspace/workspace.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

async function rootOf(folder: string, environment?: Record<string, string | undefined>) {
  const result = await findRoot(folder, environment ?? { PATH: process.env['PATH'], XDG_STATE_HOME: '/state' });
  return result.ok ? result.value : result.failure.reason;
}

describe('the root of a repository', () => {
  it('is found from any folder in it, with its state in the git directory', async () => {
    await using repository = await GitRig.create({ 'src/deep/a.ts': 'x\n' });
    const expected = { root: repository.root, stateDirectory: repository.path('.git/noodle'), hasGit: true };
    assert.deepEqual(await rootOf(repository.root), expected);
    assert.deepEqual(await rootOf(repository.path('src/deep')), expected);
  });

  it('is not led astray by the variables of a git hook', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x\n' });
    await using other = await GitRig.create({ 'b.ts': 'x\n', 'c.ts': 'x\n' });
    const variables = {
      GIT_DIR: other.path('.git'),
      GIT_WORK_TREE: other.root,
      GIT_INDEX_FILE: other.path('.git/index'),
    };
    await using rig = await WorkspaceRig.open(repository.root, variables);
    assert.deepEqual(await rig.workspace.files(), ['a.ts']);
    assert.deepEqual(await rig.summary('HEAD'), []);
  });

  it('of a linked work tree keeps its state beside the others', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x\n' });
    await using elsewhere = await GitRig.folder();
    const tree = elsewhere.path('topic tree');
    await repository.git('worktree', 'add', '--quiet', '-b', 'topic', tree);
    assert.deepEqual(await rootOf(tree), {
      root: tree,
      stateDirectory: repository.path('.git/noodle/worktrees/topic-tree'),
      hasGit: true,
    });
    await using rig = await WorkspaceRig.open(tree);
    await elsewhere.write({ 'topic tree/b.ts': 'x\n' });
    await elsewhere.remove('topic tree/a.ts');
    assert.deepEqual([await rig.summary(), (await rig.changes()).branch], [['renamed a.ts → b.ts'], 'topic']);
  });

  it('of a submodule is the submodule, whose changes the outer repository tells by its path', async () => {
    await using inner = await GitRig.create({ 'inner.ts': 'x\n' });
    await using outer = await GitRig.create({ 'a.ts': 'x\n' });
    await outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'libs/inner');
    await outer.commit('Add the submodule');
    assert.deepEqual(await rootOf(outer.path('libs/inner')), {
      root: outer.path('libs/inner'),
      stateDirectory: outer.path('.git/modules/libs/inner/noodle'),
      hasGit: true,
    });
    await outer.write({ 'libs/inner/inner.ts': 'y\n' });
    await outer.git(
      '-C',
      'libs/inner',
      '-c',
      'user.name=R',
      '-c',
      'user.email=r@example.com',
      'commit',
      '--quiet',
      '-am',
      'Inner',
    );
    await using rig = await WorkspaceRig.open(outer.root);
    const { files, notes } = await rig.changes();
    assert.deepEqual(files, [{ path: 'libs/inner', kind: 'modified', lines: [] }]);
    assert.deepEqual(notes, ['the submodule libs/inner changed; its files are not looked into']);
    assert.deepEqual(await rig.workspace.files(), ['.gitmodules', 'a.ts']);
  });

  it('without git is the folder itself, with its state in a folder of the user', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'x\n' });
    const found = await rootOf(folder.root);
    assert.equal(typeof found, 'object');
    if (typeof found !== 'object') return;
    assert.deepEqual(
      [found.root, found.hasGit, path.dirname(found.stateDirectory)],
      [folder.root, false, '/state/noodle'],
    );
  });

  it('of a bare repository, a missing folder and a file is a failure that says so', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'x\n' });
    await folder.git('init', '--quiet', '--bare', folder.path('bare.git'));
    assert.equal(await rootOf(folder.path('bare.git')), 'not_a_repository');
    assert.equal(await rootOf(folder.path('missing')), 'not_a_repository');
    assert.equal(await rootOf(folder.path('a.ts')), 'not_a_repository');
    const failed = await findRoot(folder.path('bare.git/refs'));
    assert.match(
      failed.ok ? '' : failed.failure.message,
      /bare\.git\/refs belongs to the git directory .*bare\.git, which has no files to work on/,
    );
  });

  it('whose git directory was moved away is a failure that says so', async () => {
    await using folder = await GitRig.folder({ '.git': 'gitdir: /nowhere/at/all\n' });
    const failed = await findRoot(folder.root);
    assert.match(failed.ok ? '' : failed.failure.message, /\.git names \/nowhere\/at\/all, which is no git directory/);
  });

  it('is not stopped by an empty folder named .git', async () => {
    await using repository = await GitRig.create({ 'src/a.ts': 'x\n' });
    await mkdir(repository.path('src/.git'));
    assert.deepEqual(await rootOf(repository.path('src')), {
      root: repository.root,
      stateDirectory: repository.path('.git/noodle'),
      hasGit: true,
    });
  });

  it('may have any characters in its path', async () => {
    await using folder = await GitRig.folder({ 'new\nline "q" ü/keep.ts': 'x\n' });
    const root = folder.path('new\nline "q" ü');
    await folder.git('init', '--quiet', '--initial-branch=main', root);
    await using rig = await WorkspaceRig.open(root);
    assert.equal(rig.workspace.root, root);
    assert.deepEqual(await rig.summary(), ['added keep.ts 1']);
  });
});

describe('a repository that git does not accept', () => {
  it('fails when it says that it has no work tree', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x\n' });
    await repository.git('config', 'core.bare', 'true');
    await assert.rejects(WorkspaceRig.open(repository.root), /has a git directory that says it is bare/);
  });

  it("fails with git's own words", async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x\n' });
    await repository.git('config', 'core.repositoryFormatVersion', '99');
    await assert.rejects(WorkspaceRig.open(repository.root), /git cannot read the repository: .*99/);
  });
});
