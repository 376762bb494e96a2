import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLineSplitter } from '../../../agent/platform/line-splitter.ts';
import type { StepDefinition } from '../../../agent/engine/engine.ts';
import { EngineRig, statesOf, step } from '../../rig/engine-rig.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { ScriptedCommand } from '../../rig/scripted-command.ts';

const environment = { PATH: process.env['PATH'] ?? '' };

function runs(id: string, command: ScriptedCommand, more: Partial<StepDefinition> = {}): StepDefinition {
  return step(id, {
    run: async ({ run }) => {
      const exit = await run({ command: command.command, args: command.args, cwd: '/', environment, killAfterMs: 50 });
      return exit.exitCode === 0 ? { state: 'succeeded' } : { state: 'failed', reason: `exit code ${exit.exitCode}` };
    },
    ...more,
  });
}

describe('processes of a step', () => {
  it('write into its log', async () => {
    await using rig = await EngineRig.create();
    await using command = await ScriptedCommand.create();
    const handle = rig.submit([runs('build', command)]);
    const invocation = await command.invoked();
    invocation.stdout('compiling\n');
    invocation.stderr('careful\n');
    invocation.exit(3);
    const execution = await handle.finished;
    assert.deepEqual(statesOf(execution), { build: 'failed: exit code 3' });
    const log = await rig.engine.log(handle.id, execution.steps[1]?.id, 0);
    assert.deepEqual(log.ok && log.value.text.split('\n').toSorted(), ['', 'careful', 'compiling']);
  });

  it('are ended as a whole tree when the execution is cancelled, those that ignore SIGTERM included', async () => {
    await using rig = await EngineRig.create();
    await using leader = await ScriptedCommand.create({ isStubborn: true });
    await using below = await ScriptedCommand.create({ isStubborn: true });
    const handle = rig.submit([runs('build', leader)]);
    const first = await leader.invoked();
    first.spawn(below.command, below.args);
    const second = await below.invoked();
    handle.cancel('by the user');
    const execution = await handle.finished;
    await Promise.all([first.gone, second.gone]);
    assert.deepEqual(statesOf(execution), { build: 'cancelled: by the user' });
  });

  it('are ended when the step takes too long', async () => {
    const clock = new FakeClock();
    await using rig = await EngineRig.create({ clock });
    await using command = await ScriptedCommand.create();
    const handle = rig.submit([runs('build', command, { timeoutMs: 300 })]);
    const invocation = await command.invoked();
    clock.advance(300);
    const execution = await handle.finished;
    await invocation.gone;
    assert.deepEqual(statesOf(execution), { build: 'timed_out: took longer than 0.3 s' });
  });

  it('are ended with the step when it did not wait for them', async () => {
    await using rig = await EngineRig.create();
    await using command = await ScriptedCommand.create();
    const forgetful = step('a', {
      run: async ({ run }) => {
        void run({ command: command.command, args: command.args, cwd: '/', environment });
        await command.invoked();
        return { state: 'succeeded' };
      },
    });
    const execution = await rig.submit([forgetful]).finished;
    assert.equal(execution.state, 'succeeded');
    assert.equal(command.count, 1);
  });

  it('run for 20 executions at once, and all of them end with the engine', async () => {
    await using rig = await EngineRig.create({ limits: { parallelExecutions: 20 } });
    await using command = await ScriptedCommand.create();
    const handles = Array.from({ length: 20 }, () => rig.submit([runs('a', command), runs('b', command)]));
    const invocations = await Promise.all(Array.from({ length: 40 }, () => command.invoked()));
    for (const invocation of invocations.slice(0, 20)) invocation.exit(0);
    await Promise.all(invocations.slice(0, 20).map(({ gone }) => gone));
    await rig.engine.dispose();
    await Promise.all(invocations.map(({ gone }) => gone));
    const states = new Set((await Promise.all(handles.map(({ finished }) => finished))).map(({ state }) => state));
    assert.ok(
      [...states].every((state) => state === 'cancelled' || state === 'succeeded'),
      [...states].join(),
    );
  });
});

describe('after the agent was killed', () => {
  let stateDirectory: string;
  beforeEach(async () => {
    stateDirectory = await mkdtemp(path.join(tmpdir(), 'noodle-crash-'));
  });
  afterEach(() => rm(stateDirectory, { recursive: true, force: true }));

  /** Starts an engine in a process of its own; resolves with the ids once they are recorded. */
  async function startEngine(executions: number, command: ScriptedCommand) {
    const script = path.resolve(import.meta.dirname, '../../rig/engine-process.ts');
    const args = [script, stateDirectory, String(executions), command.command, ...command.args];
    const agent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ids: string[] = [];
    await new Promise<void>((resolve) => {
      const lines = createLineSplitter((line) => {
        if (ids.push(line) === executions) resolve();
      }, 1000);
      agent.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(text));
    });
    return { agent, ids };
  }

  it('nothing is left running, nothing is lost, and what ran is marked as interrupted', async () => {
    await using command = await ScriptedCommand.create({ isStubborn: true });
    const { agent, ids } = await startEngine(5, command);
    const invocations = await Promise.all(ids.map(() => command.invoked()));
    agent.kill('SIGKILL');
    await Promise.all(invocations.map(({ gone }) => gone));
    await using rig = await EngineRig.create({ stateDirectory });
    await rig.engine.recover();
    const executions = rig.engine.list(100);
    assert.deepEqual(executions.map(({ id }) => id).toSorted(), ids.toSorted());
    for (const execution of executions) {
      assert.deepEqual([execution.state, execution.reason], ['interrupted', 'the agent was stopped while it ran']);
      assert.notEqual(execution.finishedAt, null);
      assert.ok(execution.steps.every(({ state }) => state !== 'running' && state !== 'queued'));
    }
    assert.deepEqual(
      rig.all('execution.changed').map(({ execution }) => execution.state),
      ids.map(() => 'interrupted'),
    );
  });

  it('what had ended stays as it was, and a second recovery changes nothing', async () => {
    {
      await using rig = await EngineRig.create({ stateDirectory });
      await rig.submit([step('a')]).finished;
    }
    await using rig = await EngineRig.create({ stateDirectory });
    const before = rig.engine.list(10);
    await rig.engine.recover();
    await rig.engine.recover();
    assert.deepEqual(rig.engine.list(10), before);
    assert.deepEqual(
      before.map(({ state }) => state),
      ['succeeded'],
    );
    assert.deepEqual(rig.said, []);
  });
});
