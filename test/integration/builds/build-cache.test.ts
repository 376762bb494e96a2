import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LocalCache } from '../../../agent/builds/cache/local-cache.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import { Fingerprint } from '../../../agent/protocol/ids.ts';
import { BuildsRig } from '../../rig/builds-rig.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { ScriptedCommand } from '../../rig/scripted-command.ts';

/** Writes what the source says to dist/, a program and a link beside it, and counts how often it ran. */
const compiler = `
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
const source = readFileSync('src.txt', 'utf8');
appendFileSync('runs.log', 'x');
mkdirSync('dist/bin', { recursive: true });
writeFileSync('dist/out.txt', source);
writeFileSync('dist/bin/run', '#!/bin/sh\\n', { mode: 0o755 });
rmSync('dist/link', { force: true });
symlinkSync('out.txt', 'dist/link');
if (source.includes('extra')) writeFileSync('dist/extra.txt', 'extra');
console.log('src.txt:1: warning: compiled ' + source.trim());
`;
const files = { '.gitignore': 'dist\nruns.log\n', 'compile.mjs': compiler, 'src.txt': 'one' };
const configured = { app: { command: 'node compile.mjs', inputs: ['src.txt', 'compile.mjs'], outputs: ['dist/**'] } };
const everything = { all: true };

async function runs(rig: BuildsRig): Promise<number> {
  return (await rig.git.read('runs.log')).length;
}

describe('the build cache', () => {
  it('brings back what was built before, with links, modes, and what the compiler said', async () => {
    await using rig = await BuildsRig.create(files, { configured });
    await rig.run(everything);
    await rig.git.write({ 'src.txt': 'two with extra' });
    await rig.run(everything);
    assert.equal(await rig.git.read('dist/extra.txt'), 'extra');
    await rig.git.write({ 'src.txt': 'one' });
    const execution = await rig.run(everything);
    const [result] = rig.finished(execution);
    assert.deepEqual(
      [result?.status, result?.cached, result?.cacheSource, await runs(rig)],
      ['succeeded', true, 'local', 2],
    );
    assert.match(result?.reason ?? '', /^its output comes out of the local cache, which saves /);
    assert.deepEqual(
      result?.problems.map(({ message }) => message),
      ['compiled one'],
    );
    assert.equal(await rig.git.read('dist/link'), 'one');
    assert.equal((await stat(rig.git.path('dist/bin/run'))).mode & 0o111, 0o111);
    assert.ok(!(await readdir(rig.git.path('dist'))).includes('extra.txt'));
    // What was brought back counts as built.
    assert.match(rig.resultsOf(await rig.run(everything))[0] ?? '', /^unchanged app: unchanged since /);
  });

  it('brings a removed output back', async () => {
    await using rig = await BuildsRig.create(files, { configured });
    await rig.run(everything);
    await rig.git.remove('dist');
    const [explanation] = await rig.builds.explain('app');
    assert.equal(explanation?.summary, 'app would be brought back from the local cache: its output is missing');
    await rig.run(everything);
    assert.deepEqual([await rig.git.read('dist/out.txt'), await runs(rig)], ['one', 1]);
  });

  it('is not spoilt by a tool that writes into what was brought back', async () => {
    await using rig = await BuildsRig.create(files, { configured });
    await rig.run(everything);
    await rig.git.remove('dist');
    await rig.run(everything);
    // In place, as tools do that know nothing of the cache.
    await writeFile(rig.git.path('dist/out.txt'), 'spoilt');
    await rig.run(everything);
    assert.equal(await rig.git.read('dist/out.txt'), 'one');
    // By a build: its own copy is written, and what is kept stays whole.
    await rig.git.write({ 'src.txt': 'two' });
    await rig.run(everything);
    await rig.git.write({ 'src.txt': 'one' });
    const before = await runs(rig);
    await rig.run(everything);
    assert.deepEqual([await rig.git.read('dist/out.txt'), await runs(rig)], ['one', before]);
  });

  it('never gives out a content that is damaged: the target is built again', async () => {
    await using rig = await BuildsRig.create(files, { configured });
    const first = await rig.run(everything);
    await damageContents(rig.git.path('.git/noodle/build-cache/cas'));
    await rig.git.remove('dist');
    const second = await rig.run(everything);
    assert.deepEqual([await rig.git.read('dist/out.txt'), await runs(rig)], ['one', 2]);
    const log = await rig.engine.engine.log(second.id, undefined, 0);
    assert.match(
      log.ok ? log.value.text : '',
      /what the build cache holds of app is not used: the content of dist\/\S+ is missing or damaged/,
    );
    assert.notEqual(first.id, second.id);
  });

  it('keeps nothing of a build that failed, was interrupted, or whose inputs changed meanwhile', async () => {
    await using command = await ScriptedCommand.create();
    // The shell's own words: the rig has no other programs.
    const slow = {
      app: { command: `echo half > out.txt && ${command.shell}`, inputs: ['src.txt'], outputs: ['out.txt'] },
    };
    await using rig = await BuildsRig.create(files, { configured: slow });
    const kept = async () => (await readdir(rig.git.path('.git/noodle/build-cache/ac')).catch(() => [])).length;
    const { builds } = await rig.plan(everything);
    const failing = rig.start(builds);
    (await command.invoked()).exit(1);
    await failing.finished;
    const cancelled = rig.start(builds);
    await command.invoked();
    cancelled.cancel('enough');
    await cancelled.finished;
    const changing = rig.start(builds);
    const invocation = await command.invoked();
    await rig.git.write({ 'src.txt': 'changed while it is built' });
    invocation.exit(0);
    assert.equal((await changing.finished).state, 'succeeded');
    assert.equal(await kept(), 0);
    const good = rig.start((await rig.plan(everything)).builds);
    (await command.invoked()).exit(0);
    await good.finished;
    assert.equal(await kept(), 1);
  });

  it('keeps nothing where it is not to, and is not asked where builds are not incremental', async () => {
    await using rig = await BuildsRig.create(files, { configured, settings: { 'build.cacheTtl': 0 } });
    await rig.run(everything);
    await rig.git.remove('dist');
    await rig.run(everything);
    assert.equal(await runs(rig), 2);
    rig.settings = { ...rig.settings, 'build.cacheTtl': 60 };
    await rig.git.remove('dist');
    await rig.run(everything);
    rig.settings = { ...rig.settings, 'build.incremental': false };
    await rig.run(everything);
    assert.equal(await runs(rig), 4);
  });

  it('keeps nothing of a build that writes beside its outputs: that would not come back', async () => {
    const beside = {
      ...files,
      '.gitignore': 'dist\nruns.log\nbeside\n',
      'compile.mjs': `${compiler}\nwriteFileSync('beside', source);`,
    };
    await using rig = await BuildsRig.create(beside, { configured });
    const first = await rig.run(everything);
    const log = await rig.engine.engine.log(first.id, undefined, 0);
    assert.match(
      log.ok ? log.value.text : '',
      /^writes beside, which is not an output, so nothing is kept in the build cache$/m,
    );
    await rig.git.remove('dist');
    await rig.run(everything);
    assert.equal(await runs(rig), 2);
  });

  it('does not follow a folder that is a link to somewhere else', async () => {
    await using rig = await BuildsRig.create(files, { configured });
    await rig.run(everything);
    await rig.git.remove('dist');
    await using elsewhere = await GitRig.folder({ 'out.txt': 'precious' });
    await symlink(elsewhere.root, rig.git.path('dist'));
    await rig.run(everything);
    assert.equal(rig.engine.all('build.finished').at(-1)?.result.cacheSource, undefined);
  });
});

