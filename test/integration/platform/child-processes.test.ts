import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createProcesses } from '../../../agent/platform/child-processes.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { endOrphans } from '../../../agent/platform/orphans.ts';
import { sessionNiceness } from '../../../agent/platform/process-priority.ts';
import { listProcesses } from '../../../agent/platform/process-table.ts';
import type { ProcessExit, ProcessSpec, Processes } from '../../../agent/platform/processes.ts';
import { ScriptedCommand } from '../../rig/scripted-command.ts';

const environment = { PATH: process.env['PATH'] ?? '' };

describe('child processes', () => {
  let processes: Processes;
  beforeEach(() => {
    processes = createProcesses({ clock: systemClock, log: silentLog, recordsFolder: null });
  });
  afterEach(() => processes.dispose());

  function run(spec: Partial<ProcessSpec> & { command: string }): Promise<ProcessExit> {
    return processes.start({ cwd: tmpdir(), environment, ...spec }).exited;
  }

  it('hand over what a process prints and how it ends', async () => {
    const heard: string[] = [];
    const exit = await run({
      command: 'echo out; echo err >&2; exit 3',
      shell: true,
      onStdout: (text) => void heard.push(`out ${text}`),
      onStderr: (text) => void heard.push(`err ${text}`),
    });
    assert.deepEqual(heard.toSorted(), ['err err\n', 'out out\n']);
    assert.deepEqual([exit.exitCode, exit.signalName, exit.startError], [3, null, null]);
  });

  it('give the child exactly the environment of the spec', async () => {
    const heard: string[] = [];
    await run({ command: '/usr/bin/env', environment: { A: '1' }, onStdout: (text) => void heard.push(text) });
    assert.deepEqual(heard.join('').trim().split('\n').toSorted(), ['A=1']);
  });

  it('pass on what is written to standard input', async () => {
    const heard: string[] = [];
    const handle = processes.start({
      command: 'read line; echo "got $line"',
      shell: true,
      stdin: 'pipe',
      cwd: '/',
      environment,
      onStdout: (text) => void heard.push(text),
    });
    handle.write('hello\n');
    await handle.exited;
    assert.equal(heard.join(''), 'got hello\n');
  });

  it('give way while they are told to, with everything below them, and no longer', async function () {
    if (sessionNiceness() === null) {
      this.skip();
      return;
    }
    let heard = (_text: string) => {};
    const handle = processes.start({
      // A process below it tells its own: it belongs to the same session.
      command: 'sh -c "while read line; do cat /proc/self/autogroup; done"; true',
      shell: true,
      stdin: 'pipe',
      cwd: '/',
      environment,
      onStdout: (text) => heard(text),
    });
    const niceness = async () => {
      const answer = Promise.withResolvers<string>();
      heard = answer.resolve;
      handle.write('\n');
      return /nice (-?\d+)/.exec(await answer.promise)?.[1];
    };
    assert.equal(await niceness(), '0');
    processes.yield(true);
    assert.equal(await niceness(), '10');
    processes.yield(false);
    assert.equal(await niceness(), '0');
    handle.kill();
    await handle.exited;
  });

  it('cut reports on file descriptor 3 into lines, garbage and an unfinished last line included', async () => {
    const lines: string[] = [];
    await run({
      command: `printf '{"a":1}\\nnot json\\n\\n\\377\\nhalf' >&3`,
      shell: true,
      onReport: (line) => void lines.push(line),
    });
    assert.deepEqual(lines, ['{"a":1}', 'not json', '', '\uFFFD', 'half']);
  });

  it('do not split a character that lies across two reads', async () => {
    await using command = await ScriptedCommand.create();
    const heard: string[] = [];
    const exited = run({ command: command.command, args: command.args, onStdout: (text) => void heard.push(text) });
    const invocation = await command.invoked();
    invocation.stdout('ä'.repeat(100_000));
    invocation.exit(0);
    await exited;
    assert.equal(heard.join(''), 'ä'.repeat(100_000));
  });

  for (const [what, spec, code] of [
    ['a command that does not exist', { command: 'no-such-command-of-ours' }, 'ENOENT'],
    ['a folder that does not exist', { command: 'ls', cwd: '/no-such-folder' }, 'ENOENT'],
    ['a file that is not executable', { command: '/etc/passwd' }, 'EACCES'],
    ['arguments that are too long', { command: 'ls', args: ['x'.repeat(4_000_000)] }, 'E2BIG'],
  ] as const) {
    it(`say why ${what} could not be started`, async () => {
      const exit = await run(spec);
      assert.deepEqual([exit.exitCode, exit.startError], [null, code]);
    });
  }

  it('end a process that was cancelled before it began without starting it', async () => {
    await using command = await ScriptedCommand.create();
    const exit = await run({ command: command.command, args: command.args, signal: AbortSignal.abort() });
    assert.equal(exit.signalName, 'SIGTERM');
    assert.equal(command.count, 0);
  });

  it('end the whole tree when aborted', async () => {
    await using leader = await ScriptedCommand.create();
    await using below = await ScriptedCommand.create();
    const abort = new AbortController();
    const exited = run({ command: leader.command, args: leader.args, signal: abort.signal });
    const first = await leader.invoked();
    first.spawn(below.command, below.args);
    const second = await below.invoked();
    abort.abort();
    const exit = await exited;
    await Promise.all([first.gone, second.gone]);
    assert.equal(exit.signalName, 'SIGTERM');
  });

  it('end a tree that ignores SIGTERM', async () => {
    await using leader = await ScriptedCommand.create({ isStubborn: true });
    await using below = await ScriptedCommand.create({ isStubborn: true });
    const abort = new AbortController();
    const exited = run({ command: leader.command, args: leader.args, signal: abort.signal, killAfterMs: 50 });
    const first = await leader.invoked();
    first.spawn(below.command, below.args);
    const second = await below.invoked();
    abort.abort();
    const exit = await exited;
    await Promise.all([first.gone, second.gone]);
    assert.equal(exit.signalName, 'SIGKILL');
  });

  it('end a descendant that opened a group of its own when aborted', async () => {
    await using leader = await ScriptedCommand.create();
    await using below = await ScriptedCommand.create();
    const abort = new AbortController();
    const exited = run({ command: leader.command, args: leader.args, signal: abort.signal });
    const first = await leader.invoked();
    first.spawn(below.command, below.args, { detached: true });
    const second = await below.invoked();
    abort.abort();
    await exited;
    await second.gone;
  });

  it('leave nothing of a process that opens groups all the time', async () => {
    // A duration of its own tells these from all other processes.
    const mark = `60.${process.pid}`;
    const source = `for (;;) require('child_process').spawn('sleep', ['${mark}'], { detached: true, stdio: 'ignore' }).unref();`;
    for (let time = 0; time < 5; time++) {
      const abort = new AbortController();
      const exited = run({ command: process.execPath, args: ['-e', source], signal: abort.signal });
      while (sleeping(mark).length === 0) await new Promise((resolve) => setImmediate(resolve));
      abort.abort();
      await exited;
      assert.deepEqual(sleeping(mark), []);
    }
  }).timeout(60_000);

  it('end what a process leaves in its group, even though that keeps the pipes open', async () => {
    await using leader = await ScriptedCommand.create();
    await using below = await ScriptedCommand.create();
    const heard: string[] = [];
    const exited = run({ command: leader.command, args: leader.args, onStdout: (text) => void heard.push(text) });
    const first = await leader.invoked();
    first.spawn(below.command, below.args);
    const second = await below.invoked();
    second.stdout('late words\n');
    first.exit(0);
    const exit = await exited;
    await second.gone;
    assert.equal(exit.exitCode, 0);
    assert.equal(heard.join(''), 'late words\n');
  });

  it('do not wait for a daemon that left the group and keeps the pipes open', async () => {
    await using leader = await ScriptedCommand.create();
    await using daemon = await ScriptedCommand.create();
    const exited = run({ command: leader.command, args: leader.args });
    const first = await leader.invoked();
    first.spawn(daemon.command, daemon.args, { detached: true });
    const second = await daemon.invoked();
    first.exit(0);
    assert.equal((await exited).exitCode, 0);
    second.exit(0);
    await second.gone;
  });

  it('end everything when disposed', async () => {
    await using command = await ScriptedCommand.create();
    const exited = run({ command: command.command, args: command.args });
    const invocation = await command.invoked();
    await processes.dispose();
    await invocation.gone;
    assert.equal((await exited).signalName, 'SIGTERM');
  });

  it('hand over nothing more while whoever reads is busy', async () => {
    let busy = 0;
    let mostBusy = 0;
    await run({
      command: 'head -c 3000000 /dev/zero',
      shell: true,
      onStdout: async () => {
        mostBusy = Math.max(mostBusy, ++busy);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        busy--;
      },
    });
    assert.equal(mostBusy, 1);
  });

  // In a process of its own: this one grows by what other tests leave to be collected, more or less as it comes.
  it('take 512 MB of output without keeping it, at the pace of who reads it', () => {
    const taker = path.resolve(import.meta.dirname, '../../rig/output-taker.ts');
    const bytes = 512 * 1024 * 1024;
    const { stdout, stderr } = spawnSync(process.execPath, [taker, String(bytes)], { encoding: 'utf8' });
    assert.equal(stderr, '');
    const { grownBytes, ...taken } = JSON.parse(stdout);
    assert.deepEqual(taken, { exitCode: 0, bytes });
    assert.ok(grownBytes < bytes / 2, `memory grew by ${grownBytes} bytes`);
  }).timeout(60_000);

  it('keep a report line that never ends within bounds', async () => {
    const lines: number[] = [];
    await run({
      command: `head -c 40000000 /dev/zero | tr '\\0' x >&3; echo >&3; echo short >&3`,
      shell: true,
      onReport: (line) => void lines.push(line.length),
    });
    assert.deepEqual(lines, [16 * 1024 * 1024, 5]);
  });
});

