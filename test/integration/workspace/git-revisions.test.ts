import assert from 'node:assert/strict';
import { emptyTree } from '../../../agent/protocol/change-set.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

const tenLines = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join('');

describe('a change set on a clean tree', () => {
  it('is the last commit', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines, 'b.ts': 'x\n' });
    await repository.rename('b.ts', 'c.ts');
    const commit = await repository.commit('Change', { 'a.ts': tenLines.replace('line 3\n', 'changed\n') });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['modified a.ts 3', 'renamed b.ts → c.ts']);
    const { base, head, notes } = await rig.changes();
    assert.deepEqual({ base, head, notes }, { base: 'HEAD^', head: commit, notes: [] });
  });

  it('of the first commit is everything', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'one\ntwo\n', 'b.bin': 'a\0' });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['added a.ts 1-2', 'added b.bin']);
    assert.deepEqual((await rig.changes()).notes, ['HEAD is the first commit, so every file in it counts as added']);
  });

  it('of a merge is what the merge brought to the first parent', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'a\n' });
    await repository.branch('other');
    await repository.commit('Other', { 'other.ts': 'o\n' });
    await repository.checkout('main');
    await repository.commit('Ours', { 'ours.ts': 'o\n' });
    await repository.git('merge', '--quiet', '--no-edit', 'other');
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), ['added other.ts 1']);
  });

  it('of an empty commit is empty', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'a\n' });
    await repository.git('commit', '--quiet', '--allow-empty', '-m', 'Nothing');
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), []);
    assert.equal((await rig.changes()).base, 'HEAD^');
  });

  it('of a shallow clone is everything, with the reason', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'a\n' });
    await repository.commit('Second', { 'b.ts': 'b\n' });
    await using clone = await GitRig.folder();
    await repository.git('clone', '--quiet', '--depth=1', `file://${repository.root}`, clone.path('clone'));
    await using rig = await WorkspaceRig.open(clone.path('clone'));
    assert.deepEqual(await rig.summary(), ['added a.ts 1', 'added b.ts 1']);
    assert.equal((await rig.changes()).base, emptyTree);
    assert.match((await rig.changes()).notes.join(), /^the clone is shallow and lacks the parent of HEAD/);
  });

  it('of a partial clone that lacks the old files is told without lines, and nothing is fetched', async () => {
    await using repository = await GitRig.create({ 'a.ts': tenLines, 'moved.ts': `${tenLines}end\n` });
    await repository.git('config', 'uploadpack.allowFilter', 'true');
    await repository.rename('moved.ts', 'renamed.ts');
    await repository.commit('Second', { 'a.ts': 'other\n' });
    await using clone = await GitRig.folder();
    await clone.git('clone', '--quiet', '--filter=blob:none', `file://${repository.root}`, clone.path('clone'));
    await using rig = await WorkspaceRig.open(clone.path('clone'));
    assert.deepEqual(await rig.summary(), ['modified a.ts', 'renamed moved.ts → renamed.ts']);
    assert.deepEqual((await rig.changes()).notes, [
      'git lacks old versions of files (a partial clone), so the changed lines are not worked out',
    ]);
  });

  it('knows a detached HEAD', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'a\n' });
    const second = await repository.commit('Second', { 'a.ts': 'b\n' });
    await repository.checkout(second);
    await using rig = await WorkspaceRig.open(repository.root);
    const { branch, head, files } = await rig.changes();
    assert.deepEqual([branch, head, files.length], [null, second, 1]);
  });
});

describe('a change set against a revision', () => {
  it('compares the working tree with that very commit', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'a\n' });
    await repository.branch('topic');
    await repository.commit('Topic', { 'topic.ts': 't\n' });
    await repository.checkout('main');
    await repository.commit('Main', { 'main.ts': 'm\n' });
    await repository.checkout('topic');
    await repository.write({ 'new.ts': 'n\n' });
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary('main'), ['deleted main.ts', 'added new.ts 1', 'added topic.ts 1']);
    assert.equal((await rig.changes('main')).base, 'main');
    assert.deepEqual(await rig.summary('HEAD~1'), ['added new.ts 1', 'added topic.ts 1']);
  });

  it('fails for one that is unknown, with the nearest names', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'a\n' });
    await repository.git('tag', 'v1.0');
    await using rig = await WorkspaceRig.open(repository.root);
    const failureFor = async (base: string) => {
      const result = await rig.workspace.changes(base);
      return result.ok ? null : [result.failure.reason, result.failure.message];
    };
    assert.deepEqual(await failureFor('mian'), [
      'unknown_revision',
      '"mian" names no commit here; did you mean "main"?',
    ]);
    assert.deepEqual(await failureFor('--output=/tmp/x'), [
      'unknown_revision',
      '"--output=/tmp/x" names no commit here; expected a commit, branch or tag',
    ]);
    assert.deepEqual((await failureFor('main..v1.0'))?.[0], 'unknown_revision');
    assert.deepEqual((await failureFor('a\0b'))?.[0], 'unknown_revision');
    assert.deepEqual((await failureFor('0000000000000000000000000000000000000000'))?.[0], 'unknown_revision');
  });

  it('reads files as they were there', async () => {
    await using repository = await GitRig.create({
      'a.ts': 'before\n',
      'b.bin': 'a\0',
      'big.ts': 'x'.repeat(2 * 1024 * 1024 + 1),
      'with space.ts': 's',
    });
    await repository.commit('Second', { 'a.ts': 'committed\n' });
    await repository.write({ 'a.ts': 'after\n' });
    await using rig = await WorkspaceRig.open(repository.root);
    const readBase = async (path: string, base: string) => await rig.workspace.readBase(RepoPath.parse(path), base);
    assert.equal(await readBase('a.ts', 'HEAD'), 'committed\n');
    assert.equal(await readBase('a.ts', 'HEAD^'), 'before\n');
    assert.equal(await readBase('with space.ts', 'main'), 's');
    for (const [path, base] of [
      ['b.bin', 'HEAD'],
      ['big.ts', 'HEAD'],
      ['missing.ts', 'HEAD'],
      ['a.ts', 'unknown'],
      ['a.ts', '--help'],
      ['a.ts', 'file times'],
    ] as const) {
      assert.equal(await readBase(path, base), null, `${base}:${path}`);
    }
  });
});

describe('a repository without commits', () => {
  it('has every file as added', async () => {
    await using repository = await GitRig.create();
    await repository.write({ 'a.ts': 'one\n', 'b.ts': 'two\n', '.gitignore': 'c.ts\n', 'c.ts': 'x' });
    await repository.git('add', 'a.ts');
    await using rig = await WorkspaceRig.open(repository.root);
    const { base, head, branch, notes } = await rig.changes();
    assert.deepEqual(
      { base, head, branch, notes },
      {
        base: 'HEAD',
        head: null,
        branch: 'main',
        notes: ['the repository has no commit yet, so every file counts as added'],
      },
    );
    assert.deepEqual(await rig.summary(), ['added .gitignore 1', 'added a.ts 1', 'added b.ts 1']);
    const result = await rig.workspace.changes('main');
    assert.equal(result.ok ? '' : result.failure.reason, 'unknown_revision');
  });

  it('may have no file either', async () => {
    await using repository = await GitRig.create();
    await using rig = await WorkspaceRig.open(repository.root);
    assert.deepEqual(await rig.summary(), []);
    assert.deepEqual(await rig.workspace.files(), []);
  });
});