async function damageContents(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) await writeFile(file, `damaged ${await readFile(file, 'utf8')}`);
  }
}

describe('the local cache', () => {
  const limits = { ttlMs: 60_000, sizeBytes: 1000 };
  const fingerprint = (digit: string) => Fingerprint.parse(digit.repeat(64));

  async function keep(cache: LocalCache, folder: GitRig, digit: string, content: string) {
    await cache.prepare();
    await folder.write({ [digit]: content });
    const { digest, sizeBytes } = await cache.blobs.addFile(folder.path(digit));
    await cache.put(fingerprint(digit), {
      files: [{ path: digit, digest, sizeBytes, isExecutable: false }],
      links: [],
      log: '',
      startedAt: 0,
      finishedAt: 0,
    });
    return digest;
  }

  it('forgets what is too old, and what was used longest ago when it is too large', async () => {
    await using folder = await GitRig.folder({});
    let now = Date.now();
    const cache = new LocalCache(folder.path('cache'), { ...systemClock, now: () => now });
    const old = await keep(cache, folder, 'a', 'x'.repeat(600));
    now += 1000;
    await keep(cache, folder, 'b', 'y'.repeat(300));
    now += 1000;
    await keep(cache, folder, 'c', 'z'.repeat(300));
    now += 1000;
    assert.notEqual(await cache.get(fingerprint('b'), limits), null);
    await cache.prune(limits);
    assert.equal(await cache.get(fingerprint('a'), limits), null);
    assert.equal(await cache.blobs.has(old), false);
    assert.notEqual(await cache.get(fingerprint('c'), limits), null);
    now += 60_001;
    assert.equal(await cache.get(fingerprint('c'), limits), null);
    now += 60 * 60_000;
    await cache.prune(limits);
    assert.deepEqual(await filesBelow(folder.path('cache')), []);
  });

  it('takes a result for none that was cut off', async () => {
    await using folder = await GitRig.folder({});
    const cache = new LocalCache(folder.path('cache'), systemClock);
    await keep(cache, folder, 'a', 'content');
    const [file = ''] = (await filesBelow(folder.path('cache/ac'))).map((each) => folder.path(`cache/ac/${each}`));
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length - 3));
    assert.equal(await cache.get(fingerprint('a'), limits), null);
    assert.equal(await cache.has(fingerprint('a'), limits), false);
  });

  it('links a content from one place at most', async () => {
    await using folder = await GitRig.folder({});
    const cache = new LocalCache(folder.path('cache'), systemClock);
    const digest = await keep(cache, folder, 'a', 'content');
    const placements = [
      await cache.blobs.place(digest, folder.path('one')),
      await cache.blobs.place(digest, folder.path('two')),
    ];
    const canClone = placements[0] === 'cloned';
    assert.deepEqual(placements, canClone ? ['cloned', 'cloned'] : ['linked', 'copied']);
    await writeFile(folder.path('one'), 'spoilt!');
    assert.equal(await folder.read('two'), 'content');
    assert.equal(await cache.blobs.place(digest, folder.path('three')), canClone ? 'cloned' : null);
  });

  it('is safe under two processes that store, bring back and clear away the same', async () => {
    await using folder = await GitRig.folder({ 'one/x': '', 'two/x': '' });
    const script = path.resolve(import.meta.dirname, '../../rig/build-cache-contender.ts');
    const contenders = ['one', 'two'].map((name) =>
      spawn(process.execPath, [script, folder.path('cache'), folder.path(name)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    );
    const codes = await Promise.all(contenders.map(async (child) => (await once(child, 'exit'))[0] as unknown));
    assert.deepEqual(codes, [0, 0]);
  });
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
