import assert from 'node:assert/strict';
import { appendFile, utimes } from 'node:fs/promises';
import { FakeClock } from '../../rig/fake-clock.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

const longEnoughMs = 2000;

async function watching(root: string, clock: FakeClock): Promise<WorkspaceRig> {
  const rig = await WorkspaceRig.open(root, {}, clock);
  await rig.workspace.watch();
  return rig;
}

/** A repository whose branches `main` and `topic` have changed the same line. */
async function withConflict(): Promise<GitRig> {
  const repository = await GitRig.create({ 'a.ts': 'one\n' });
  await repository.branch('topic');
  await repository.commit('Topic', { 'a.ts': 'theirs\n', 'new.ts': 'x' });
  await repository.checkout('main');
  await repository.commit('Main', { 'a.ts': 'ours\n' });
  return repository;
}

describe('while git is at work', () => {
  it('nothing is told until a rebase has ended', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    await repository.branch('topic');
    await repository.commit('one', { 'one.ts': 'x' });
    await repository.commit('two', { 'two.ts': 'x' });
    await repository.checkout('main');
    await repository.commit('Main', { 'main.ts': 'x' });
    await repository.checkout('topic');
    const clock = new FakeClock();
    await using rig = await watching(repository.root, clock);
    await repository.git('-c', "sequence.editor=sed -i -e '1a break'", 'rebase', '--quiet', '--interactive', 'main');
    assert.deepEqual(await rig.pass(clock, longEnoughMs), []);
    await repository.git('rebase', '--continue');
    assert.deepEqual(await rig.pass(clock, longEnoughMs), [
      { paths: ['main.ts', 'one.ts', 'two.ts'], headMoved: true, everything: false },
    ]);
    assert.deepEqual(await rig.workspace.files(), ['a.ts', 'main.ts', 'one.ts', 'two.ts']);
  });

  it('nothing is told while there are conflicts, and all once they are resolved', async () => {
    await using repository = await withConflict();
    const clock = new FakeClock();
    await using rig = await watching(repository.root, clock);
    await repository.git('merge', 'topic').catch(() => {});
    assert.deepEqual(await rig.pass(clock, longEnoughMs), []);
    await repository.write({ 'a.ts': 'both\n' });
    assert.deepEqual(await rig.pass(clock, longEnoughMs), []);
    await repository.git('add', 'a.ts');
    assert.deepEqual(await rig.pass(clock, longEnoughMs), [
      { paths: ['a.ts', 'new.ts'], headMoved: false, everything: false },
    ]);
  });

  it('a merge that waits for its commit, without conflicts, holds nothing back', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    await repository.branch('topic');
    await repository.commit('Topic', { 'new.ts': 'x' });
    await repository.checkout('main');
    const clock = new FakeClock();
    await using rig = await watching(repository.root, clock);
    await repository.git('merge', '--quiet', '--no-commit', '--no-ff', 'topic');
    assert.deepEqual(await rig.pass(clock, longEnoughMs), [{ paths: ['new.ts'], headMoved: false, everything: false }]);
  });

  it('a rebase that stopped at a conflict waits for its resolution alone', async () => {
    await using repository = await withConflict();
    await repository.checkout('topic');
    const clock = new FakeClock();
    await using rig = await watching(repository.root, clock);
    await repository.git('rebase', '--quiet', 'main').catch(() => {});
    assert.deepEqual(await rig.pass(clock, longEnoughMs), []);
    await repository.write({ 'a.ts': 'both\n' });
    await repository.git('add', 'a.ts');
    assert.deepEqual(await rig.pass(clock, longEnoughMs), [
      { paths: ['a.ts', 'new.ts'], headMoved: true, everything: false },
    ]);
  });

  it('a lock holds back until it is gone', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    const clock = new FakeClock();
    await using rig = await watching(repository.root, clock);
    await repository.write({ '.git/index.lock': '', 'a.ts': 'y' });
    await setTime(repository.path('.git/index.lock'), clock.now());
    assert.deepEqual(await rig.pass(clock, longEnoughMs), []);
    await repository.remove('.git/index.lock');
    assert.deepEqual(await rig.pass(clock, longEnoughMs), [{ paths: ['a.ts'], headMoved: false, everything: false }]);
  });

  it('a lock that was left behind holds back for a minute', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    const clock = new FakeClock();
    await using rig = await watching(repository.root, clock);
    await repository.write({ '.git/index.lock': '', 'a.ts': 'y' });
    await setTime(repository.path('.git/index.lock'), clock.now());
    for (let passedMs = 0; passedMs < 58_000; passedMs += longEnoughMs)
      assert.deepEqual(await rig.pass(clock, longEnoughMs), []);
    const told = [];
    for (let passedMs = 0; passedMs < 10_000; passedMs += longEnoughMs)
      told.push(...(await rig.pass(clock, longEnoughMs)));
    assert.deepEqual(told, [{ paths: ['a.ts'], headMoved: false, everything: false }]);
  });
});

describe('the time of a batch', () => {
  it('is after 10 ms of quiet, and after a second under a flood', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x' });
    const clock = new FakeClock();
    await using rig = await watching(repository.root, clock);
    await repository.write({ 'a.ts': 'y' });
    assert.deepEqual(await rig.pass(clock, 9), []);
    assert.equal((await rig.pass(clock, 1)).length, 1);
    let told = 0;
    for (let passedMs = 0; passedMs < 1000; passedMs += 5) {
      assert.equal(told, 0);
      await appendFile(repository.path('a.ts'), 'more\n');
      told += (await rig.pass(clock, 5)).length;
    }
    assert.equal(told, 1);
  });

  it('is never when only ignored files change, and no timer waits then', async () => {
    await using repository = await GitRig.create({ 'a.ts': 'x', '.gitignore': '*.log\nout/\n' });
    await repository.write({ 'a.log': 'x', 'out/b.ts': 'x' });
    const clock = new FakeClock();
    await using rig = await watching(repository.root, clock);
    await repository.write({ 'a.log': 'y' });
    assert.deepEqual(await rig.pass(clock, longEnoughMs), []);
    await repository.write({ 'a.log': 'z', 'out/b.ts': 'y' });
    await rig.workspace.files();
    assert.equal(clock.pending, 0);
  });
});

async function setTime(file: string, atMs: number): Promise<void> {
  await utimes(file, atMs / 1000, atMs / 1000);
}
