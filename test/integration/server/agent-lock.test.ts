// Exactly one agent owns a state directory, whatever became of the one before.
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { systemClock } from '../../../agent/platform/clock.ts';
import type { AgentLock } from '../../../agent/protocol/wire.ts';
import {
  acquireAgentLock,
  agentLockPath,
  findAgent,
  readAgentLock,
  type HeldAgentLock,
} from '../../../agent/server/agent-lock.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { ManualClock } from '../../rig/manual-clock.ts';

const contender = path.resolve(import.meta.dirname, '../../rig/lock-contender.ts');

class Contenders implements AsyncDisposable {
  readonly #children: ChildProcess[] = [];
  readonly #stateDirectory: string;

  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
  }

  async start(port = 0): Promise<ChildProcess> {
    const child = fork(contender, [this.#stateDirectory, String(port)]);
    this.#children.push(child);
    await once(child, 'message');
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = this.#children.filter((child) => child.exitCode === null && child.signalCode === null);
    await Promise.all(left.map((child) => killed(child)));
  }
}

async function contend(child: ChildProcess): Promise<string> {
  child.send('contend');
  const [outcome] = (await once(child, 'message')) as [string];
  return outcome;
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function acquire(stateDirectory: string): Promise<HeldAgentLock> {
  const acquired = await acquireAgentLock({ stateDirectory, version: '1.0.0', clock: systemClock });
  assert.ok(acquired.ok);
  return acquired.value;
}

async function find(stateDirectory: string): Promise<AgentLock | null> {
  const found = await findAgent({ stateDirectory, clock: systemClock, timeoutMs: 10_000 });
  assert.ok(found.ok);
  return found.value;
}

describe('The agent lock', () => {
  it('is readable by its owner alone, and says how to reach the agent', async () => {
    await using folder = await GitRig.folder();
    const state = folder.path('noodle');
    const lock = await acquire(state);
    assert.equal(await readAgentLock(state), null);
    await lock.publish(4711);
    const { mode } = await stat(agentLockPath(state));
    if (process.platform !== 'win32') assert.equal(mode & 0o777, 0o600);
    const read = await readAgentLock(state);
    assert.deepEqual([read?.pid, read?.port, read?.token, read?.version], [process.pid, 4711, lock.token, '1.0.0']);
    assert.ok(lock.token.length >= 32);
    await lock.release();
    assert.deepEqual(await readdir(state), []);
  });

  it('belongs to one at a time', async () => {
    await using folder = await GitRig.folder();
    const lock = await acquire(folder.root);
    const second = await acquireAgentLock({ stateDirectory: folder.root, version: '1.0.0', clock: systemClock });
    assert.deepEqual(second, {
      ok: false,
      failure: {
        reason: 'state_locked',
        message: `The state of this repository belongs to the agent with process id ${process.pid}.`,
      },
    });
    await lock.release();
    await (await acquire(folder.root)).release();
  });

  it('goes to exactly one of many that start at once', async () => {
    await using folder = await GitRig.folder();
    await using contenders = new Contenders(folder.root);
    const children = await Promise.all(Array.from({ length: 4 }, () => contenders.start()));
    const outcomes = await Promise.all(children.map(contend));
    assert.deepEqual(outcomes.toSorted(), ['owner', ...Array.from({ length: 3 }, () => 'state_locked')]);
  });

  it('that a killed agent left goes to exactly one of many', async () => {
    await using folder = await GitRig.folder();
    await using contenders = new Contenders(folder.root);
    const first = await contenders.start(4711);
    assert.equal(await contend(first), 'owner');
    await killed(first);
    assert.equal((await readAgentLock(folder.root))?.port, 4711);
    assert.equal(await find(folder.root), null);
    const children = await Promise.all(Array.from({ length: 4 }, () => contenders.start()));
    const outcomes = await Promise.all(children.map(contend));
    assert.equal(outcomes.filter((outcome) => outcome === 'owner').length, 1);
    assert.deepEqual(await readdir(folder.root), ['agent.lock']);
  });

  for (const [name, text] of [
    ['nothing', ''],
    ['half a file', '{"pid":1,"por'],
    ['something else', '[]'],
    [
      'a process that is gone',
      JSON.stringify({ pid: 2 ** 30, version: '0', startedAt: 0, guardPort: null, guardId: 'x' }),
    ],
  ] as const) {
    it(`that holds ${name} is taken over`, async () => {
      await using folder = await GitRig.folder({ 'agent.lock': text });
      assert.equal(await find(folder.root), null);
      await (await acquire(folder.root)).release();
    });
  }

  it('whose process id and port were given to others is taken over', async () => {
    await using folder = await GitRig.folder();
    const other = createServer((socket) => socket.on('error', () => {}).write('220 mail.example ESMTP\r\n'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const guardPort = (other.address() as AddressInfo).port;
    await folder.write({
      'agent.lock': JSON.stringify({ pid: process.pid, version: '1.0.0', startedAt: 0, guardPort, guardId: 'the-id' }),
    });
    await (await acquire(folder.root)).release();
    await new Promise((resolve) => other.close(resolve));
  });

  it('of a living process on a machine without a loopback interface is left alone', async () => {
    const claim = { pid: process.pid, version: '1.0.0', startedAt: 0, guardPort: null, guardId: 'the-id' };
    await using folder = await GitRig.folder({ 'agent.lock': JSON.stringify(claim) });
    const acquired = await acquireAgentLock({ stateDirectory: folder.root, version: '1.0.0', clock: systemClock });
    assert.equal(acquired.ok ? 'owner' : acquired.failure.reason, 'state_locked');
  });

  it('of an agent that hangs is left alone', async () => {
    await using folder = await GitRig.folder();
    const clock = new ManualClock();
    const silent = createServer((socket) => {
      socket.on('error', () => {});
      clock.advance(3000);
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const guardPort = (silent.address() as AddressInfo).port;
    await folder.write({
      'agent.lock': JSON.stringify({ pid: process.pid, version: '1.0.0', startedAt: 0, guardPort, guardId: 'the-id' }),
    });
    const acquired = await acquireAgentLock({ stateDirectory: folder.root, version: '1.0.0', clock });
    assert.equal(acquired.ok ? 'owner' : acquired.failure.reason, 'state_locked');
    await new Promise((resolve) => silent.close(resolve));
  });

  it('is not taken over while another takes it over, unless that one died on the way', async () => {
    await using folder = await GitRig.folder({ 'agent.lock': '', 'agent.lock.takeover': String(process.pid) });
    const held = await acquireAgentLock({ stateDirectory: folder.root, version: '1.0.0', clock: systemClock });
    assert.equal(held.ok, false);
    await folder.write({ 'agent.lock.takeover': String(2 ** 30) });
    await (await acquire(folder.root)).release();
    assert.deepEqual(await readdir(folder.root), []);
  });

  it('removed by hand and made by another is not removed at release', async () => {
    await using folder = await GitRig.folder();
    const first = await acquire(folder.root);
    await folder.remove('agent.lock');
    const second = await acquire(folder.root);
    await first.release();
    assert.deepEqual(await readdir(folder.root), ['agent.lock']);
    await second.publish(4711);
    assert.equal((await find(folder.root))?.token, second.token);
    await second.release();
  });
});

describe('Finding the agent', () => {
  it('finds none where there is no lock', async () => {
    await using folder = await GitRig.folder();
    assert.equal(await find(folder.root), null);
  });

  it('waits for one that starts', async () => {
    await using folder = await GitRig.folder();
    const lock = await acquire(folder.root);
    const found = find(folder.root);
    await lock.publish(4711);
    assert.equal((await found)?.port, 4711);
    await lock.release();
  });

  it('waits for one that leaves', async () => {
    await using folder = await GitRig.folder();
    const lock = await acquire(folder.root);
    await lock.publish(4711);
    await lock.retract();
    const found = find(folder.root);
    await lock.release();
    assert.equal(await found, null);
  });

  it('does not wait for ever', async () => {
    await using folder = await GitRig.folder();
    const lock = await acquire(folder.root);
    const found = await findAgent({ stateDirectory: folder.root, clock: systemClock, timeoutMs: 0 });
    assert.equal(found.ok ? 'found' : found.failure.reason, 'state_locked');
    await lock.release();
  });
});