describe('what an agent leaves when it is killed', () => {
  let records: string;
  beforeEach(async () => {
    records = await mkdtemp(path.join(tmpdir(), 'noodle-records-'));
  });
  afterEach(() => rm(records, { recursive: true }));

  function startAgent(command: ScriptedCommand) {
    const script = path.resolve(import.meta.dirname, '../../rig/agent-like.mjs');
    return spawn(process.execPath, [script, records, command.command, ...command.args], { stdio: 'inherit' });
  }

  it('is ended with it, the tree that ignores SIGTERM included', async () => {
    await using leader = await ScriptedCommand.create({ isStubborn: true });
    await using below = await ScriptedCommand.create({ isStubborn: true });
    const agent = startAgent(leader);
    const first = await leader.invoked();
    first.spawn(below.command, below.args);
    const second = await below.invoked();
    agent.kill('SIGKILL');
    await Promise.all([first.gone, second.gone]);
  });

  it('is ended at the next start when the reaper was killed too', async () => {
    await using leader = await ScriptedCommand.create();
    const agent = startAgent(leader);
    const invocation = await leader.invoked();
    process.kill(await reaperOf(agent.pid), 'SIGKILL');
    agent.kill('SIGKILL');
    assert.deepEqual(await readdir(records), [`${invocation.pid}.json`]);
    assert.equal(await endOrphans(records, silentLog), 1);
    await invocation.gone;
    assert.deepEqual(await readdir(records), []);
  });

  it('is not confused with a process that got the same id since, nor with a record that is half written', async () => {
    await using command = await ScriptedCommand.create();
    const other = spawn(command.command, command.args, { detached: true, stdio: 'ignore' });
    const invocation = await command.invoked();
    const record = { pid: invocation.pid, startedAt: 0, identity: 'another-boot:1' };
    await writeFile(path.join(records, `${invocation.pid}.json`), JSON.stringify(record));
    await writeFile(path.join(records, '7.json'), '{"pid":');
    assert.equal(await endOrphans(records, silentLog), 0);
    assert.deepEqual(await readdir(records), []);
    assert.equal(other.exitCode, null);
    invocation.exit(0);
    await invocation.gone;
  });

  it('is nothing after processes that ended by themselves', async () => {
    const processes = createProcesses({ clock: systemClock, log: silentLog, recordsFolder: records });
    await processes.start({ command: 'true', cwd: '/', environment }).exited;
    assert.deepEqual(await readdir(records), []);
    await processes.dispose();
  });
});

async function reaperOf(agent: number | undefined): Promise<number> {
  for (const { pid, parent } of await listProcesses()) {
    if (parent === agent && (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('noodle-reaper')) return pid;
  }
  throw new Error('the reaper was not found');
}

/** The living processes that sleep for so long. */
function sleeping(duration: string): string[] {
  return spawnSync('ps', ['-A', '-o', 'stat=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.trimEnd().endsWith(`sleep ${duration}`) && !line.startsWith('Z'));
}
