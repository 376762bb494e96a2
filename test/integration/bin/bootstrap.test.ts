import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, utimes } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { GitRig } from '../../rig/git-rig.ts';

const bin = path.resolve(import.meta.dirname, '../../../agent/bin');

/** A package whose only dependency is a folder beside it, so that `npm ci` needs no network. */
const packageFiles = {
  'package.json': JSON.stringify({
    name: 'made-up',
    version: '1.0.0',
    dependencies: { dependency: 'file:dependency' },
  }),
  'package-lock.json': JSON.stringify({
    name: 'made-up',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'made-up', version: '1.0.0', dependencies: { dependency: 'file:dependency' } },
      dependency: { version: '2.0.0' },
      'node_modules/dependency': { resolved: 'dependency', link: true },
    },
  }),
  'dependency/package.json': JSON.stringify({ name: 'dependency', version: '2.0.0', exports: './index.js' }),
  'dependency/index.js': 'module.exports = "the dependency";',
  'script.mjs': `
    import dependency from 'dependency';
    process.stdout.write(JSON.stringify([dependency, ...process.argv.slice(2)]));
    process.exitCode = 3;
  `,
};

async function createPackage(): Promise<GitRig> {
  const rig = await GitRig.folder(packageFiles);
  await cp(bin, rig.path('agent/bin'), { recursive: true });
  return rig;
}

function start(rig: GitRig): ChildProcess {
  const args = [rig.path('agent/bin/bootstrap.mjs'), 'script.mjs', 'an argument'];
  return spawn(process.execPath, args, { cwd: rig.root, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(rig: GitRig): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const child = start(rig);
  assert.ok(child.stdout !== null && child.stderr !== null);
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { exitCode: Number(exitCode), stdout, stderr };
}

const installing = 'Installing 3 packages; this happens once.';

describe('bootstrap', () => {
  it('installs what is missing, once, and runs the script with its arguments and exit code', async () => {
    await using rig = await createPackage();
    const first = await run(rig);
    assert.deepEqual([first.exitCode, first.stdout], [3, '["the dependency","an argument"]'], first.stderr);
    assert.ok(first.stderr.startsWith(installing));
    assert.equal((await run(rig)).stderr, '');
  });

  it('installs again when the lock file wants another version', async () => {
    await using rig = await createPackage();
    await run(rig);
    await rig.write({
      'package-lock.json': packageFiles['package-lock.json'].replace('2.0.0', '2.1.0'),
      'dependency/package.json': packageFiles['dependency/package.json'].replace('2.0.0', '2.1.0'),
    });
    assert.ok((await run(rig)).stderr.startsWith(installing));
  });

  it('starts over after an interrupted install', async () => {
    await using rig = await createPackage();
    const interrupted = start(rig);
    assert.ok(interrupted.stderr !== null);
    await once(interrupted.stderr, 'data');
    interrupted.kill('SIGINT');
    const [exitCode] = await once(interrupted, 'exit');
    assert.equal(exitCode, 130);
    const second = await run(rig);
    assert.equal(second.exitCode, 3, second.stderr);
    assert.ok(second.stderr.startsWith(installing));
  });

  it('installs once when two start at once', async () => {
    await using rig = await createPackage();
    const both = await Promise.all([run(rig), run(rig)]);
    assert.deepEqual(
      both.map((each) => each.exitCode),
      [3, 3],
    );
    assert.equal(both.filter((each) => each.stderr.includes(installing)).length, 1);
  });

  it('takes over the lock of an installer that was killed', async () => {
    await using rig = await createPackage();
    await rig.write({ '.cache/install.lock': '' });
    await utimes(rig.path('.cache/install.lock'), new Date(0), new Date(0));
    assert.equal((await run(rig)).exitCode, 3);
  });

  it('says in one line that the install failed', async () => {
    await using rig = await createPackage();
    await rig.write({ 'package.json': '{ "dependencies": { "another": "file:another" } }' });
    const { exitCode, stdout, stderr } = await run(rig);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.ok(stderr.endsWith('noodle: npm ci failed (exit code 1); its messages are above\n'), stderr);
  });
});
