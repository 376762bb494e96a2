import assert from 'node:assert/strict';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { StepContext } from '../../../agent/engine/engine.ts';
import { logNameOf } from '../../../agent/engine/log-files.ts';
import { success } from '../../../agent/protocol/failure.ts';
import { ExecutionId, StepId } from '../../../agent/protocol/ids.ts';
import { EngineRig, gate, step } from '../../rig/engine-rig.ts';

describe('logs', () => {
  it('hold what each step wrote, and of all together, in order of time', async () => {
    await using rig = await EngineRig.create();
    const writes =
      (...texts: string[]) =>
      async (context: StepContext) => {
        for (const text of texts) context.log(text);
        return { state: 'succeeded' } as const;
      };
    const { id } = await rig.submit([
      step('build:core', { run: writes('compiling\n', 'done') }),
      step('build:web', { needed: ['build:core'], run: writes('bundling ä\n') }),
      step('quiet', { needed: ['build:web'] }),
    ]).finished;
    const core = await rig.engine.log(id, StepId.parse('build:core'), 0);
    assert.deepEqual(core, success({ text: 'compiling\ndone', nextOffset: null, droppedBytes: 0 }));
    const rest = await rig.engine.log(id, StepId.parse('build:core'), 10);
    assert.deepEqual(rest, success({ text: 'done', nextOffset: null, droppedBytes: 0 }));
    const whole = await rig.engine.log(id, undefined, 0);
    assert.equal(
      whole.ok && whole.value.text,
      '==> build:core <==\ncompiling\ndone\n\n==> build:web <==\nbundling ä\n',
    );
    const none = await rig.engine.log(id, StepId.parse('quiet'), 0);
    assert.deepEqual(none, success({ text: '', nextOffset: null, droppedBytes: 0 }));
    const said = rig.all('log.appended').filter(({ stepId }) => stepId === 'build:core');
    assert.equal(said.map(({ text }) => text).join(''), 'compiling\ndone');
  });

  it('can be read while the step still writes', async () => {
    await using rig = await EngineRig.create();
    const held = gate();
    const handle = rig.submit([step('a', { run: held.run })]);
    (await held.entered).log('half');
    const part = await rig.engine.log(handle.id, StepId.parse('a'), 0);
    assert.equal(part.ok && part.value.text, 'half');
    held.end();
    await handle.finished;
  });

  it('keep the first and the last megabytes of 100 MB, and neither disk nor memory takes more', async () => {
    await using rig = await EngineRig.create();
    const before = process.memoryUsage().rss;
    let highest = 0;
    const id = StepId.parse('loud');
    const loud = step('loud', {
      run: async ({ run }) => {
        const script = `let n=0;const w=()=>{while(n<1e6){if(!process.stdout.write(String(n++).padStart(99,'.')+'\\n'))return process.stdout.once('drain',w)}};w()`;
        const onStdout = () => {
          highest = Math.max(highest, process.memoryUsage().rss - before);
        };
        const exit = await run({
          command: process.execPath,
          args: ['-e', script],
          cwd: '/',
          environment: {},
          onStdout,
        });
        return { state: 'succeeded', exitCode: exit.exitCode ?? -1 };
      },
    });
    const execution = await rig.submit([loud]).finished;
    assert.equal(execution.state, 'succeeded');
    let text = '';
    let dropped = 0;
    for (let offset: number | null = 0; offset !== null;) {
      const part = await rig.engine.log(execution.id, id, offset);
      assert.ok(part.ok);
      text += part.value.text;
      dropped += part.value.droppedBytes;
      offset = part.value.nextOffset;
    }
    assert.equal(text.length + dropped, 100_000_000);
    assert.ok(text.startsWith(`${'0'.padStart(99, '.')}\n${'1'.padStart(99, '.')}\n`));
    assert.ok(text.endsWith(`${'999999'.padStart(99, '.')}\n`));
    assert.ok(text.length >= 5_000_000 && text.length < 6_500_000, `${text.length} bytes kept`);
    assert.ok(highest < 100_000_000, `memory grew by ${highest} bytes`);
  }).timeout(60_000);

  it('may fail to be written: the run goes on, and the user is told once', async () => {
    await using rig = await EngineRig.create();
    const held = gate();
    const handle = rig.submit([step('a', { run: held.run })]);
    const context = await held.entered;
    const folder = path.join(rig.stateDirectory, 'logs', handle.id);
    await mkdir(folder, { recursive: true });
    const full = path.join(folder, `${logNameOf(StepId.parse('a'))}.log`);
    await symlink('/dev/full', full);
    const told = rig.next('notice.raised');
    context.log('this finds no room');
    await told;
    await rm(full);
    context.log('this does');
    const part = await rig.engine.log(handle.id, StepId.parse('a'), 0);
    assert.deepEqual(part, success({ text: 'this does', nextOffset: null, droppedBytes: 18 }));
    held.end();
    assert.equal((await handle.finished).state, 'succeeded');
    const notices = rig.all('notice.raised');
    assert.deepEqual(
      notices.map(({ id }) => id),
      ['logs_not_written'],
    );
    assert.match(notices[0]?.message ?? '', /the disk is full/);
  });

  it('are not found for an execution that does not exist, or an id that is a path', async () => {
    await using rig = await EngineRig.create();
    for (const id of ['run-unknown', '../../../etc']) {
      const answer = await rig.engine.log(ExecutionId.parse(id), undefined, 0);
      assert.equal(answer.ok ? null : answer.failure.reason, 'not_found');
    }
  });

  it('are deleted when they are old, but not of what runs', async () => {
    await using rig = await EngineRig.create();
    const writes = (context: StepContext) => {
      context.log('x');
      return Promise.resolve({ state: 'succeeded' } as const);
    };
    const old = await rig.submit([step('a', { run: writes })]).finished;
    assert.equal(await rig.engine.pruneLogs(0), 0);
    const held = gate();
    const handle = rig.submit([step('a', { run: held.run })]);
    (await held.entered).log('x');
    await rig.engine.log(handle.id, undefined, 0);
    assert.equal(await rig.engine.pruneLogs(Date.now() + 60_000), 1);
    assert.deepEqual(await readdir(path.join(rig.stateDirectory, 'logs')), [handle.id]);
    const gone = await rig.engine.log(old.id, undefined, 0);
    assert.equal(gone.ok && gone.value.text, '');
    held.end();
    await handle.finished;
    await rm(path.join(rig.stateDirectory, 'logs'), { recursive: true });
    assert.equal(await rig.engine.pruneLogs(0), 0);
  });
});
