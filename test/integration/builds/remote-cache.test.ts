import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import type { RemoteCacheDefinition } from '../../../agent/protocol/configuration-file.ts';
import { BuildsRig, type BuildsRigOptions } from '../../rig/builds-rig.ts';
import { needDebianTool } from '../../rig/debian-tools.ts';
import { freePort, nginx, NginxCache } from '../../rig/nginx-cache.ts';

const compiler = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
appendFileSync('runs.log', 'x');
mkdirSync('dist', { recursive: true });
writeFileSync('dist/out.txt', readFileSync('src.txt', 'utf8'));
writeFileSync('dist/empty.txt', '');
`;
const files = { '.gitignore': 'dist\nruns.log\n', 'compile.mjs': compiler, 'src.txt': 'one' };
const configured = {
  app: { command: 'node compile.mjs', inputs: ['src.txt', 'compile.mjs'], outputs: ['dist/**'] },
  other: { command: 'node --version > other.txt', inputs: ['src.txt'], outputs: ['other.txt'] },
};
const everything = { all: true };

/** Another machine with the same sources. */
function machine(
  remoteCache: Partial<RemoteCacheDefinition> & { url: string },
  more: BuildsRigOptions = {},
): Promise<BuildsRig> {
  return BuildsRig.create(files, { configured, remoteCache: { readOnly: false, ...remoteCache }, ...more });
}

function sourcesOf(rig: BuildsRig): (string | undefined)[] {
  return rig.engine.all('build.finished').map(({ result }) => result.cacheSource);
}

describe('the remote cache', function () {
  before(function () {
    needDebianTool(this, nginx);
  });

  it('of a real nginx lets one machine use what another one has built', async () => {
    await using server = await NginxCache.start();
    {
      await using first = await machine({ url: server.url });
      await first.run(everything);
    }
    assert.equal((await readdir(path.join(server.folder, 'ac'))).length, 2);
    await using second = await machine({ url: `${server.url}/` });
    await second.run(everything);
    assert.deepEqual(sourcesOf(second), ['remote', 'remote']);
    assert.deepEqual([await second.git.read('dist/out.txt'), await second.git.read('dist/empty.txt')], ['one', '']);
    await assert.rejects(second.git.read('runs.log'));
    // From now on this machine has it too.
    await second.git.remove('dist');
    await second.run(everything);
    assert.ok(sourcesOf(second).includes('local'));
  });

  it('is not believed: what it gives is checked, else the target is built', async () => {
    await using server = await NginxCache.start();
    {
      await using first = await machine({ url: server.url });
      await first.run(everything);
    }
    const contents = path.join(server.folder, 'cas');
    for (const name of await readdir(contents)) await writeFile(path.join(contents, name), 'bad');
    await using second = await machine({ url: server.url });
    assert.equal((await second.run(everything)).state, 'succeeded');
    assert.deepEqual(sourcesOf(second), [undefined, undefined]);
    assert.equal(await second.git.read('dist/out.txt'), 'one');
    const results = path.join(server.folder, 'ac');
    for (const name of await readdir(results)) await writeFile(path.join(results, name), 'no result');
    await using third = await machine({ url: server.url });
    assert.equal((await third.run(everything)).state, 'succeeded');
    assert.deepEqual(sourcesOf(third), [undefined, undefined]);
  });

  it('gets nothing where it is only to be read', async () => {
    await using server = await NginxCache.start();
    {
      await using first = await machine({ url: server.url, readOnly: true });
      await first.run(everything);
    }
    assert.deepEqual(await readdir(server.folder), []);
  });

  it('is used with the credentials of the environment, and is left alone where they are wrong', async () => {
    await using server = await NginxCache.start({ password: 'secret word' });
    const credentials = { userVariable: 'CACHE_USER', passwordVariable: 'CACHE_PASSWORD' };
    {
      await using stranger = await machine({ url: server.url, ...credentials }, { secrets: { CACHE_USER: 'team' } });
      assert.equal((await stranger.run(everything)).state, 'succeeded');
    }
    assert.deepEqual(await readdir(server.folder), []);
    {
      await using member = await machine(
        { url: server.url, ...credentials },
        { secrets: { CACHE_USER: 'team', CACHE_PASSWORD: 'secret word' } },
      );
      await member.run(everything);
    }
    assert.equal((await readdir(path.join(server.folder, 'ac'))).length, 2);
  });
});

describe('a remote cache that does not answer', () => {
  it('fails no build: nobody listens', async () => {
    await using rig = await machine({ url: `http://127.0.0.1:${await freePort()}` });
    const execution = await rig.run(everything);
    assert.equal(execution.state, 'succeeded');
    assert.equal(await rig.git.read('dist/out.txt'), 'one');
  });

  it('is waited for once, whatever there is to build', async () => {
    let requests = 0;
    const server = createServer((socket) => {
      socket.once('data', () => requests++);
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    {
      // One after the other, so that the second could have known.
      const chained = { ...configured, other: { ...configured.other, needs: ['app'] } };
      await using rig = await machine({ url: `http://127.0.0.1:${port}` }, { configured: chained });
      assert.equal((await rig.run(everything)).state, 'succeeded');
    }
    server.close();
    assert.equal(requests, 1);
  });
});
