import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { GitRig } from '../../rig/git-rig.ts';

const run = promisify(execFile);
const program = path.resolve(import.meta.dirname, '../../../agent/main.ts');

/**
 * Runs a command where there is no network but the machine's own loopback, and answers how many packets found no way
 * out of it: what was tried, whether or not the program noticed. Null where such a place cannot be made.
 */
async function packetsWithoutRoute(folder: string, command: string): Promise<number | null> {
  const script = `ip link set lo up && (${command}) >&2; cat /proc/net/snmp`;
  try {
    const { stdout } = await run('unshare', ['--map-root-user', '--net', 'sh', '-c', script], { cwd: folder, maxBuffer: 1 << 26 });
    const [names = '', values = ''] = stdout.split('\n').filter((line) => line.startsWith('Ip:'));
    return Number(values.split(' ')[names.split(' ').indexOf('OutNoRoutes')]);
  } catch {
    return null;
  }
}

describe('the network', () => {
  it('is never tried by the main job', async function () {
    await using repository = await GitRig.create({
      'package.json': JSON.stringify({ name: 'shop', scripts: { test: 'node --test' } }),
      'test/a.test.js': "require('node:test')('passes', () => {});\n",
    });
    const probe = await packetsWithoutRoute(repository.root, `${process.execPath} -e "fetch('http://192.0.2.1/').catch(() => {})"`);
    if (probe === null) this.skip();
    assert.ok(probe > 0, 'what a program tries must be seen, or this test could not fail');
    assert.equal(await packetsWithoutRoute(repository.root, `${process.execPath} ${program} run --all --json`), 0);
  });
});
