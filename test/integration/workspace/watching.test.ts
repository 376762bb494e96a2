import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

async function watching(root: string, environment: Record<string, string | undefined> = {}): Promise<WorkspaceRig> {
  const rig = await WorkspaceRig.open(root, environment);
  await rig.workspace.watch();
  return rig;
}

/** Waits for exactly these paths. Others would show up beside them, as `until` gathers everything. */
async function pathsUntil(rig: WorkspaceRig, last: string): Promise<readonly string[]> {
  return (await rig.until(({ paths }) => paths.includes(RepoPath.parse(last)))).paths;
}

describe('watching', () => {
  it('tells files that changed, came and went, and keeps the list of files', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x', 'b.ts': 'x', 'src/c.ts': 'x' });
    await using rig = await watching(repository.root);
    await repository.write({ 'a.ts': 'changed', 'src/new.ts': 'x' });
    await repository.remove('b.ts');
    assert.deepEqual(await rig.workspace.files(), ['a.ts', 'src/c.ts', 'src/new.ts']);
    await repository.write({ 'z.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['a.ts', 'b.ts', 'src/new.ts', 'z.ts']);
  });

  it('never tells what is ignored, and keeps out of ignored folders', async () => {
    await using repository = await GitRig.create({
      'a.ts': 'x',
      '.gitignore': '*.log\nnode_modules/\n',
      'pkg/.gitignore': 'out/\n!keep.log\n',
    });
    await repository.write({ 'node_modules/old/index.js': 'x' });
    await using rig = await watching(repository.root);
    await repository.write({
      'a.log': 'x',
      'node_modules/old/index.js': 'y',
      'node_modules/new/index.js': 'x',
      'pkg/out/b.js': 'x',
      'pkg/keep.log': 'x',
    });
    for (let line = 0; line < 20; line++) await appendFile(repository.path('a.log'), 'more\n');
    await repository.write({ 'z.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['pkg/keep.log', 'z.ts']);
    assert.deepEqual(await rig.workspace.files(), ['.gitignore', 'a.ts', 'pkg/.gitignore', 'pkg/keep.log', 'z.ts']);
  });

  it('obeys .git/info/exclude and the excludes of the user', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    await using home = await GitRig.folder({ '.config/git/ignore': '*.swp\n' });
    await repository.write({ '.git/info/exclude': 'local/\n' });
    await using rig = await watching(repository.root, { HOME: home.root });
    await repository.write({ 'a.swp': 'x', 'local/b.ts': 'x', 'z.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['z.ts']);
    await repository.write({ '.git/info/exclude': '' });
    await rig.until(({ everything }) => everything);
    assert.deepEqual(await rig.workspace.files(), ['a.ts', 'local/b.ts', 'z.ts']);
  });

  it('tells a tracked file although a rule names it', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x', '.gitignore': '*.log\nbuild/\n' });
    await repository.write({ 'kept.log': 'x', 'build/kept.ts': 'x', 'other.log': 'x' });
    await repository.git('add', '--force', 'kept.log', 'build/kept.ts');
    await using rig = await watching(repository.root);
    await repository.write({
      'other.log': 'y',
      'build/other.ts': 'x',
      'kept.log': 'y',
      'build/kept.ts': 'y',
      'z.ts': 'last',
    });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['build/kept.ts', 'kept.log', 'z.ts']);
  });

  it('finds what is in new folders, however deep and however they came', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x', '.gitignore': 'node_modules/\n' });
    await using elsewhere = await GitRig.folder({
      'whole/tree/b.ts': 'x',
      'whole/tree/node_modules/x.js': 'x',
      'whole/c.ts': 'x',
    });
    await using rig = await watching(repository.root);
    await mkdir(repository.path('one/two/three'), { recursive: true });
    await repository.write({ 'one/two/three/d.ts': 'x' });
    await rename(elsewhere.path('whole'), repository.path('whole'));
    await repository.write({ 'z.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['one/two/three/d.ts', 'whole/c.ts', 'whole/tree/b.ts', 'z.ts']);
    await repository.write({
      'whole/tree/e.ts': 'x',
      'one/two/f.ts': 'x',
      'whole/tree/node_modules/y.js': 'x',
      'zz.ts': 'last',
    });
    assert.deepEqual(await pathsUntil(rig, 'zz.ts'), ['one/two/f.ts', 'whole/tree/e.ts', 'zz.ts']);
  });

  it('follows folders that are renamed, removed and made again', async () => {
    await using repository = await GitRig.create({ 'old/deep/a.ts': 'x', 'again/b.ts': 'x', 'c.ts': 'x' });
    await using rig = await watching(repository.root);
    await repository.rename('old', 'new');
    await rm(repository.path('again'), { recursive: true });
    await repository.write({ 'again/other.ts': 'x', 'y.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'y.ts'), [
      'again/b.ts',
      'again/other.ts',
      'new/deep/a.ts',
      'old/deep/a.ts',
      'y.ts',
    ]);
    await repository.write({ 'new/deep/a.ts': 'y', 'again/other.ts': 'y', 'z.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['again/other.ts', 'new/deep/a.ts', 'z.ts']);
    assert.deepEqual(await rig.workspace.files(), ['again/other.ts', 'c.ts', 'new/deep/a.ts', 'y.ts', 'z.ts']);
  });

  it('tells everything when rules of ignoring change', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x', '.gitignore': 'out/\n' });
    await repository.write({ 'out/b.ts': 'x' });
    await using rig = await watching(repository.root);
    await repository.write({ '.gitignore': 'other/\n' });
    await rig.until(({ everything }) => everything);
    assert.deepEqual(await rig.workspace.files(), ['.gitignore', 'a.ts', 'out/b.ts']);
    await repository.write({ 'out/b.ts': 'y', 'other/c.ts': 'x', 'z.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['out/b.ts', 'z.ts']);
  });

  it('tells more than 1,000 paths as everything, and none of a flood in ignored folders', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x', '.gitignore': 'node_modules/\n' });
    await using rig = await watching(repository.root);
    await repository.write(
      Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`node_modules/p${index % 50}/f${index}.js`, 'x'])),
    );
    await repository.write({ 'y.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'y.ts'), ['y.ts']);
    await using elsewhere = await GitRig.folder(
      Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`many/f${index}.ts`, 'x'])),
    );
    await rename(elsewhere.path('many'), repository.path('many'));
    const batch = await rig.until(({ everything }) => everything);
    assert.deepEqual(batch.paths, []);
    assert.equal((await rig.workspace.files()).length, 1004);
  });

  it('says when HEAD moves: commit, switch, reset, detach', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x', 'b.ts': 'x' });
    await using rig = await watching(repository.root);
    const moved = async () => (await rig.until(({ headMoved }) => headMoved)).paths;
    await repository.commit('Second', { 'a.ts': 'y' });
    assert.deepEqual(await moved(), ['a.ts']);
    await repository.branch('feature/topic');
    assert.deepEqual(await moved(), []);
    await repository.commit('Third', { 'c.ts': 'x' });
    assert.deepEqual(await moved(), ['c.ts']);
    await repository.checkout('main');
    assert.deepEqual(await moved(), ['c.ts']);
    await repository.git('reset', '--quiet', '--soft', 'HEAD^');
    assert.deepEqual(await moved(), []);
    await repository.checkout(await repository.git('rev-parse', 'feature/topic'));
    assert.equal((await moved()).includes(RepoPath.parse('c.ts')), true);
    await repository.git('checkout', '--quiet', 'feature/topic');
    await moved();
    await repository.git('pack-refs', '--all');
    await repository.git('commit', '--quiet', '--allow-empty', '-m', 'Nothing');
    assert.deepEqual(await moved(), []);
  });

  it('survives a branch switch that replaces folders', async () => {
    await using repository = await GitRig.create({ 'shared.ts': 'x', 'lib/a.ts': 'x' });
    await repository.branch('other');
    await repository.remove('lib');
    await repository.commit('Other', { 'src/deep/b.ts': 'x', 'shared.ts': 'y' });
    await repository.checkout('main');
    await using rig = await watching(repository.root);
    await repository.checkout('other');
    assert.deepEqual((await rig.until(({ headMoved, paths }) => headMoved && paths.length === 3)).paths, [
      'lib/a.ts',
      'shared.ts',
      'src/deep/b.ts',
    ]);
    assert.deepEqual(await rig.workspace.files(), ['shared.ts', 'src/deep/b.ts']);
    await repository.write({ 'src/deep/b.ts': 'changed' });
    assert.deepEqual(await pathsUntil(rig, 'src/deep/b.ts'), ['src/deep/b.ts']);
  });

  it('works in a linked work tree', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    await using elsewhere = await GitRig.folder();
    await repository.git('worktree', 'add', '--quiet', '-b', 'topic', elsewhere.path('tree'));
    await using rig = await watching(elsewhere.path('tree'));
    await elsewhere.write({ 'tree/a.ts': 'y' });
    assert.deepEqual(await pathsUntil(rig, 'a.ts'), ['a.ts']);
    await elsewhere.git('-C', 'tree', 'commit', '--quiet', '-am', 'Second');
    await rig.until(({ headMoved }) => headMoved);
  });

  it('works in a folder without git', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'x', '.gitignore': '*.log\n', 'node_modules/x/index.js': 'x' });
    await using rig = await watching(folder.root);
    await folder.write({ 'a.ts': 'y', 'b.log': 'x', 'node_modules/x/index.js': 'y', 'new/c.ts': 'x', 'z.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['a.ts', 'new/c.ts', 'z.ts']);
    assert.deepEqual(await rig.workspace.files(), ['.gitignore', 'a.ts', 'new/c.ts', 'z.ts']);
  });

  it('leaves repositories inside and links alone', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    await using elsewhere = await GitRig.folder({ 'target/a.ts': 'x' });
    await using rig = await watching(repository.root);
    await repository.git('init', '--quiet', repository.path('inner'));
    await repository.write({ 'inner/b.ts': 'x' });
    await symlink(elsewhere.path('target'), repository.path('link'));
    await elsewhere.write({ 'target/a.ts': 'y' });
    await repository.write({ 'z.ts': 'last' });
    assert.deepEqual(
      (await pathsUntil(rig, 'z.ts')).filter((path) => path !== 'link'),
      ['z.ts'],
    );
  });

  it('ends with the last that asked for it, and begins again', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    await using rig = await WorkspaceRig.open(repository.root);
    const [first, second] = await Promise.all([rig.workspace.watch(), rig.workspace.watch()]);
    first();
    await repository.write({ 'a.ts': 'y' });
    await pathsUntil(rig, 'a.ts');
    second();
    second();
    await repository.write({ 'unseen.ts': 'x' });
    await rig.workspace.watch();
    await repository.write({ 'z.ts': 'last' });
    assert.deepEqual(await pathsUntil(rig, 'z.ts'), ['z.ts']);
    assert.deepEqual(await rig.workspace.files(), ['a.ts', 'unseen.ts', 'z.ts']);
  });
});
