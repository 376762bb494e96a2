import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bisect } from '../../../agent/cli/commands/bisect.ts';
import { parseCommandLine } from '../../../agent/cli/command-line.ts';
import type { CommandContext } from '../../../agent/cli/session.ts';
import { createOpenSession } from '../../../agent/open-session.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { GitRig } from '../../rig/git-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));

interface Said {
  readonly lines: string[];
  readonly complaints: string[];
}

function contextIn(
  folder: string,
  args: readonly string[],
  interrupted = new AbortController().signal,
): { context: CommandContext; said: Said } {
  const commandLine = parseCommandLine(args);
  assert.ok(commandLine.ok);
  const said: Said = { lines: [], complaints: [] };
  const output = {
    line: (text = '') => void said.lines.push(text),
    complain: (text: string) => void said.complaints.push(text),
    progress() {},
    style: (_: string, text: string) => text,
    flushed: async () => {},
  };
  const openSession = createOpenSession({
    clock: systemClock,
    log: silentLog,
    version: '0.0.0-test',
    environment: process.env,
  });
  return { context: { commandLine: commandLine.value, output, openSession, workingFolder: folder, interrupted }, said };
}

/** Commit number 3 of 5 breaks the sum. */
async function repository(): Promise<GitRig> {
  const rig = await GitRig.create({
    'package.json': JSON.stringify({ scripts: { test: 'mocha' } }),
    '.gitignore': 'node_modules\n',
    'sum.js': 'module.exports = (a, b) => a + b;\n',
    'test/sum.js': `it('adds', () => { if (require('../sum')(1, 1) !== 2) throw new Error('wrong'); });`,
  });
  await rig.commit('Second', { 'a.txt': '1' });
  await rig.commit('Break the sum', { 'sum.js': 'module.exports = (a, b) => a - b;\n' });
  await rig.commit('Fourth', { 'a.txt': '2' });
  await rig.commit('Fifth', { 'a.txt': '3' });
  await rig.write({ 'node_modules/.keep': '' });
  await symlink(mocha, rig.path('node_modules/mocha'), 'dir');
  return rig;
}

describe('noodle bisect', () => {
  it('finds the commit that broke a test, and leaves the work tree alone', async () => {
    await using rig = await repository();
    await rig.write({ 'a.txt': 'not committed' });
    const { context, said } = contextIn(rig.root, ['bisect', 'test/sum.js']);
    assert.equal(await bisect(context), 0, said.complaints.join('\n'));
    assert.match(said.lines.at(-1) ?? '', /^broken by [0-9a-f]{40} Break the sum \(/);
    assert.equal(await rig.read('a.txt'), 'not committed');
    assert.equal((await rig.git('worktree', 'list')).trim().split('\n').length, 1);
  }).timeout(120_000);

  it('tests packages of the repository as they were, though installed dependencies link to them as they are', async () => {
    await using rig = await GitRig.create({
      'package.json': JSON.stringify({ scripts: { test: 'mocha' }, workspaces: ['packages/*'] }),
      '.gitignore': 'node_modules\n',
      'packages/sum/package.json': JSON.stringify({ name: '@shop/sum', main: 'sum.js' }),
      'packages/sum/sum.js': 'module.exports = (a, b) => a + b;\n',
      'test/sum.js': `it('adds', () => { if (require('@shop/sum')(1, 1) !== 2) throw new Error('wrong'); });`,
    });
    await rig.commit('Break the sum', { 'packages/sum/sum.js': 'module.exports = (a, b) => a - b;\n' });
    await rig.commit('Third', { 'a.txt': '1' });
    await rig.write({ 'node_modules/@shop/.keep': '' });
    await symlink(mocha, rig.path('node_modules/mocha'), 'dir');
    await symlink('../../packages/sum', rig.path('node_modules/@shop/sum'), 'dir');
    const { context, said } = contextIn(rig.root, ['bisect', 'test/sum.js']);
    assert.equal(await bisect(context), 0, said.complaints.join('\n'));
    assert.match(said.lines.at(-1) ?? '', /^broken by [0-9a-f]{40} Break the sum \(/);
    assert.match(await rig.read('packages/sum/sum.js'), /a - b/);
  }).timeout(120_000);

  it('says that a test does not fail, and that there is none', async () => {
    await using rig = await repository();
    await rig.commit('Mend', { 'sum.js': 'module.exports = (a, b) => a + b;\n' });
    const passing = contextIn(rig.root, ['bisect', 'test/sum.js']);
    assert.equal(await bisect(passing.context), 2);
    assert.match(passing.said.complaints.join('\n'), /does not fail at HEAD/);
    const unknown = contextIn(rig.root, ['bisect', 'test/sun.js']);
    assert.equal(await bisect(unknown.context), 2);
    assert.match(unknown.said.complaints.join('\n'), /test\/sun\.js/);
  }).timeout(120_000);

  it('cleans up when it is interrupted', async () => {
    await using rig = await repository();
    const interrupting = new AbortController();
    const { context, said } = contextIn(rig.root, ['bisect', 'test/sum.js'], interrupting.signal);
    const line = context.output.line;
    const interruptingOutput = { ...context.output, line: (text?: string) => (line(text), interrupting.abort()) };
    assert.equal(await bisect({ ...context, output: interruptingOutput }), 2);
    assert.equal(said.lines.length, 1);
    assert.equal((await rig.git('worktree', 'list')).trim().split('\n').length, 1);
  }).timeout(120_000);
});
