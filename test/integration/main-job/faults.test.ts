import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { AgentRig } from '../../rig/agent-rig.ts';
import { GitRig } from '../../rig/git-rig.ts';

const program = path.resolve(import.meta.dirname, '../../../agent/main.ts');
const manifest = JSON.stringify({ name: 'shop', scripts: { test: 'node --test' } });

function passing(name: string, before = ''): string {
  return `${before}\nrequire('node:test')('${name}', () => {});\n`;
}

describe('the main job on bad input', () => {
  it('runs the tests of a source file that does not parse', async () => {
    await using rig = await AgentRig.create({ 'package.json': manifest, 'src/a.js': 'exports.a = 1;\n', 'test/a.test.js': passing('needs a', "require('../src/a.js');") });
    await rig.repository.write({ 'src/a.js': 'exports.a = (;\n' });
    const ended = await rig.run();
    assert.equal(ended.status, 'failed');
    assert.deepEqual(rig.results(), ['test/a.test.js > test/a.test.js: errored']);
  });

  it('takes a binary file and a source file of 50 MB', async () => {
    await using rig = await AgentRig.create({ 'package.json': manifest, 'test/a.test.js': passing('passes') });
    await rig.repository.write({ 'src/huge.js': Buffer.alloc(50_000_000, '// a long comment\n'), 'logo.png': Buffer.from([0x89, 0x50, 0, 1, 2, 3]) });
    const { changes } = await rig.client.makePlan({});
    assert.deepEqual(changes.map((change) => change.path), ['logo.png', 'src/huge.js']);
    assert.equal((await rig.run({ all: true })).status, 'succeeded');
  });

  it('says which runner is missing and how to get it', async () => {
    await using rig = await AgentRig.create({
      'package.json': JSON.stringify({ name: 'shop', scripts: { test: 'jest' }, devDependencies: { jest: '*' } }),
      'a.test.js': 'test("passes", () => {});\n',
    });
    const ended = await rig.run({ all: true });
    assert.equal(ended.status, 'failed');
    assert.equal(ended.counts.failed, 0);
    assert.match(ended.notes.join('\n'), /jest.*npm install/s);
    await rig.restart();
    const { notes } = await rig.client.getExecutionResults({ id: ended.executionId });
    assert.deepEqual(notes, ended.notes, 'a later look says the same');
  });

  it('survives a test that prints 100 MB, and one that writes garbage where results are reported', async () => {
    const noisy = passing('is loud', "const line = 'x'.repeat(99_999) + '\\n';\nfor (let i = 0; i < 1000; i++) process.stdout.write(line);");
    const garbled = passing('goes on', "try { require('node:fs').writeSync(3, '{\"type\":\\n\\u0000not json\\n{}\\n'); } catch {}");
    await using rig = await AgentRig.create({ 'package.json': manifest, 'test/noisy.test.js': noisy, 'test/garbled.test.js': garbled });
    const ended = await rig.run({ all: true });
    assert.deepEqual(rig.results().toSorted(), ['test/garbled.test.js > goes on: passed', 'test/noisy.test.js > is loud: passed']);
    assert.equal(ended.status, 'succeeded');
    const log = await rig.client.getExecutionLog({ id: ended.executionId });
    assert.ok(log.text.length < 8_000_000, `${log.text.length} characters of log`);
  });

  it('says what is wrong in noodle.yaml, with its place, and works with the rest', async () => {
    await using rig = await AgentRig.create({
      'package.json': manifest,
      'test/a.test.js': passing('passes'),
      'noodle.yaml': 'settings:\n  test:\n    parallelExecutions: many\n    defaultTimeuot: 5\ntargets:\n  a:\n    command: "true"\n    needs: [b]\n  b:\n    command: "true"\n    needs: [a]\n',
    });
    const { problems } = await rig.client.getConfiguration({});
    const all = problems.join('\n');
    assert.match(all, /noodle\.yaml:3.*parallelExecutions.*many/s);
    assert.match(all, /noodle\.yaml:4.*defaultTimeuot.*defaultTimeout/s);
    assert.match(all, /a.*b.*a/s);
    const ended = await rig.run({ all: true });
    assert.equal(ended.counts.passed, 1);
  });

  it('takes over from an agent that was killed, and leaves none of its processes', async () => {
    const hanging = `require('node:test')('hangs', () => { require('node:fs').writeFileSync('pid', String(process.pid)); return new Promise(() => setInterval(() => {}, 1000)); });\n`;
    const repository = await GitRig.create({ '.gitignore': 'pid\n', 'package.json': manifest, 'test/a.test.js': hanging });
    const killed = spawn(process.execPath, [program, 'run', '--all', '--json'], { cwd: repository.root, stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const line of createInterface({ input: killed.stdout })) {
      if (line.includes('"plan.made"')) break;
    }
    const pid = await untilWritten(repository, 'pid');
    killed.kill('SIGKILL');
    await once(killed, 'close');
    await repository.write({ 'test/a.test.js': passing('passes') });
    await using rig = await AgentRig.on(repository);
    await untilGone(pid);
    const { executions } = await rig.client.listExecutions({});
    assert.deepEqual(executions.map((execution) => execution.state), ['interrupted']);
    assert.equal((await rig.run({ all: true })).status, 'succeeded');
  });

  it('lets two commands that start at once share one agent', async () => {
    await using repository = await GitRig.create({ 'package.json': manifest, 'test/a.test.js': passing('passes') });
    const runs = [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, [program, 'run', '--all', '--json'], { cwd: repository.root, stdio: ['ignore', 'pipe', 'inherit'] });
      let last = '';
      for await (const line of createInterface({ input: child.stdout })) last = line;
      return last;
    });
    for (const last of await Promise.all(runs)) assert.match(last, /"run\.finished","status":"succeeded"/);
  });
});

async function untilWritten(repository: GitRig, file: string): Promise<number> {
  for (;;) {
    const text = await repository.read(file).catch(() => '');
    if (text !== '') return Number(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves when no process has this id; the test's own timeout is the limit. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
