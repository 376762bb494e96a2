import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { programBuild } from '../../../agent/bin/program-build.mjs';
import { createOpenSession } from '../../../agent/open-session.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { commandPath, commandUpgrade } from '../../../agent/protocol/command-channel.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { ServerRig, tokens } from '../../rig/server-rig.ts';

const bin = path.resolve(import.meta.dirname, '../../../agent/bin');
const packageOf = (build: string) => ({
  'package.json': JSON.stringify({ name: 'made-up', scripts: { build } }),
  '.gitignore': 'dist\n',
});

/** The command without the program behind it: what succeeds here, an agent has done. */
async function createCommand(version: string): Promise<GitRig> {
  const rig = await GitRig.folder({ 'package.json': JSON.stringify({ version }) });
  await cp(bin, rig.path('agent/bin'), { recursive: true });
  return rig;
}

function start(command: GitRig, cwd: string, ...args: string[]) {
  const { NOODLE_LOG: _, ...env } = process.env;
  const child = spawn(process.execPath, [command.path('agent/bin/noodle.mjs'), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return {
    child,
    ended: ended.then(([stdout, stderr, [exitCode]]) => ({ exitCode: Number(exitCode), stdout, stderr })),
  };
}

async function servingAgent(build: string): Promise<{ rig: AgentRig; version: string }> {
  const rig = await AgentRig.create(packageOf(build), { isServing: true });
  const { version } = await rig.client.getAgentStatus({});
  return { rig, version };
}

describe('a command while an agent lives', () => {
  it('is run by the agent, with its output and its exit code', async () => {
    const { rig, version } = await servingAgent('node -e "process.exit(3)"');
    await using agent = rig;
    await using command = await createCommand(version);
    const status = await start(command, agent.repository.root, 'status', '--json').ended;
    assert.equal(JSON.parse(status.stdout).pid, process.pid);
    assert.equal(status.exitCode, 0);
    const build = await start(command, agent.repository.root, 'build', '--all').ended;
    assert.match(build.stdout, /✗ made-up/);
    assert.equal(build.exitCode, 1);
    const wrong = await start(command, agent.repository.root, 'biuld').ended;
    assert.match(wrong.stderr, /did you mean 'build'/);
    assert.deepEqual([wrong.stdout, wrong.exitCode], ['', 2]);
  });

  it('ends in an orderly way when it is interrupted', async () => {
    const { rig, version } = await servingAgent('node -e "setInterval(() => {}, 1000)"');
    await using agent = rig;
    await using command = await createCommand(version);
    const { child, ended } = start(command, agent.repository.root, 'build', '--all');
    await agent.event('build.started');
    child.kill('SIGINT');
    const { exitCode, stdout } = await ended;
    assert.equal((await agent.event('run.finished')).status, 'cancelled');
    assert.match(stdout, /cancelled in/);
    assert.equal(exitCode, 2);
  });

  it('cancels what it waited for when it is killed', async () => {
    const { rig, version } = await servingAgent('node -e "setInterval(() => {}, 1000)"');
    await using agent = rig;
    await using command = await createCommand(version);
    const { child } = start(command, agent.repository.root, 'build', '--all');
    await agent.event('build.started');
    child.kill('SIGKILL');
    assert.equal((await agent.event('run.finished')).status, 'cancelled');
  });

  it('is left to the program where it needs a process of its own, and for another version', async () => {
    const { rig, version } = await servingAgent('true');
    await using agent = rig;
    await using command = await createCommand(version);
    await using newer = await createCommand('999.0.0');
    for (const { ended } of [
      start(command, agent.repository.root, 'serve'),
      start(newer, agent.repository.root, 'status'),
    ]) {
      // There is no program in this folder.
      const { exitCode, stderr } = await ended;
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /agent\.mjs/);
    }
  });
});

describe('a command of a program that changed since its agent started', () => {
  it('is answered, and told so; not where the agent is of the same state, or of another installation', async () => {
    const { rig, version } = await servingAgent('true');
    await using agent = rig;
    await using command = await createCommand(version);
    await command.write({ 'dist/agent.mjs': 'older' });
    const build = programBuild(command.root);
    assert.ok(build !== null);
    const lines = async (program: object) => {
      const file = agent.repository.path('.git/noodle/agent.lock');
      await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), program }));
      const { exitCode, stdout, stderr } = await start(command, agent.repository.root, 'status', '--json').ended;
      assert.equal(exitCode, 0);
      assert.equal(JSON.parse(stdout).pid, process.pid);
      return stderr;
    };
    assert.equal(await lines({ root: command.root, build }), '');
    assert.equal(await lines({ root: '/somewhere/else', build: 'other' }), '');
    await command.write({ 'dist/agent.mjs': 'and newer' });
    assert.match(await lines({ root: command.root, build }), /was started before the program changed; `noodle stop`/);
  });

  it('hears it from the program as well', async () => {
    await using agent = await AgentRig.create({}, { isServing: true });
    const file = agent.repository.path('.git/noodle/agent.lock');
    const program = { root: '/program', build: 'one' };
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), program }));
    const told: string[] = [];
    const openWith = (build: string) =>
      createOpenSession({
        clock: systemClock,
        log: silentLog,
        version: 'test',
        program: { root: '/program', build },
        tell: (line) => told.push(line),
        environment: process.env,
      });
    const wanted = { folder: agent.repository.root, clientName: 'test', idleExitMs: null };
    for (const [build, kind, expected] of [
      ['one', 'any', 0],
      ['two', 'live', 0],
      ['two', 'any', 1],
    ] as const) {
      const session = await openWith(build)({
        ...wanted,
        agent: kind,
        isTrusted: true,
        isServing: false,
        isWatching: false,
      });
      assert.ok(session.ok);
      await session.value.dispose();
      assert.equal(told.length, expected);
    }
  });

  it('knows the state of a source tree by its commit', async () => {
    await using sources = await GitRig.create({ 'agent/main.ts': 'x', 'other.txt': '1' });
    const before = programBuild(sources.root);
    assert.equal(before, await sources.head());
    await sources.write({ 'other.txt': '2' });
    await sources.commit('Next');
    assert.equal(programBuild(sources.root), await sources.head());
    await sources.git('pack-refs', '--all');
    assert.equal(programBuild(sources.root), await sources.head());
    assert.notEqual(programBuild(sources.root), before);
    await using nothing = await GitRig.folder({});
    assert.equal(programBuild(nothing.root), null);
  });
});

describe('the upgrade of a terminal', () => {
  const ask = (port: number, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request({
        port,
        host: '127.0.0.1',
        path: commandPath,
        headers: { Connection: 'Upgrade', Upgrade: commandUpgrade, ...headers },
      });
      asked.on('upgrade', (answer, socket) => {
        socket.destroy();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end();
    });

  it('is admitted with the token of the owner only, and from this machine only', async () => {
    const opened: unknown[] = [];
    await using rig = await ServerRig.start({ serveCommand: (connection) => void opened.push(connection) });
    const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
    assert.equal(await ask(rig.port, bearer(tokens.operator)), 403);
    assert.equal(await ask(rig.port, bearer('nobody-was-given-this-token-0123456')), 401);
    assert.equal(await ask(rig.port, {}), 401);
    assert.equal(await ask(rig.port, { ...bearer(tokens.admin), Host: 'example.com' }), 403);
    assert.equal(await ask(rig.port, { ...bearer(tokens.admin), Origin: 'http://example.com' }), 403);
    assert.deepEqual(opened, []);
    assert.equal(await ask(rig.port, bearer(tokens.admin)), 101);
    assert.equal(opened.length, 1);
  });
});
