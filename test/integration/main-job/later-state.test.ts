import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openHost } from '../../../agent/host.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { openStore } from '../../../agent/store/store.ts';
import { GitRig } from '../../rig/git-rig.ts';

describe('recorded state of a later Noodle', () => {
  it('is refused in words that say how to go on, and left as it is', async () => {
    await using repository = await GitRig.create({ 'a.js': 'x' });
    const directory = repository.path('.git/noodle/store');
    const store = await openStore({ directory, clock: systemClock, log: silentLog, onNotice: () => {} });
    await store.transact((tx) => tx.run('PRAGMA noodle.user_version = 9999'));
    await store.dispose();
    const before = await contents(directory);
    const opened = await openHost({
      folder: repository.root,
      clock: systemClock,
      log: silentLog,
      version: 'test',
      environment: process.env,
      isTrusted: true,
      isServing: false,
      idleExitMs: null,
      clientName: 'test',
    });
    assert.ok(!opened.ok);
    assert.equal(opened.failure.reason, 'version_mismatch');
    assert.match(opened.failure.message, /version 9999 where this one knows \d+/);
    assert.match(opened.failure.hint ?? '', /Update Noodle, or move that folder away/);
    assert.deepEqual(await contents(directory), before);
  });
});

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'base64')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}
